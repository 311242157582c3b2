"""The assistant: messages in, events and replies out. All front-ends talk to this and to nothing else."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Literal, cast

from langchain_core.messages import AIMessage, AIMessageChunk, AnyMessage, HumanMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command, StateSnapshot

from agents.registry import find_agents
from swarm.backends import open_services
from swarm.citations import cite
from swarm.conversation import Outcome, outcomes, total, turn, usage_of
from swarm.errors import ApprovalError, MessageError
from swarm.failures import explain
from swarm.models import open_model
from swarm.permissions import Permissions
from swarm.planner.catalogue import Catalogue
from swarm.platform import find_platform
from swarm.reply import AnswerDelta, Approval, Event, Finished, Reply, Step, StepFinished, StepProgress, StepStarted, Usage
from swarm.router import build
from swarm.samples import first_start
from swarm.sessions import open_checkpointer
from swarm.settings import Settings
from swarm.specialist import Specialist
from swarm.toolcalls import Decision, Record
from tools.call import prepare
from tools.result import ToolResult
from tools.services import Services

MAX_MESSAGE = 20_000
"""Characters of one message."""
ApproveMode = Literal["ask", "all", "none"]


class Assistant:
    """One assistant over one set of backends; many conversations at once."""

    def __init__(self, graph: CompiledStateGraph[Any, Any, Any, Any], services: Services) -> None:
        self._graph = graph
        self.services = services
        self._turns: dict[str, asyncio.Lock] = {}

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
            permissions = Permissions(swarm.role, swarm.approval, swarm.approval_minutes)
            specialists = {name: Specialist(agent, model, services, permissions) for name, agent in agents.items()}
            checkpointer = await stack.enter_async_context(open_checkpointer(swarm.home))
            yield cls(build(model, specialists, checkpointer), services)

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
            pending = await self.pending(session)
            expired = [a for a in pending if _expired(a)]
            if pending and not expired:
                yield Finished(reply=await self._waiting(session, pending))
                return
            if expired:
                async for _ in self._play(
                    _resume(await self._snapshot(session), expired[0], Decision(decision="expired")), config, session
                ):
                    pass
            async for event in self._play({"messages": [HumanMessage(message.strip())]}, config, session):
                yield event

    async def decide(
        self,
        session: str,
        decision: Literal["approve", "reject", "edit"],
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
        decision: Literal["approve", "reject", "edit"],
        arguments: Mapping[str, Any] | None = None,
        approval_id: str | None = None,
        user: str = "local",
    ) -> AsyncIterator[Event]:
        """Like `decide`, as it happens."""
        async with self._turn(session):
            pending = await self.pending(session)
            approval = next((a for a in pending if approval_id in (None, a.id)), None)
            if approval is None:
                raise ApprovalError(
                    f"nothing waits for a decision in session {session!r}." if not pending else "that approval is no longer pending."
                )
            made = Decision(decision="approve" if decision == "edit" else decision, args=approval.args, by=user)
            if _expired(approval):
                made = Decision(decision="expired")
            elif decision == "edit":
                made.args = await self._edited(approval, arguments or {})
            resume = _resume(await self._snapshot(session), approval, made)
            async for event in self._play(resume, _config(session, user, "ask"), session):
                yield event

    async def pending(self, session: str) -> list[Approval]:
        """The approvals that wait for a decision in a session."""
        snapshot = await self._snapshot(session)
        return [Approval.model_validate(i.value) for i in snapshot.interrupts]

    async def history(self, session: str) -> list[tuple[Literal["user", "assistant"], str]]:
        """What was said in a session, oldest first."""
        said: list[tuple[Literal["user", "assistant"], str]] = []
        for message in (await self._snapshot(session)).values.get("messages", []):
            if isinstance(message, HumanMessage):
                said.append(("user", message.text))
            elif isinstance(message, AIMessage) and not message.tool_calls:
                said.append(("assistant", message.text))
        return said

    async def turns(self, session: str) -> list[tuple[str, Reply | None]]:
        """Every message said in a session with its reply, oldest first; None for one that waits or was cut short."""
        messages = (await self._snapshot(session)).values.get("messages", [])
        starts = [i for i, m in enumerate(messages) if isinstance(m, HumanMessage)]
        parts = [messages[a:b] for a, b in pairwise([*starts, len(messages)])]
        return [(part[0].text, _told(session, part)) for part in parts]

    async def _snapshot(self, session: str) -> StateSnapshot:
        return await self._graph.aget_state({"configurable": {"thread_id": session}}, subgraphs=False)

    @asynccontextmanager
    async def _turn(self, session: str) -> AsyncIterator[None]:
        """Turns of one session go one after another."""
        lock = self._turns.setdefault(session, asyncio.Lock())
        async with lock:
            yield
        if not lock.locked():
            self._turns.pop(session, None)

    async def _edited(self, approval: Approval, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The changed arguments, resolved and checked like any others."""
        toolset = find_agents()[approval.agent].toolset
        merged = {**approval.args, **arguments}
        prepared = await asyncio.to_thread(prepare, toolset.tools[approval.tool], merged, self.services, toolset.resolvers)
        if isinstance(prepared, ToolResult):
            raise ApprovalError(f"{prepared.content} The approval still waits.")
        return prepared.args

    async def _play(self, start: Any, config: RunnableConfig, session: str) -> AsyncIterator[Event]:
        """Run the graph until it ends or waits, passing its events on."""
        ended: dict[str, StepFinished] = {}
        alone = True
        try:
            async for place, mode, data in self._graph.astream(
                start, config, stream_mode=["custom", "messages", "updates"], subgraphs=True
            ):
                if mode == "updates" and not place and isinstance(data, dict) and "route" in data:
                    alone = len(data["route"]["messages"][-1].tool_calls) <= 1
                elif mode == "custom" and isinstance(data, StepStarted | StepProgress | StepFinished):
                    if isinstance(data, StepFinished):
                        ended[data.id] = data
                    yield data
                elif mode == "messages" and (alone or not place):
                    chunk = cast(tuple[AnyMessage, dict[str, Any]], data)[0]
                    if isinstance(chunk, AIMessageChunk) and chunk.text:
                        yield AnswerDelta(text=chunk.text)
        except (asyncio.CancelledError, GeneratorExit):
            await self._close_turn(session, list(ended.values()), "The user stopped this turn.")
            raise
        except Exception as error:  # noqa: BLE001 - the boundary: whatever ends a turn becomes a reply
            answer = explain(error)
            await self._close_turn(session, list(ended.values()), answer)
            yield Finished(reply=Reply(session=session, answer=answer, status="failed", steps=[e.step for e in ended.values()]))
            return
        yield Finished(reply=await self._reply(session, {key: e.step for key, e in ended.items()}))

    async def _close_turn(self, session: str, ended: list[StepFinished], answer: str) -> None:
        """Answer what a turn that broke off left open, so that nothing approved in it is asked for, or done, a second time."""
        messages = turn((await self._snapshot(session)).values.get("messages", []))
        answered = {m.tool_call_id for m in messages if isinstance(m, ToolMessage)}
        calls = [c for m in messages if isinstance(m, AIMessage) for c in m.tool_calls if c["id"] not in answered]
        records = [Record(step=e.step, artifacts=e.artifacts) for e in ended]
        said: list[AnyMessage] = []
        for call in calls:
            outcome = Outcome(answer=answer, status="failed", records=records if not said else [])
            said.append(ToolMessage(answer, name=call["name"], tool_call_id=str(call["id"]), artifact=outcome.model_dump(mode="json")))
        said.append(AIMessage(answer, additional_kwargs={"composed": True}))
        await self._graph.aupdate_state({"configurable": {"thread_id": session}}, {"messages": said}, as_node="gather")

    async def _reply(self, session: str, seen: Mapping[str, Step]) -> Reply:
        """The reply that the session's state holds now; `seen` are steps of branches that have not come back yet."""
        snapshot = await self._snapshot(session)
        pending = [Approval.model_validate(i.value) for i in snapshot.interrupts]
        if pending:
            return await self._waiting(session, pending, seen)
        return _told(session, turn(snapshot.values.get("messages", []))) or Reply(
            session=session, answer="The turn ended without an answer.", status="failed", steps=list(seen.values())
        )

    async def _waiting(self, session: str, pending: list[Approval], seen: Mapping[str, Step] | None = None) -> Reply:
        """The reply while a decision is due."""
        approval = pending[0]
        verb = "This would **remove or overwrite** something" if approval.effect == "destroy" else "This would change something"
        answer = f"{verb}, so please decide: approve or reject.\n\n{approval.preview}"
        if len(pending) > 1:
            answer += f"\n\n{len(pending) - 1} more decision(s) will follow."
        return Reply(
            session=session, answer=answer, status="needs_approval", steps=list((seen or {}).values()), approval=approval, usage=Usage()
        )


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


def _told(session: str, messages: list[AnyMessage]) -> Reply | None:
    """The reply that a turn's messages end with, if they do."""
    last = messages[-1] if messages else None
    if not isinstance(last, AIMessage) or last.tool_calls:
        return None
    found = outcomes(messages)
    usage = total([usage_of(messages), *(o.usage for o in found)])
    answer, sources = cite(last.text, [s for o in found for s in o.sources])
    status: Any = next((o.status for o in found if o.status != "done"), "done")
    return Reply(
        session=session,
        answer=answer,
        status="done" if len(found) > 1 and status == "failed" else status,
        steps=[s for o in found for s in o.steps],
        artifacts=[a for o in found for a in o.artifacts],
        sources=sources,
        usage=usage,
    )


def _config(session: str, user: str, approve: ApproveMode) -> RunnableConfig:
    return {"configurable": {"thread_id": session, "user": user, "approve": approve}, "recursion_limit": 100}


def _resume(snapshot: StateSnapshot, approval: Approval, decision: Decision) -> Command[Any]:
    """The command that wakes just the branch that waits for this approval."""
    waiting = next(i for i in snapshot.interrupts if i.value["id"] == approval.id)
    return Command(resume={waiting.id: decision.model_dump()})


def _expired(approval: Approval) -> bool:
    return datetime.fromisoformat(approval.expires_at) < datetime.now(UTC)


async def _last(events: AsyncIterator[Event]) -> Reply:
    reply: Reply | None = None
    async for event in events:
        if isinstance(event, Finished):
            reply = event.reply
    if reply is None:
        raise RuntimeError("a stream of events ends with Finished")
    return reply
