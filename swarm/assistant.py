"""The assistant: messages in, events and replies out. All front-ends talk to this and to nothing else."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Literal

from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.runnables import RunnableConfig

from agents.registry import find_agents
from swarm import approvals
from swarm.approvals import Decision, Verdict
from swarm.backends import open_services
from swarm.errors import ApprovalError, MessageError
from swarm.models import open_model
from swarm.permissions import Permissions
from swarm.planner.catalogue import Catalogue
from swarm.platform import find_platform
from swarm.reply import Approval, Event, Finished, Reply
from swarm.router import build
from swarm.samples import first_start
from swarm.sessions import open_checkpointer
from swarm.settings import Settings
from swarm.specialist import Specialist
from swarm.store import Store
from swarm.toolbox import Toolbox
from swarm.turns import Turns, parts, told
from swarm.workers import Workers
from tools.services import Services

MAX_MESSAGE = 20_000
"""Characters of one message."""
ApproveMode = Literal["ask", "all", "none"]


class Assistant:
    """One assistant over one set of backends; many conversations at once."""

    def __init__(self, turns: Turns, services: Services, workers: Workers, toolbox: Toolbox) -> None:
        self._played = turns
        self._workers = workers
        self.services = services
        self.toolbox = toolbox
        self._locks: dict[str, asyncio.Lock] = {}

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings | None = None) -> AsyncIterator["Assistant"]:
        """An assistant from the settings (by default those of the environment); backends start when first needed.

        Raises:
            SettingsError: a setting is wrong.
        """
        settings = settings or Settings()
        async with AsyncExitStack() as stack:
            platform = find_platform()
            services = open_services(settings, platform)
            stack.callback(services.close)
            if settings.swarm.samples and not settings.kfp.endpoint and not settings.minio.endpoint:
                await asyncio.to_thread(first_start, services, platform, settings.swarm.home)
            agents = find_agents()
            catalogue = Catalogue([agent.toolset for agent in agents.values()], services)
            model = open_model(settings, catalogue)
            swarm = settings.swarm
            workers = Workers(swarm.threads)
            stack.callback(workers.close)
            permissions = Permissions(swarm.role, swarm.approval, swarm.approval_minutes)
            specialists = {name: Specialist(agent, model, services, permissions, workers) for name, agent in agents.items()}
            store = await asyncio.to_thread(Store.open, swarm.home, settings.database_url)
            stack.callback(store.close)
            checkpointer = await stack.enter_async_context(open_checkpointer(swarm.home, settings.database_url, store))
            toolbox = Toolbox(agents, services, permissions, workers)
            yield cls(Turns(build(model, specialists, checkpointer)), services, workers, toolbox)

    async def ask(self, message: str, session: str, user: str = "local", approve: ApproveMode = "ask") -> Reply:
        """One turn. Never raises for what a person wrote, only for a message that cannot be taken (`MessageError`)."""
        return await _last(self.stream(message, session, user, approve))

    async def stream(self, message: str, session: str, user: str = "local", approve: ApproveMode = "ask") -> AsyncIterator[Event]:
        """One turn as it happens; the last event is `Finished`.

        Raises:
            MessageError: the message is empty or too long.
        """
        check_message(message)
        config = _config(session, user, approve)
        async with self._turn(session):
            snapshot = await self._played.snapshot(session)
            pending = approvals.pending(snapshot)
            late = [a for a in pending if approvals.expired(a)]
            if pending and not late:
                yield Finished(reply=approvals.waiting(session, pending, []))
                return
            if late:
                async for _ in self._played.play(approvals.resume(snapshot, late[0], Decision(decision="expired")), config, session):
                    pass
            async for event in self._played.play({"messages": [HumanMessage(message.strip())]}, config, session):
                yield event

    async def decide(
        self,
        session: str,
        decision: Verdict,
        arguments: Mapping[str, Any] | None = None,
        approval_id: str | None = None,
        user: str = "local",
    ) -> Reply:
        """Decide on a pending approval and go on with the turn. `edit` approves with changed `arguments`.

        Raises:
            ApprovalError: nothing is pending, the approval has expired, or the changed arguments do not fit the tool.
        """
        return await _last(self.stream_decision(session, decision, arguments, approval_id, user))

    async def stream_decision(
        self,
        session: str,
        decision: Verdict,
        arguments: Mapping[str, Any] | None = None,
        approval_id: str | None = None,
        user: str = "local",
    ) -> AsyncIterator[Event]:
        """Like `decide`, as it happens."""
        async with self._turn(session):
            snapshot = await self._played.snapshot(session)
            pending = approvals.pending(snapshot)
            approval = next((a for a in pending if approval_id in (None, a.id)), None)
            if approval is None:
                raise ApprovalError(
                    f"nothing waits for a decision in session {session!r}." if not pending else "that approval is no longer pending."
                )
            made = Decision(decision="reject" if decision == "reject" else "approve", args=approval.args, by=user)
            if approvals.expired(approval):
                made = Decision(decision="expired")
            elif decision == "edit":
                made.args = await approvals.edited(approval, arguments or {}, self.services, self._workers)
            async for event in self._played.play(approvals.resume(snapshot, approval, made), _config(session, user, "ask"), session):
                yield event

    async def pending(self, session: str) -> list[Approval]:
        """The approvals that wait for a decision in a session."""
        return approvals.pending(await self._played.snapshot(session))

    async def history(self, session: str) -> list[tuple[Literal["user", "assistant"], str]]:
        """What was said in a session, oldest first."""
        said: list[tuple[Literal["user", "assistant"], str]] = []
        for message in await self._played.messages(session):
            if isinstance(message, HumanMessage):
                said.append(("user", message.text))
            elif isinstance(message, AIMessage) and not message.tool_calls:
                said.append(("assistant", message.text))
        return said

    async def turns(self, session: str) -> list[tuple[str, Reply | None]]:
        """Every message said in a session with its reply, oldest first; None for one that waits or was cut short."""
        return [(part[0].text, told(session, part)) for part in parts(await self._played.messages(session))]

    @asynccontextmanager
    async def _turn(self, session: str) -> AsyncIterator[None]:
        """Turns of one session go one after another."""
        lock = self._locks.setdefault(session, asyncio.Lock())
        async with lock:
            yield
        if not lock.locked():
            self._locks.pop(session, None)


def check_message(message: str) -> None:
    """Refuse what no turn can be made of.

    Raises:
        MessageError: empty or too long.
    """
    if not message.strip():
        raise MessageError("the message is empty; say what you would like to do, e.g. “which pipelines are there?”")
    if len(message) > MAX_MESSAGE:
        raise MessageError(
            f"the message has {len(message):,} characters; at most {MAX_MESSAGE:,} are taken. Upload long text as a file and refer to it."
        )


def _config(session: str, user: str, approve: ApproveMode) -> RunnableConfig:
    return {"configurable": {"thread_id": session, "user": user, "approve": approve}, "recursion_limit": 100}


async def _last(events: AsyncIterator[Event]) -> Reply:
    reply: Reply | None = None
    async for event in events:
        if isinstance(event, Finished):
            reply = event.reply
    if reply is None:
        raise RuntimeError("a stream of events ends with Finished")
    return reply
