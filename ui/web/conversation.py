"""Conversations that pages follow: the turn goes on whether anybody watches or not, and everybody who comes sees where it is."""

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Mapping
from functools import partial
from time import monotonic
from typing import Any

from swarm.assistant import Assistant, check_message
from swarm.errors import ApprovalError, MessageError, SwarmError
from swarm.reply import Event
from ui.turn import Request, Turn, Verdict
from ui.web.form import Field, fields
from ui.web.kept import Kept

log = logging.getLogger(__name__)

PREFIX = "web-"
"""How the sessions of this front-end begin."""
TWICE = 1.0
"""Seconds within which the same message comes from a key that was pressed twice."""


class Conversation:
    """One session, as the page shows it."""

    def __init__(self, assistant: Assistant, session: str, tasks: set[asyncio.Task[None]]) -> None:
        self.session = session
        self.turns: list[Turn] = []
        self.notice = ""
        """What could not be taken, until something else is said or decided."""
        self.changes = 0
        """Grows with everything that there is to show."""
        self._opened = uuid.uuid4().hex
        self._assistant = assistant
        self._tasks = tasks
        self._task: asyncio.Task[None] | None = None
        self._began = 0.0
        self._changed = asyncio.Event()

    @property
    def mark(self) -> str:
        """Another word after every change; never one that it had before the server was restarted."""
        return f"{self._opened}-{self.changes}"

    @property
    def running(self) -> bool:
        """Whether a turn is under way."""
        return self._task is not None and not self._task.done()

    @property
    def last(self) -> Turn | None:
        """The latest turn."""
        return self.turns[-1] if self.turns else None

    @property
    def waiting(self) -> Request | None:
        """The request that is to be decided now."""
        return self.last.waiting if self.last is not None and not self.running else None

    async def load(self, user: str) -> None:
        """Read the turns anew from the conversation's store; a turn that begins meanwhile stays what is shown.

        Raises:
            AccessError: it is not this user's.
        """
        task = self._task
        turns = [Turn.told(said, reply) for said, reply in await self._assistant.turns(self.session, user)]
        await self._place_news(turns, user)
        pending = await self._assistant.pending(self.session, user)
        if self._task is not task:
            return
        self.turns = turns
        if pending and self.last is not None:
            for turn in self.turns:
                turn.end("", failed=turn.failed)
            self.last.wait(pending[0])

    async def _place_news(self, turns: list[Turn], user: str) -> None:
        """Put what watches reported behind the turns they came after."""
        turn = -1
        for said in await self._assistant.conversations.messages(self.session, user):
            if said.role == "user":
                turn = min(turn + 1, len(turns) - 1)
            elif said.role == "notice" and turns:
                turns[turn].news.append(said.text)

    def tell(self, report: str) -> None:
        """Show what a watch reports."""
        if self.turns:
            self.turns[-1].news.append(report)
        self._notify()

    async def rate(self, turn: int, good: bool, user: str) -> None:
        """Keep whether the answer of a turn helped."""
        await self._assistant.conversations.rate(self.session, turn, good, user=user)

    def send(self, message: str, user: str) -> None:
        """Begin a turn. The message that is being answered or came a moment ago, sent once more, is the same one: a key was pressed twice.

        Raises:
            MessageError: the message cannot be taken, or not now.
        """
        check_message(message)
        last = self.last
        if last is not None and last.said == message.strip() and (self.running or (monotonic() - self._began < TWICE and not last.notice)):
            return
        if self.running:
            raise MessageError("a turn is under way in this conversation; wait for its end or stop it, then send this again.")
        turn = Turn(message.strip())
        beside = self.waiting is not None
        self.turns.append(turn)
        self._start(turn, self._assistant.stream(message, self.session, user), user, reload=beside)

    def decide(self, verdict: Verdict, arguments: Mapping[str, Any] | None, user: str) -> None:
        """Decide on what the last turn waits for, and go on with it; does nothing when it does not wait."""
        turn, request = self.last, self.waiting
        if turn is not None and request is not None:
            request.verdict, request.wanted, turn.running = verdict, arguments, True
            events = self._assistant.stream_decision(self.session, verdict, arguments, request.approval.id, user)
            self._start(turn, events, user)

    def fields(self, request: Request) -> list[Field]:
        """What can be changed in a call before it is approved; what was wanted and refused stands there again."""
        approval = request.approval
        agent = self._assistant.toolbox.agents.get(approval.agent)
        tool = agent.toolset.tools.get(approval.tool) if agent is not None else None
        schema = tool.parameters.model_json_schema() if tool is not None else {"properties": {name: {} for name in approval.args}}
        return fields(schema, request.wanted or approval.args)

    def stop(self) -> None:
        """End the turn under way."""
        if self._task is not None:
            self._task.cancel()

    @property
    def changed(self) -> asyncio.Event:
        """Set at the next change."""
        return self._changed

    def remark(self, sentence: str) -> None:
        """Show why something was not taken, until something else is said or decided."""
        self.notice = _sentence(sentence)
        self._notify()

    def _start(self, turn: Turn, events: AsyncIterator[Event], user: str, reload: bool = False) -> None:
        self.notice, self._began = "", monotonic()
        self._task = asyncio.create_task(self._play(turn, events, user, reload))
        self._tasks.add(self._task)
        self._task.add_done_callback(partial(self._ended, turn))
        self._notify()

    async def _play(self, turn: Turn, events: AsyncIterator[Event], user: str, reload: bool) -> None:
        """Show a turn; what is said while an approval waits may change the turn that waits, so that all is read anew."""
        try:
            async for event in events:
                turn.apply(event)
                self._notify()
            if reload:
                await self.load(user)
        except ApprovalError as error:
            await self._refused(turn, str(error), user)
        except SwarmError as error:
            turn.end(_sentence(str(error)), failed=True)

    def _ended(self, turn: Turn, task: asyncio.Task[None]) -> None:
        """The turn's last word when it has not spoken it itself: stopped, perhaps before it began, or broken off."""
        self._tasks.discard(task)
        if task.cancelled():
            turn.end("You stopped this turn.")
        elif (error := task.exception()) is not None:
            log.error("turn broke off in session %s", self.session, exc_info=error)
            turn.end("This turn broke off unexpectedly; the server's log says why. Please send it again.", failed=True)
        self._notify()

    async def _refused(self, turn: Turn, why: str, user: str) -> None:
        """Back to waiting when the decision is still due; otherwise show how the turn went on without this page."""
        request = next((p for p in reversed(turn.parts) if isinstance(p, Request)), None)
        pending = {a.id for a in await self._assistant.pending(self.session, user)}
        if request is not None and request.approval.id in pending:
            request.verdict = None
        else:
            await self.load(user)
        turn.running = False
        self.notice = _sentence(why)

    def _notify(self) -> None:
        self.changes += 1
        self._changed.set()
        self._changed = asyncio.Event()


class Conversations:
    """The conversations that somebody looks at or that are at work."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._life = uuid.uuid4().hex
        self._open: Kept[str, Conversation] = Kept()
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self, session: str, user: str) -> Conversation:
        """A session's conversation, as it is now.

        Raises:
            AccessError: it is not this user's.
        """
        conversation = self._open.get(session) or self._open.add(session, Conversation(self._assistant, session, self._tasks))
        if not conversation.running:
            await conversation.load(user)
        return conversation

    def mark(self, session: str) -> str:
        """The life of this server, and behind a space another word after every change of a conversation that somebody looks at."""
        conversation = self._open.get(session)
        return f"{self._life} {conversation.mark if conversation is not None else ''}"

    async def listen(self) -> None:
        """Show what watches report in the conversations that are open; in others it stands when they are opened. Until canceled."""
        async for notice in self._assistant.notifications(f"{PREFIX}*"):
            conversation = self._open.get(notice.session)
            if conversation is not None:
                conversation.tell(notice.text)

    async def close(self) -> None:
        """End the turns under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
