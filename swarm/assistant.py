"""The assistant: messages in, events and replies out. All front-ends talk to this and to nothing else."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any, Literal

from langchain_core.messages import AIMessage, HumanMessage

from agents.registry import find_agents
from swarm import approvals, decisions
from swarm.approvals import Decision, Verdict
from swarm.audit import AuditLog
from swarm.backends import open_services
from swarm.chores import background
from swarm.conversation import parts
from swarm.desk import Desk
from swarm.errors import ApprovalError, MessageError
from swarm.facts import Facts
from swarm.journal import Journal
from swarm.mandate import ApproveMode, Limits, Mandate
from swarm.models import Models, open_models
from swarm.notes import Profiles
from swarm.notices import Notice
from swarm.outside import outside_agents
from swarm.permissions import Permissions, permissions_of
from swarm.planner.catalogue import Catalogue
from swarm.platform import find_platform
from swarm.reply import Approval, Event, Finished, Reply
from swarm.router import build, delegation_tools
from swarm.samples import first_start
from swarm.sessions import open_checkpointer
from swarm.settings import Settings
from swarm.specialist import Specialist
from swarm.telemetry import Measured, Telemetry
from swarm.toolbox import Records, Toolbox
from swarm.turnlocks import TurnLocks
from swarm.turns import Turns, told
from swarm.workers import Workers
from tools.services import Services
from tools.speaker import Speaker

MAX_MESSAGE = 20_000
"""Characters of one message."""


class Assistant:
    """One assistant over one set of backends; many conversations at once."""

    def __init__(
        self,
        settings: Settings,
        turns: Turns,
        locks: TurnLocks,
        desk: Desk,
        services: Services,
        workers: Workers,
        toolbox: Toolbox,
        warm: Sequence[Callable[[], None]],
    ) -> None:
        self._settings = settings.swarm
        self._warm = warm
        self._played = turns
        self._desk = desk
        self._workers = workers
        self.services = services
        self.toolbox = toolbox
        self._locks = locks
        self._apart: dict[str, str] = {}
        self.conversations = desk.archive(turns.checkpoints, locks.turn)
        """Users' conversations: list, search, rename, share, export, delete."""

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings | None = None, models: Models | None = None) -> AsyncIterator["Assistant"]:
        """An assistant from the settings (by default those of the environment); backends start when first needed.

        `models` are asked instead of those that the settings name.

        Raises:
            SettingsError: a setting is wrong.
        """
        settings = settings or Settings()
        swarm = settings.swarm
        async with AsyncExitStack() as stack:
            platform = find_platform()
            desk = await stack.enter_async_context(Desk.open(settings))
            locks = await stack.enter_async_context(TurnLocks.open(desk.store, swarm.home))
            services = desk.furnish(open_services(settings, platform, desk.vault.protect))
            stack.callback(services.close)
            if swarm.samples and not settings.kfp.endpoint and not settings.minio.endpoint:
                await asyncio.to_thread(first_start, services, platform, swarm.home)
            found = await stack.enter_async_context(outside_agents(settings.outside_servers, find_agents()))
            agents = find_agents() | found.agents
            models = models or open_models(settings, Catalogue([agent.toolset for agent in agents.values()], services))
            workers = Workers(swarm.threads)
            stack.callback(workers.close)
            journal = Journal(desk.store, desk.audit, locks.name)
            await asyncio.to_thread(journal.lost)
            specialists = {name: Specialist(a, models, desk, workers, journal, swarm.tools_shown) for name, a in agents.items()}
            checkpointer = await stack.enter_async_context(open_checkpointer(swarm.home, settings.database_url, desk.store))
            toolbox = Toolbox(agents, desk.airlock, partial(permissions_of, swarm), workers, Records(desk.audit, journal))
            turns = Turns(build(models, specialists, checkpointer), journal, workers, desk.telemetry)
            learn = partial(models.warm, delegation_tools(specialists))
            warm: list[Callable[[], None]] = [learn, *(one.ready for one in specialists.values())]
            assistant = cls(settings, turns, locks, desk, services, workers, toolbox, warm)
            await stack.enter_async_context(background(desk, services, workers, assistant.conversations, swarm))
            yield assistant

    async def warm(self) -> None:
        """Read now what the first message would wait for; for front-ends that are open before somebody speaks."""
        for one in self._warm:
            await asyncio.to_thread(one)

    async def ask(self, message: str, session: str, user: str = "local", approve: ApproveMode = "ask") -> Reply:
        """One turn. Never raises for what a person wrote, only for a message that cannot be taken (`MessageError`)."""
        return await _last(self.stream(message, session, user, approve, aloud=False))

    async def stream(
        self, message: str, session: str, user: str = "local", approve: ApproveMode = "ask", aloud: bool = True
    ) -> AsyncIterator[Event]:
        """One turn as it happens; the last event is `Finished`. Pieces of the answer come along as the model writes it, if `aloud`.

        While an approval waits, a clear yes or no decides on it; whatever else is said is answered beside it, without changing anything.

        Raises:
            MessageError: the message is empty or too long.
            AccessError: the session is another user's.
            RateError: the user has sent more messages than a minute allows.
        """
        check_message(message)
        message = await self._desk.receive(message.strip(), session, user, self.conversations)
        known = partial(self._desk.known, session, user, self.conversations, spoken=True)
        async with self._locks.turn_with(session, known) as facts:
            with self._played.checkpoints.turn(session), self._desk.telemetry.turn() as measured:
                mandate = self._mandate(session, user, approve, measured, facts)
                mandate.aloud = aloud
                async for event in self._desk.kept(self._answered(message, mandate), mandate, self.conversations):
                    yield event

    async def _answered(self, message: str, mandate: Mandate) -> AsyncIterator[Event]:
        """A message's turn, or what it means for the one that waits."""
        pending: list[Approval] = []
        if not await self._played.rests(mandate.session):
            await self._played.recover(mandate)
            await self._expire(mandate)
            pending = await self._pending(mandate.session)
        if not pending:
            async for event in self._played.play({"messages": [HumanMessage(message)]}, mandate):
                yield event
            return
        async for event in self._beside(message, pending, mandate):
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
            ApprovalError: nothing is pending, the user's role may not decide this, or the changed arguments do not fit the tool.
            AccessError: the session is another user's.
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
        await self._desk.admit(session, user, self.conversations)
        async with self._locks.turn_with(session, partial(self._desk.known, session, user, self.conversations)) as facts:
            with self._played.checkpoints.turn(session), self._desk.telemetry.turn() as measured:
                mandate = self._mandate(session, user, "ask", measured, facts)
                events = self._chosen(decision, arguments or {}, approval_id, mandate)
                async for event in self._desk.kept(events, mandate, self.conversations):
                    yield event

    async def _chosen(
        self, decision: Verdict, arguments: Mapping[str, Any], approval_id: str | None, mandate: Mandate
    ) -> AsyncIterator[Event]:
        """The turn that waits for this approval, or for the only one there is."""
        recovered = await self._played.recover(mandate)
        pending = await self._pending(mandate.session)
        approval = next((a for a in pending if approval_id in (None, a.id)), None)
        if approval is not None:
            async for event in self._decided(approval, decision, arguments, mandate):
                yield event
        elif recovered is not None:
            yield Finished(reply=recovered)
        else:
            nothing = f"nothing waits for a decision in session {mandate.session!r}."
            raise ApprovalError("that approval is no longer pending." if pending else nothing)

    async def pending(self, session: str, user: str = "local") -> list[Approval]:
        """The approvals that wait for a decision in a session."""
        await self._desk.admit(session, user, self.conversations)
        return await self._pending(session)

    async def _pending(self, session: str) -> list[Approval]:
        return await self._played.pending(await self._played.snapshot(session))

    async def history(self, session: str, user: str = "local") -> list[tuple[Literal["user", "assistant"], str]]:
        """What was said in a session, oldest first."""
        await self._desk.admit(session, user, self.conversations)
        said: list[tuple[Literal["user", "assistant"], str]] = []
        for message in await self._played.record(session):
            if isinstance(message, HumanMessage):
                said.append(("user", message.text))
            elif isinstance(message, AIMessage) and not message.tool_calls:
                said.append(("assistant", message.text))
        return said

    async def turns(self, session: str, user: str = "local") -> list[tuple[str, Reply | None]]:
        """Every message said in a session with its reply, oldest first; None for one that waits or was cut short."""
        await self._desk.admit(session, user, self.conversations)
        return [(part[0].text, told(session, part)) for part in parts(await self._played.record(session))]

    async def notifications(self, sessions: str, user: str = "local") -> AsyncIterator[Notice]:
        """What watches report to a conversation, as it comes, each notice to one taker only, also after a restart.

        Args:
            sessions: a session of the user's; or, for a front-end that serves many, the beginning that they have in common and a `*`.
            user: who listens.

        Raises:
            AccessError: the session is another user's.
        """
        if not sessions.endswith("*"):
            await self._desk.admit(sessions, user, self.conversations)
        async for notice in self._desk.notices.deliveries(sessions):
            yield notice

    async def claim(self, name: str) -> bool:
        """Take something that is to be done once, in whichever replica; tells whether this call was the first."""
        return await asyncio.to_thread(self._desk.store.claim, name)

    @property
    def profiles(self) -> Profiles:
        """What users asked to be remembered; its methods block."""
        return self._desk.profiles

    @property
    def audit(self) -> AuditLog:
        """What was done, for whom and by whose approval; its methods block."""
        return self._desk.audit

    @property
    def telemetry(self) -> Telemetry:
        """What is measured, for pages and ports that show it."""
        return self._desk.telemetry

    def tools_of(self, user: str) -> Toolbox:
        """The tools by themselves, for a user's role."""
        return self.toolbox.with_permissions(self.permissions(user))

    def apart(self, user: str) -> Speaker:
        """Whom a user's single calls are for: secrets in them are kept apart under a session that nobody can guess, and so nobody join."""
        return Speaker(user, self._apart.setdefault(user, f"apart-{secrets.token_hex(16)}"))

    def permissions(self, user: str) -> Permissions:
        """What a user may do, and when a person is asked."""
        return permissions_of(self._settings, user)

    def _mandate(self, session: str, user: str, approve: ApproveMode, measured: Measured | None, facts: Facts) -> Mandate:
        """What this user may do in a turn, and how much it may cost."""
        given = self._settings
        permissions = self.permissions(user)
        limits = Limits(given.turn_steps, given.turn_tokens, given.turn_seconds)
        mask = partial(self._desk.vault.mask_all, session)
        return Mandate(session, user, permissions, approve, limits, facts=facts, mask=mask, measured=measured)

    async def _beside(self, message: str, pending: list[Approval], mandate: Mandate) -> AsyncIterator[Event]:
        """A message while approvals wait: a decision on the one that is shown, perhaps with a new request, or an aside."""
        approval = pending[0]
        said = decisions.said(message, approval.effect)
        if said is None and decisions.agrees(message):
            yield Finished(reply=approvals.waiting(mandate.session, pending, [], "Please say `approve` or `reject` in so many words. "))
        elif said is None:
            async for event in self._played.aside(message, pending, mandate):
                yield event
        elif said.verdict == "approve" and mandate.approve in ("none", "apart"):
            yield Finished(reply=approvals.waiting(mandate.session, pending, []))
        else:
            last: Reply | None = None
            try:
                async for event in self._decided(approval, said.verdict, {}, mandate):
                    last = event.reply if isinstance(event, Finished) else None
                    if last is None or not said.rest or last.approval is not None:
                        yield event
            except ApprovalError as error:
                yield Finished(reply=approvals.waiting(mandate.session, pending, [], f"{str(error)[:1].upper()}{str(error)[1:]} "))
            if said.rest and last is not None and last.approval is None:
                facts = await asyncio.to_thread(self._desk.known, mandate.session, mandate.user, self.conversations)
                again = self._mandate(mandate.session, mandate.user, mandate.approve, mandate.measured, facts)
                async for event in self._played.play({"messages": [HumanMessage(said.rest)]}, again):
                    yield event

    async def _decided(self, approval: Approval, verdict: Verdict, arguments: Mapping[str, Any], mandate: Mandate) -> AsyncIterator[Event]:
        """Go on with the turn that waits for this approval.

        Raises:
            ApprovalError: this user may not decide it, or the changed arguments do not fit.
        """
        approvals.check_role(approval.effect, mandate)
        made = Decision(
            decision="reject" if verdict == "reject" else "approve", args=approval.args, effect=approval.effect, by=mandate.user
        )
        if approvals.expired(approval):
            made = Decision(decision="expired")
        elif verdict == "edit":
            call = await approvals.edited(approval, arguments, self.toolbox.agents, self._desk.airlock, mandate, self._workers)
            approvals.check_role(call.effect, mandate)
            made.args, made.effect = call.args, call.effect
        snapshot = await self._played.snapshot(mandate.session)
        async for event in self._played.play(approvals.resume(snapshot, approval, made), replace(mandate, approve="ask")):
            yield event

    async def _expire(self, mandate: Mandate) -> None:
        """Let the approvals go for which it is too late."""
        for approval in await self._pending(mandate.session):
            if approvals.expired(approval):
                snapshot = await self._played.snapshot(mandate.session)
                await _last(self._played.play(approvals.resume(snapshot, approval, Decision(decision="expired")), mandate))


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


async def _last(events: AsyncIterator[Event]) -> Reply:
    reply: Reply | None = None
    async for event in events:
        if isinstance(event, Finished):
            reply = event.reply
    if reply is None:
        raise RuntimeError("a stream of events ends with Finished")
    return reply
