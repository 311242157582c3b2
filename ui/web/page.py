"""The page: header, conversation, decision, composer; and what happens when somebody uses them."""

import asyncio
import json
import re
import uuid
from collections.abc import AsyncIterator, Sequence
from html import unescape
from typing import Any

import gradio as gr

from swarm.assistant import MAX_MESSAGE
from swarm.errors import AccessError, MessageError
from swarm.settings import Settings
from ui.attachments import Attachments, with_files
from ui.readiness import Readiness
from ui.turn import Turn, Verdict
from ui.web.conversation import PREFIX, Conversation, Conversations
from ui.web.header import bar, welcome
from ui.web.messages import messages, remark

STORAGE = "mlops-swarm"
"""Where the browser keeps which conversation it was in."""
SUGGESTIONS = {
    "Which pipelines are there?": "What can I run here?",
    "Run breast-cancer-svm with C=10 and wait for it, then show its metrics": "Train a model and see how good it is",
    "Show the first 5 rows of iris.csv in datasets": "Look into a data set",
    "How do I turn off caching for one step?": "Ask the handbook",
}
PROMPT = "Say what you would like to do"
LOOK = 30
"""Seconds between two looks at what is connected."""
MENU = """<button type="button" data-menu="sided" aria-label="Conversations" title="Conversations">☰</button>"""
TABS = """<nav id="panel-tabs" role="tablist" aria-label="Beside the conversation">
<button type="button" role="tab" aria-selected="false" data-open="runs">Runs</button>
<button type="button" role="tab" aria-selected="false" data-open="data">Data</button>
<button type="button" role="tab" aria-selected="false" data-open="documents">Documents</button>
<button type="button" role="tab" aria-selected="false" data-open="activity">Activity</button>
</nav>"""
SIDE = """<nav aria-label="Conversations"><form data-list="conversations" role="search"><label><span class="sr">Search conversations</span>
<input type="search" name="query" placeholder="Search conversations" autocomplete="off"></label></form>
<div id="conversations"></div></nav>"""
HEARD = """document.addEventListener('swarm:open', (event) => trigger('click', { session: event.detail }));
document.addEventListener('swarm:changed', () => trigger('tick'));"""
"""The page's script says which conversation was chosen, and when one went on without this page; this passes it on to the server."""
PANEL = """<aside aria-label="Panel"><button type="button" id="panel-close" data-close aria-label="Close the panel">✕</button>
<div id="panel-body" tabindex="-1"></div></aside>"""
SHOWN = "(session) => window.swarm.shown(session)"
SESSION = re.compile(r"[\w.-]{1,64}")
Updates = dict[Any, Any]


class Page:
    """The components of the page and their handlers."""

    def __init__(self, settings: Settings, conversations: Conversations, readiness: Readiness) -> None:
        self._settings = settings
        self._conversations = conversations
        self._readiness = readiness
        self._attachments = Attachments(settings.swarm.home / "files")
        self._followed: set[str | None] = set()
        """The pages, by Gradio's name of them, to which a turn is streamed right now."""
        self._layout()

    def _layout(self) -> None:
        self.session = gr.BrowserState("", storage_key=STORAGE, secret=STORAGE)
        self.open = gr.State(None)
        self.seen = gr.State(0)
        with gr.Row(elem_id="bar"):
            gr.HTML(MENU, elem_id="menu", apply_default_css=False)
            self.bar = gr.HTML(bar(self._settings, []), elem_id="brand")
            gr.HTML(TABS, elem_id="tabs", apply_default_css=False)
            self.new = gr.Button("New chat", size="sm", elem_id="new", scale=0)
        with gr.Row(elem_id="desk"):
            self.side = gr.HTML(SIDE, elem_id="side", apply_default_css=False, js_on_load=HEARD)
            with gr.Column(elem_id="talk", scale=1):
                self._talk()
            gr.HTML(PANEL, elem_id="panel", apply_default_css=False)

    def _talk(self) -> None:
        self.chat = gr.Chatbot(
            elem_id="chat",
            show_label=False,
            label="Conversation",
            container=False,
            layout="panel",
            height="100%",
            autoscroll=False,
            scale=1,
            buttons=["copy"],
            editable="user",
            feedback_options=["Like", "Dislike"],
            placeholder=welcome(self._settings),
            examples=[{"text": text, "display_text": f"{title}\n{text}"} for text, title in SUGGESTIONS.items()],
            latex_delimiters=[],
            allow_tags=False,
        )
        with gr.Column(elem_id="foot", scale=0):
            self._decision()
            self.composer = gr.MultimodalTextbox(
                elem_id="composer",
                show_label=False,
                label="Message",
                container=False,
                lines=1,
                max_lines=8,
                max_plain_text_length=MAX_MESSAGE,
                sources=["upload"],
                file_count="multiple",
                submit_btn=True,
                autofocus=True,
                placeholder=PROMPT,
            )

    def _decision(self) -> None:
        with gr.Column(elem_id="decision", visible=False) as self.decision:
            with gr.Column(visible=False, elem_id="editor") as self.editor:
                self.arguments = gr.Code(
                    language="json", label="Arguments", show_label=False, buttons=[], lines=3, max_lines=14, interactive=True
                )
                with gr.Row():
                    self.back = gr.Button("Back", size="md")
                    self.approve_edited = gr.Button("Approve with these", variant="primary", size="md")
            with gr.Row(elem_id="verdicts") as self.verdicts:
                self.reject = gr.Button("Reject", size="md", elem_id="reject")
                self.edit = gr.Button("Edit", size="md", elem_id="edit")
                self.approve = gr.Button("Approve", variant="primary", size="md", elem_id="approve")

    def wire(self, blocks: gr.Blocks) -> None:
        """Connect the components with their handlers."""
        shown = [self.session, self.open, self.seen, self.chat, self.composer, self.decision, self.editor, self.verdicts, self.arguments]
        known = [self.open, self.session]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

        blocks.load(self.connect, None, self.bar, **quiet)
        gr.Timer(LOOK).tick(self.connect, None, self.bar, **quiet)
        turns = [
            blocks.load(self.arrive, self.session, shown, **quiet),
            self.side.tick(self.catch_up, [self.seen, *known], shown, **quiet),
            # A message that comes while Gradio still ends the event before must not be dropped.
            self.composer.submit(self.send, [self.composer, *known], shown, trigger_mode="multiple", **quiet),
            self.chat.edit(self.again, known, shown, **quiet),
            self.chat.example_select(self.suggest, known, shown, **quiet),
            self.approve.click(self.on_approve, known, shown, **quiet),
            self.reject.click(self.on_reject, known, shown, **quiet),
            self.approve_edited.click(self.on_edit, [self.arguments, *known], shown, **quiet),
        ]
        elsewhere = [
            self.new.click(self.begin, None, shown, cancels=turns, **quiet),
            self.side.click(self.switch, None, shown, cancels=turns, **quiet),
        ]
        for turn in [*turns, *elsewhere]:
            turn.then(None, self.session, None, js=SHOWN, **quiet)
        self.chat.like(self.rate, known, None, **quiet)
        self.composer.stop(self.stop, self.open, None, **quiet)
        editing = [self.editor, self.verdicts]
        self.edit.click(lambda: (gr.Column(visible=True), gr.Row(visible=False)), None, editing, **quiet)
        self.back.click(lambda: (gr.Column(visible=False), gr.Row(visible=True)), None, editing, **quiet)

    async def connect(self) -> str:
        """The header with the connections as they are now."""
        return bar(self._settings, await self._readiness.findings())

    async def arrive(self, session: str, request: gr.Request) -> AsyncIterator[Updates]:
        """Show the conversation that the browser was in, and what goes on in it."""
        async for updates in self._show(await self._opened(None, session, _user(request)), request):
            yield updates

    async def catch_up(self, seen: int, conversation: Conversation | None, session: str, request: gr.Request) -> AsyncIterator[Updates]:
        """Show what happened in the conversation since it was drawn here: in another page, by a watch, before a restart."""
        current = conversation is not None and conversation.changes == seen
        found = conversation if current else await self._opened(conversation, session, _user(request))
        if found is None or current or request.session_hash in self._followed:
            yield {self.seen: seen}
            return
        async for updates in self._show(found, request):
            yield updates

    async def begin(self, request: gr.Request) -> Updates:
        """An empty conversation."""
        return self._all(await self._conversations.open(_new_session(), _user(request)))

    async def send(
        self, message: dict[str, Any], conversation: Conversation | None, session: str, request: gr.Request
    ) -> AsyncIterator[Updates]:
        """Take a message with its files and show its turn; a message that cannot be taken stays in the composer."""
        conversation = await self._opened(conversation, session, _user(request))
        files = await asyncio.to_thread(self._attachments.keep, conversation.session, message["files"])
        try:
            conversation.send(with_files(message["text"], files), _user(request))
        except MessageError as error:
            conversation.notice = f"{str(error)[:1].upper()}{str(error)[1:]}"
            yield {self.chat: _drawn(conversation.turns, conversation.notice)}
            return
        yield {self.composer: self._composer(None, "")}
        async for updates in self._show(conversation, request):
            yield updates

    async def suggest(
        self, chosen: gr.SelectData, conversation: Conversation | None, session: str, request: gr.Request
    ) -> AsyncIterator[Updates]:
        """Send a suggestion."""
        async for updates in self.send({"text": chosen.value["text"], "files": []}, conversation, session, request):
            yield updates

    async def again(
        self, edited: gr.EditData, conversation: Conversation | None, session: str, request: gr.Request
    ) -> AsyncIterator[Updates]:
        """Send a message of one's own once more, with other words; what was done for the first stays done."""
        async for updates in self.send({"text": unescape(str(edited.value)), "files": []}, conversation, session, request):
            yield updates

    async def switch(self, chosen: gr.EventData, request: gr.Request) -> AsyncIterator[Updates]:
        """Show another conversation."""
        async for updates in self._show(await self._opened(None, str(chosen._data.get("session")), _user(request)), request):
            yield updates

    async def rate(self, said: gr.LikeData, conversation: Conversation | None, session: str, request: gr.Request) -> None:
        """Keep whether an answer helped."""
        conversation = await self._opened(conversation, session, _user(request))
        turn = _turn_at(conversation.turns, said.index if isinstance(said.index, int) else said.index[0])
        await conversation.rate(turn, bool(said.liked), _user(request))

    def stop(self, conversation: Conversation | None) -> None:
        """End the turn under way."""
        if conversation is not None:
            conversation.stop()

    async def on_approve(self, conversation: Conversation | None, session: str, request: gr.Request) -> AsyncIterator[Updates]:
        """Approve what is waiting."""
        async for updates in self._decide("approve", None, conversation, session, request):
            yield updates

    async def on_reject(self, conversation: Conversation | None, session: str, request: gr.Request) -> AsyncIterator[Updates]:
        """Reject what is waiting."""
        async for updates in self._decide("reject", None, conversation, session, request):
            yield updates

    async def on_edit(self, text: str, conversation: Conversation | None, session: str, request: gr.Request) -> AsyncIterator[Updates]:
        """Approve with the arguments of the editor; what is no JSON object stays there."""
        conversation = await self._opened(conversation, session, _user(request))
        try:
            arguments = json.loads(text)
        except ValueError as error:
            arguments, conversation.notice = None, f"The arguments are no JSON: {error}. Nothing was decided."
        else:
            if not isinstance(arguments, dict):
                conversation.notice = "The arguments must be one JSON object, { ... }. Nothing was decided."
        if not isinstance(arguments, dict):
            yield {self.chat: _drawn(conversation.turns, conversation.notice)}
            return
        async for updates in self._decide("edit", arguments, conversation, session, request):
            yield updates

    async def _decide(
        self, verdict: Verdict, arguments: dict[str, Any] | None, conversation: Conversation | None, session: str, request: gr.Request
    ) -> AsyncIterator[Updates]:
        conversation = await self._opened(conversation, session, _user(request))
        conversation.decide(verdict, arguments, _user(request))
        async for updates in self._show(conversation, request):
            yield updates

    async def _opened(self, conversation: Conversation | None, session: str, user: str) -> Conversation:
        """The conversation of the page, found again when the server was restarted under it; a new one for who has none, or not this one."""
        if conversation is not None:
            return conversation
        try:
            known = isinstance(session, str) and SESSION.fullmatch(session)
            return await self._conversations.open(session if known else _new_session(), user)
        except AccessError:
            return await self._conversations.open(_new_session(), user)

    async def _show(self, conversation: Conversation, request: gr.Request) -> AsyncIterator[Updates]:
        """The conversation now and as it goes on; turns of the past are drawn once."""
        past: list[gr.ChatMessage] = []
        first = True
        self._followed.add(request.session_hash)
        try:
            async for _ in conversation.follow():
                if first or not conversation.running:
                    past = _drawn(conversation.turns[:-1])
                    yield self._all(conversation)
                else:
                    yield {self.chat: past + _drawn(conversation.turns[-1:]), self.seen: conversation.changes}
                first = False
        finally:
            self._followed.discard(request.session_hash)

    def _all(self, conversation: Conversation) -> Updates:
        """Everything the page shows of a conversation."""
        last = conversation.last
        waiting = last.waiting if last is not None and not last.running else None
        arguments = json.dumps(waiting.approval.args, indent=2, ensure_ascii=False) if waiting else ""
        return {
            self.session: conversation.session,
            self.open: conversation,
            self.seen: conversation.changes,
            self.chat: _drawn(conversation.turns, conversation.notice),
            self.composer: self._composer(last),
            self.decision: gr.Column(visible=waiting is not None),
            self.editor: gr.Column(visible=False),
            self.verdicts: gr.Row(visible=True),
            self.arguments: arguments,
        }

    def _composer(self, last: Turn | None, text: str | None = None) -> gr.MultimodalTextbox:
        running = last is not None and last.running
        waiting = last is not None and last.waiting is not None
        placeholder = "Working on it…" if running else "Approve, reject, or ask something about it" if waiting else PROMPT
        value: dict[str, Any] = {} if text is None else {"value": {"text": text, "files": []}}
        return gr.MultimodalTextbox(interactive=not running, submit_btn=not running, stop_btn=running, placeholder=placeholder, **value)


def build(settings: Settings, conversations: Conversations, readiness: Readiness) -> gr.Blocks:
    """The page."""
    with gr.Blocks(title="mlops-swarm", analytics_enabled=False, fill_height=True, fill_width=True) as blocks:
        page = Page(settings, conversations, readiness)
        page.wire(blocks)
    blocks.queue(default_concurrency_limit=None, api_open=False)
    return blocks


def _drawn(turns: Sequence[Turn], notice: str = "") -> list[gr.ChatMessage]:
    drawn = [message for turn in turns for message in messages(turn)]
    return [*drawn, remark(notice, bad=True)] if notice else drawn


def _turn_at(turns: Sequence[Turn], index: int) -> int:
    """The number of the turn that message `index` of the chat belongs to."""
    for number, turn in enumerate(turns):
        index -= len(messages(turn))
        if index < 0:
            return number
    return len(turns) - 1


def _new_session() -> str:
    return f"{PREFIX}{uuid.uuid4().hex}"


def _user(request: gr.Request) -> str:
    return str(request.username)
