"""Conversations that pages follow: the turn goes on whether anybody watches or not, and everybody who comes sees where it is."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from swarm.assistant import Assistant, check_message
from swarm.errors import ApprovalError, MessageError
from swarm.reply import Event
from ui.turn import Request, Turn, Verdict

log = logging.getLogger(__name__)

FRAME = 0.05
"""Seconds between two looks at a turn under way."""


class Conversation:
    """One session, as the page shows it."""

    def __init__(self, assistant: Assistant, session: str, tasks: set[asyncio.Task[None]]) -> None:
        self.session = session
        self.turns: list[Turn] = []
        self.notice = ""
        """What could not be taken, until something else is said or decided."""
        self._assistant = assistant
        self._tasks = tasks
        self._task: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()

    @property
    def running(self) -> bool:
        """Whether a turn is under way."""
        return self._task is not None and not self._task.done()

    @property
    def last(self) -> Turn | None:
        """The latest turn."""
        return self.turns[-1] if self.turns else None

    async def load(self) -> None:
        """Read the turns anew from the conversation's store."""
        self.turns = [Turn.told(said, reply) for said, reply in await self._assistant.turns(self.session)]
        pending = await self._assistant.pending(self.session)
        if pending and self.last is not None:
            self.last.end("")
            self.last.wait(pending[0])

    def send(self, message: str, user: str) -> None:
        """Begin a turn.

        Raises:
            MessageError: the message cannot be taken, or not now.
        """
        check_message(message)
        if self.running:
            raise MessageError("a turn is under way in this conversation; wait for its end or stop it, then send this again.")
        turn = Turn(message.strip())
        self.turns.append(turn)
        self._start(turn, self._assistant.stream(message, self.session, user))

    def decide(self, verdict: Verdict, arguments: Mapping[str, Any] | None, user: str) -> None:
        """Decide on what the last turn waits for, and go on with it; does nothing when it does not wait."""
        turn = self.last
        if turn is not None and turn.waiting is not None and not self.running:
            request = turn.waiting
            request.verdict, turn.running = verdict, True
            events = self._assistant.stream_decision(self.session, verdict, arguments, request.approval.id, user)
            self._start(turn, events)

    def stop(self) -> None:
        """End the turn under way."""
        if self._task is not None:
            self._task.cancel()

    async def follow(self) -> AsyncIterator[None]:
        """Yields at once and after every change, for the last time when nothing is under way any more."""
        while True:
            changed, running = self._changed, self.running
            yield
            if not running:
                return
            await changed.wait()
            await asyncio.sleep(FRAME)

    def _start(self, turn: Turn, events: AsyncIterator[Event]) -> None:
        self.notice = ""
        self._task = asyncio.create_task(self._play(turn, events))
        self._tasks.add(self._task)
        self._task.add_done_callback(partial(self._ended, turn))

    async def _play(self, turn: Turn, events: AsyncIterator[Event]) -> None:
        try:
            async for event in events:
                turn.apply(event)
                self._notify()
        except ApprovalError as error:
            await self._refused(turn, str(error))

    def _ended(self, turn: Turn, task: asyncio.Task[None]) -> None:
        """The turn's last word when it has not spoken it itself: stopped, perhaps before it began, or broken off."""
        self._tasks.discard(task)
        if task.cancelled():
            turn.end("You stopped this turn.")
        elif (error := task.exception()) is not None:
            log.error("turn broke off in session %s", self.session, exc_info=error)
            turn.end("This turn broke off unexpectedly; the server's log says why. Please send it again.", failed=True)
        self._notify()

    async def _refused(self, turn: Turn, why: str) -> None:
        """Back to waiting when the decision is still due; otherwise show how the turn went on without this page."""
        request = next((p for p in reversed(turn.parts) if isinstance(p, Request)), None)
        pending = {a.id for a in await self._assistant.pending(self.session)}
        if request is not None and request.approval.id in pending:
            request.verdict = None
        else:
            await self.load()
        turn.running = False
        self.notice = f"{why[:1].upper()}{why[1:]}"

    def _notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


class Conversations:
    """The conversations that somebody looks at or that are at work."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._open: WeakValueDictionary[str, Conversation] = WeakValueDictionary()
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self, session: str) -> Conversation:
        """A session's conversation, as it is now."""
        conversation = self._open.get(session)
        if conversation is None:
            conversation = self._open[session] = Conversation(self._assistant, session, self._tasks)
        if not conversation.running:
            await conversation.load()
        return conversation

    async def close(self) -> None:
        """End the turns under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
