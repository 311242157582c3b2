"""What Slack sends, acknowledged at once and worked on afterwards, each thing once."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, cast

from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from swarm.assistant import Assistant
from swarm.errors import SwarmError
from ui.readiness import Readiness
from ui.slack import cards
from ui.slack.conversations import Conversations
from ui.slack.threads import Thread
from ui.slack.words import fallback, heard, line, plain
from ui.turn import Verdict

log = logging.getLogger(__name__)

Body = dict[str, Any]
Ack = Callable[..., Awaitable[None]]
Respond = Callable[..., Awaitable[Any]]
HELP = (
    "Say what you want: `/swarm which pipelines are there?` `/swarm status` shows what is connected. "
    "Mention me in a channel or write to me directly; each thread is a conversation, and approvals come as buttons."
)
SPOKEN = (None, "file_share")
"""Kinds of messages that people write themselves."""


class Reception:
    """Takes events, commands, buttons and forms from bolt."""

    def __init__(self, assistant: Assistant, client: AsyncWebClient, conversations: Conversations, readiness: Readiness, bot: str) -> None:
        self._assistant = assistant
        self._client = client
        self._conversations = conversations
        self._readiness = readiness
        self._bot = bot
        self.tasks: set[asyncio.Task[None]] = set()
        """What is under way."""

    def listen(self, app: AsyncApp) -> None:
        """Register with bolt."""
        app.event("app_mention")(self.mentioned)
        app.event("message")(self.written)
        app.event("app_home_opened")(self.home_opened)
        app.command("/swarm")(self.commanded)
        for action in ("approve", "reject", "edit"):
            app.action(action)(self.pressed)
        app.view("edited")(self.edited)

    async def mentioned(self, body: Body, event: Body) -> None:
        """Somebody called the assistant in a channel."""
        if event.get("subtype") in SPOKEN and not event.get("bot_id"):
            self.work(self._heard(body, event))

    async def written(self, body: Body, event: Body) -> None:
        """Somebody wrote directly to the assistant."""
        if event.get("channel_type") == "im" and event.get("subtype") in SPOKEN and not event.get("bot_id"):
            self.work(self._heard(body, event))

    async def home_opened(self, event: Body) -> None:
        """Somebody looks at the app's home."""
        if event.get("tab", "home") == "home":
            self.work(self._home(event["user"]))

    async def commanded(self, ack: Ack, respond: Respond, command: Body) -> None:
        """`/swarm` with words behind it."""
        await ack()
        self.work(self._command(respond, command))

    async def pressed(self, ack: Ack, body: Body, action: Body) -> None:
        """A button of a decision."""
        await ack()
        self.work(self._edit(body, action) if action["action_id"] == "edit" else self._decided(body, action))

    async def edited(self, ack: Ack, body: Body, view: Body) -> None:
        """A form with changed arguments."""
        arguments, wrong = cards.filled(view["state"]["values"])
        if wrong:
            await ack(response_action="errors", errors=wrong)
            return
        await ack()
        given = json.loads(view["private_metadata"])
        self.work(self._changed(body["user"]["id"], given, arguments))

    def work(self, job: Coroutine[Any, Any, None]) -> None:
        """Go on with something after its acknowledgement."""
        task = asyncio.create_task(_logged(job))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _heard(self, body: Body, event: Body) -> None:
        if not await self._assistant.claim(f"slack-event-{body['event_id']}"):
            return
        begun = event.get("thread_ts")
        thread = Thread(body["team_id"], event["channel"], begun or event["ts"])
        text = heard(event.get("text") or "", self._bot)
        await self._conversations.hear(thread, event["user"], text, event.get("files") or [], reply=bool(begun))

    async def _command(self, respond: Respond, command: Body) -> None:
        if not await self._assistant.claim(f"slack-command-{command['trigger_id']}"):
            return
        text, user_id = heard(command.get("text") or "", self._bot), command["user_id"]
        if text.lower() in ("", "help"):
            await respond(HELP)
        elif text.lower() == "status":
            await respond(text="Status", blocks=cards.status(await self._readiness.findings()))
        else:
            asked = line({"type": "user", "user_id": user_id}, plain(f" asked: {text}"))
            try:
                sent = await self._client.chat_postMessage(channel=command["channel_id"], text=fallback(text), blocks=[asked])
            except SlackApiError as error:
                log.info("command in a channel that is closed to the app: %s", error)
                await respond("I am not in this conversation. Invite me with `/invite`, or write to me directly.")
                return
            thread = Thread(command["team_id"], str(sent["channel"]), str(sent["ts"]))
            await self._conversations.hear(thread, user_id, text, [], reply=False)

    async def _decided(self, body: Body, action: Body) -> None:
        given = json.loads(action["value"])
        card = (body["message"]["ts"], body["message"]["blocks"]) if "message" in body else None
        user_id, verdict = body["user"]["id"], cast(Verdict, action["action_id"])
        await self._conversations.decide(given["session"], given["approval"], verdict, user_id, card=card)
        if card is None:
            await self._home(user_id)

    async def _edit(self, body: Body, action: Body) -> None:
        given, user_id = json.loads(action["value"]), body["user"]["id"]
        thread = Thread.of(given["session"])
        try:
            approval = await self._conversations.approval(given["session"], given["approval"], user_id, "message" in body)
        except SwarmError as error:
            if thread is not None:
                await self._conversations.post.whisper(thread, user_id, str(error))
            return
        given["card"] = body.get("message", {}).get("ts")
        await self._client.views_open(trigger_id=body["trigger_id"], view=cards.form(approval, json.dumps(given)))

    async def _changed(self, user_id: str, given: Body, arguments: Body) -> None:
        """Decide with the arguments of a form; its card is drawn anew, as a form does not say what it showed."""
        conversations = self._conversations
        card = None
        if given["card"]:
            approval = await conversations.approval(given["session"], given["approval"], user_id, True)
            card = (given["card"], [b for b in cards.decision(approval) if isinstance(b, dict)][:40])
        await conversations.decide(given["session"], given["approval"], "edit", user_id, arguments, card)

    async def _home(self, user_id: str) -> None:
        shown = cards.home(await self._readiness.findings(), await self._conversations.waiting(user_id))
        await self._client.views_publish(user_id=user_id, view={"type": "home", "blocks": shown[:100]})


async def _logged(job: Coroutine[Any, Any, None]) -> None:
    try:
        await job
    except SwarmError as error:
        log.warning("%s", error)
    except Exception:
        log.exception("what Slack sent could not be worked on")
