"""Conversations held in threads: what people say and decide there goes to the assistant, what it answers comes back."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from swarm.assistant import Assistant
from swarm.errors import AccessError, ApprovalError, SwarmError
from swarm.reply import Approval, Event
from tools.files import LocalFiles
from ui.attachments import with_files
from ui.slack import cards
from ui.slack.files import SharedFiles, uploads
from ui.slack.people import People
from ui.slack.post import Post
from ui.slack.threads import Thread
from ui.slack.words import Block, blocks, line, plain
from ui.turn import Turn, Verdict

log = logging.getLogger(__name__)

BROKEN = "This turn broke off unexpectedly; the server's log says why. Please send it again."
DONE: dict[Verdict, str] = {"approve": "Approved by ", "edit": "Approved with changes by ", "reject": "Rejected by "}
Card = tuple[str, list[Block]]
"""The message with the buttons of a decision: its time and its blocks."""
RECENT = 20
"""Conversations of a person in which open decisions are looked for."""


class Conversations:
    """All threads of a workspace."""

    def __init__(self, assistant: Assistant, client: AsyncWebClient, people: People, files: SharedFiles, limit: int) -> None:
        self._assistant = assistant
        self._client = client
        self._people = people
        self._files = files
        self._limit = limit
        self._joined: set[tuple[str, str]] = set()
        self._settled: set[str] = set()
        self.post = Post(client)

    async def hear(self, thread: Thread, user_id: str, text: str, files: list[Mapping[str, Any]], reply: bool) -> None:
        """Answer what somebody said in a thread; `reply` tells that the thread was there before."""
        try:
            user = await self._join(thread, user_id)
            shared = [*files, *(await self._earlier(thread) if reply else [])]
            new = [f for f in shared if await self._assistant.claim(f"slack-file-{thread.session}-{f.get('id')}")]
            message = with_files(text, await self._files.fetch(thread.session, new)) or "help"
            await self._play(thread, Turn(message), self._assistant.stream(message, thread.session, user))
        except AccessError as error:
            await self.post.whisper(thread, user_id, _sentence(error))
        except SwarmError as error:
            await self.post.say(thread, _sentence(error))
        except Exception:
            log.exception("turn broke off in session %s", thread.session)
            await self.post.say(thread, BROKEN)

    async def decide(
        self,
        session: str,
        approval: str,
        verdict: Verdict,
        user_id: str,
        arguments: Mapping[str, Any] | None = None,
        card: Card | None = None,
    ) -> None:
        """Decide for whoever pressed a button, and go on with the turn."""
        thread = Thread.of(session)
        if thread is None:
            return
        try:
            user = await self._join(thread, user_id) if card is not None else await self._people.name(user_id)
            events = aiter(self._assistant.stream_decision(session, verdict, arguments, approval, user))
            first = await anext(events)
        except SwarmError as error:
            await self._refused(thread, user_id, approval, error, card)
            return
        self._settled.add(approval)
        if card is not None:
            outcome = [plain(DONE[verdict], "bold"), {"type": "user", "user_id": user_id}]
            await self.post.close(thread, *card, *outcome)
        try:
            await self._play(thread, Turn(""), _chained(first, events))
        except Exception:
            log.exception("turn broke off in session %s", session)
            await self.post.say(thread, BROKEN)

    async def approval(self, session: str, approval: str, user_id: str, present: bool) -> Approval:
        """The approval that somebody wants to change; `present` tells that Slack saw them in the channel.

        Raises:
            SwarmError: it is no longer pending, or none of theirs.
        """
        thread = Thread.of(session)
        user = await self._join(thread, user_id) if present and thread else await self._people.name(user_id)
        for pending in await self._assistant.pending(session, user):
            if pending.id == approval:
                return pending
        raise ApprovalError("that approval is no longer pending.")

    async def waiting(self, user_id: str) -> list[tuple[str, str, Approval]]:
        """What waits for a decision in somebody's threads: session, link, approval."""
        user = await self._people.name(user_id)
        found = []
        for summary in await self._assistant.conversations.recent(user, RECENT):
            thread = Thread.of(summary.session)
            pending = await self._assistant.pending(summary.session, user) if thread else []
            if thread and pending:
                found.append((summary.session, await self.post.link(thread), pending[0]))
        return found

    async def notify(self, team: str) -> None:
        """Tell in the threads what watches report, with a mention of who asked; goes on for ever."""
        async for notice in self._assistant.notifications(f"slack-{team}-*"):
            thread = Thread.of(notice.session)
            if thread is None:
                continue
            user_id = await self._people.slack_id(notice.user)
            mention = [line({"type": "user", "user_id": user_id})] if user_id else []
            try:
                await self.post.send(thread, [*mention, *blocks(notice.text)], notice.text)
            except SlackApiError as error:
                log.warning("a notice for %s was not taken: %s", notice.session, error)

    async def _play(self, thread: Thread, turn: Turn, events: AsyncIterator[Event]) -> None:
        async with self.post.following(thread, turn):
            async for event in events:
                turn.apply(event)
        await self._tell(thread, turn)

    async def _tell(self, thread: Thread, turn: Turn) -> None:
        """The answer of a turn, and what there is to look at; or the decision that it waits for."""
        request = turn.waiting
        said = blocks(turn.answer) if turn.answer else []
        if request is not None:
            pieces = [*said, *cards.decision(request.approval)]
            await self.post.send(thread, pieces, request.approval.preview, last=[cards.buttons(thread.session, request.approval)])
            return
        drawn = [piece for artifact in turn.drawings for piece in cards.drawn(artifact)]
        sent = await uploads(turn.artifacts, self._assistant.services.get(LocalFiles), self._limit)
        await self.post.send(thread, [*said, *drawn, *cards.sources(turn.sources)], turn.answer, sent)

    async def _join(self, thread: Thread, user_id: str) -> str:
        """Whoever Slack lets speak in a channel takes part in its conversations; the channel owns them.

        Raises:
            AccessError: somebody of another organisation, or a bot.
        """
        user = await self._people.name(user_id)
        if not thread.direct and (thread.session, user) not in self._joined:
            await self._assistant.conversations.share(thread.session, user, thread.owner)
            self._joined.add((thread.session, user))
        return user

    async def _earlier(self, thread: Thread) -> list[Mapping[str, Any]]:
        """Files that were shared in the thread before the assistant was called."""
        try:
            answer = await self._client.conversations_replies(channel=thread.channel, ts=thread.ts, limit=100)
        except SlackApiError as error:
            log.warning("earlier files of %s cannot be seen: %s", thread.session, error)
            return []
        people = [m for m in answer.get("messages") or [] if not m.get("bot_id")]
        return [file for message in people for file in message.get("files") or [] if file.get("mode") != "tombstone"]

    async def _refused(self, thread: Thread, user_id: str, approval: str, error: SwarmError, card: Card | None) -> None:
        """Tell who pressed why nothing happens; take the buttons off when nobody can press them any more."""
        await self.post.whisper(thread, user_id, _sentence(error))
        if card is None or approval in self._settled or not isinstance(error, ApprovalError):
            return
        pending = await self._assistant.pending(thread.session, await self._people.name(user_id))
        if approval not in {p.id for p in pending}:
            await self.post.close(thread, *card, plain("This is no longer waiting.", "italic"))


def _sentence(error: SwarmError) -> str:
    return f"{str(error)[:1].upper()}{str(error)[1:]}"


async def _chained(first: Event, rest: AsyncIterator[Event]) -> AsyncIterator[Event]:
    yield first
    async for event in rest:
        yield event


async def ended(tasks: set[asyncio.Task[None]]) -> None:
    """Cancel what is under way, and wait for its end."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
