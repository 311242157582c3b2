"""The page: header, conversation, decision, composer; and what happens when somebody uses them."""

import asyncio
import json
import re
import uuid
from collections.abc import AsyncIterator, Sequence
from html import unescape
from typing import Any

import gradio as gr
from gradio.components.chatbot import ChatbotDataMessages
from gradio.components.multimodal_textbox import MultimodalData

from swarm.assistant import MAX_MESSAGE
from swarm.errors import AccessError, MessageError
from swarm.settings import Settings
from ui.attachments import Attachments, with_files
from ui.readiness import Readiness
from ui.turn import Request, Turn
from ui.web import form
from ui.web.conversation import PREFIX, Conversation, Conversations
from ui.web.header import bar, welcome
from ui.web.kept import Kept
from ui.web.messages import messages, remark
from ui.web.schemas import keep_schemas
from ui.web.screens import Screen

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
document.addEventListener('swarm:behind', (event) => trigger('tick', { anew: event.detail }));"""
"""The page's script says which conversation was chosen, and when the page is behind; this passes it on to the server."""
PANEL = """<aside aria-label="Panel"><button type="button" id="panel-close" data-close aria-label="Close the panel">✕</button>
<div id="panel-body" tabindex="-1"></div></aside>"""
GIVEN = "(form, ...others) => [window.swarm.given(), ...others]"
"""What stands in the form goes to the server in place of the form."""
SESSION = re.compile(r"[\w.-]{1,64}")
STREAMS = 1000
"""Pages that can be streamed to at once."""
IDLE = 0.02
"""Seconds between two looks for something to do; Gradio's own thousandth takes a fifteenth of a core of a server that nobody visits."""
UNUSED = 3600.0
"""The same for news of Gradio's progress bars: no function has one."""
Updates = dict[Any, Any]


class Page:
    """The components of the page and their handlers."""

    def __init__(self, settings: Settings, conversations: Conversations, readiness: Readiness) -> None:
        self._settings = settings
        self._conversations = conversations
        self._readiness = readiness
        self._attachments = Attachments(settings.swarm.home / "files")
        self._screens: Kept[tuple[str, str], Screen] = Kept()
        """By user and Gradio's name of the page."""
        self._layout()

    def _layout(self) -> None:
        self.session = gr.BrowserState("", storage_key=STORAGE, secret=STORAGE)
        self.shown = gr.HTML("", elem_id="shown", apply_default_css=False)
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
                self.arguments = gr.HTML("", elem_id="arguments", apply_default_css=False)
                with gr.Row():
                    self.back = gr.Button("Back", size="md")
                    self.approve_edited = gr.Button("Approve with these", variant="primary", size="md")
            with gr.Row(elem_id="verdicts") as self.verdicts:
                self.reject = gr.Button("Reject", size="md", elem_id="reject")
                self.edit = gr.Button("Edit", size="md", elem_id="edit")
                self.approve = gr.Button("Approve", variant="primary", size="md", elem_id="approve")

    def wire(self, blocks: gr.Blocks) -> None:
        """Connect the components with their handlers: what somebody does is answered at once, and shown by the page's stream."""
        shown = [self.shown, self.session, self.chat, self.composer, self.decision, self.editor, self.verdicts, self.arguments]
        events: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "trigger_mode": "multiple"}
        does: dict[str, Any] = {**events, "queue": False}
        streams: dict[str, Any] = {**events, "show_progress_on": self.shown}

        blocks.load(self.connect, None, self.bar, **does)
        gr.Timer(LOOK).tick(self.connect, None, self.bar, **does)
        done = [
            self.composer.submit(self.send, [self.composer, self.session], self.composer, **does),
            self.composer.stop(self.stop, self.session, None, **does),
            self.chat.edit(self.again, self.session, None, **does),
            self.chat.example_select(self.suggest, self.session, None, **does),
            self.approve.click(self.on_approve, self.session, None, **does),
            self.reject.click(self.on_reject, self.session, None, **does),
            self.approve_edited.click(self.on_edit, [self.arguments, self.session], None, js=GIVEN, **does),
            self.new.click(self.begin, None, self.session, **does),
            self.side.click(self.switch, None, self.session, **does),
        ]
        for event in done:
            event.then(self.follow, self.session, shown, **streams)
        blocks.load(self.follow, self.session, shown, **streams)
        self.side.tick(self.catch_up, self.session, shown, **streams)
        self.chat.like(self.rate, self.session, None, **does)
        editing = [self.editor, self.verdicts]
        self.edit.click(lambda: (gr.Column(visible=True), gr.Row(visible=False)), None, editing, **does)
        self.back.click(lambda: (gr.Column(visible=False), gr.Row(visible=True)), None, editing, **does)

    async def connect(self) -> str:
        """The header with the connections as they are now."""
        try:
            findings = await self._readiness.findings()
        except asyncio.CancelledError:
            findings = []  # the server ends, which is no error to report
        return bar(self._settings, findings)

    async def follow(self, session: str, request: gr.Request) -> AsyncIterator[Updates]:
        """Show the conversation that the page is in, as it goes on; nothing when that is being done."""
        async for updates in self._stream(session, request):
            yield updates

    async def catch_up(self, what: gr.EventData, session: str, request: gr.Request) -> AsyncIterator[Updates]:
        """Show what happened while nothing was streamed to the page; `anew` when the page does not get its stream any more."""
        async for updates in self._stream(session, request, bool(what._data.get("anew"))):
            yield updates

    async def begin(self, request: gr.Request) -> str:
        """Turn to an empty conversation."""
        return await self._turn_to(_new_session(), request)

    async def switch(self, chosen: gr.EventData, request: gr.Request) -> str:
        """Turn to another conversation."""
        return await self._turn_to(str(chosen._data.get("session")), request)

    async def send(self, message: dict[str, Any], session: str, request: gr.Request) -> Any:
        """Take a message with its files; one that cannot be taken stays in the composer."""
        conversation = (await self._screen(session, request)).conversation
        files = await asyncio.to_thread(self._attachments.keep, conversation.session, message["files"])
        try:
            conversation.send(with_files(message["text"], files), _user(request))
        except MessageError as error:
            conversation.remark(str(error))
            return gr.skip()
        return {"text": "", "files": []}

    async def suggest(self, chosen: gr.SelectData, session: str, request: gr.Request) -> None:
        """Send a suggestion."""
        await self.send({"text": chosen.value["text"], "files": []}, session, request)

    async def again(self, edited: gr.EditData, session: str, request: gr.Request) -> None:
        """Send a message of one's own once more, with other words; what was done for the first stays done."""
        await self.send({"text": unescape(str(edited.value)), "files": []}, session, request)

    async def rate(self, said: gr.LikeData, session: str, request: gr.Request) -> None:
        """Keep whether an answer helped."""
        conversation = (await self._screen(session, request)).conversation
        turn = _turn_at(conversation.turns, said.index if isinstance(said.index, int) else said.index[0])
        await conversation.rate(turn, bool(said.liked), _user(request))

    async def stop(self, session: str, request: gr.Request) -> None:
        """End the turn under way."""
        (await self._screen(session, request)).conversation.stop()

    async def on_approve(self, session: str, request: gr.Request) -> None:
        """Approve what is waiting."""
        (await self._screen(session, request)).conversation.decide("approve", None, _user(request))

    async def on_reject(self, session: str, request: gr.Request) -> None:
        """Reject what is waiting."""
        (await self._screen(session, request)).conversation.decide("reject", None, _user(request))

    async def on_edit(self, text: str, session: str, request: gr.Request) -> None:
        """Approve with the arguments of the form; while they are none, it stays open."""
        conversation = (await self._screen(session, request)).conversation
        waiting = conversation.waiting
        try:
            given = json.loads(text)
            arguments = form.read(conversation.fields(waiting), given) if waiting and isinstance(given, dict) else {}
        except ValueError as error:
            conversation.remark(f"{error} Nothing was decided.")
            return
        conversation.decide("edit", arguments, _user(request))

    async def _screen(self, session: str, request: gr.Request) -> Screen:
        """The page's screen; for one that has none yet or any more, with the conversation it was in, or a new one."""
        page = _page(request)
        return self._screens.get(page) or self._screens.add(page, Screen(await self._opened(session, _user(request))))

    async def _turn_to(self, session: str, request: gr.Request) -> str:
        """Show another conversation from now on; its session."""
        conversation = await self._opened(session, _user(request))
        screen = self._screens.get(_page(request))
        if screen is not None:
            screen.show(conversation)
        return conversation.session

    async def _opened(self, session: str, user: str) -> Conversation:
        """A session's conversation; a new one for who has none, or not this one."""
        try:
            known = isinstance(session, str) and SESSION.fullmatch(session)
            return await self._conversations.open(session if known else _new_session(), user)
        except AccessError:
            return await self._conversations.open(_new_session(), user)

    async def _stream(self, session: str, request: gr.Request, anew: bool = False) -> AsyncIterator[Updates]:
        """Updates of the page, unless another stream makes them. The first and the last change nothing: an event of Gradio's without
        updates empties all that it is connected with, and at its end the last one is shown again."""
        yield gr.skip()
        screen = await self._screen(session, request)
        drawing = Drawing(self)
        async for conversation in screen.stream(anew):
            yield drawing.of(conversation)
        yield gr.skip()


class Drawing:
    """What one stream has drawn on a page, so that it draws only what is new; turns of the past are drawn once."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._conversation: Conversation | None = None
        self._running = False
        self._waiting: Request | None = None
        self._past: list[gr.ChatMessage] = []

    def of(self, conversation: Conversation) -> Updates:
        """What there is to draw of a conversation."""
        page, other = self._page, conversation is not self._conversation
        running, waiting = conversation.running, conversation.waiting
        if other or not (running and self._running):
            self._past = _drawn(conversation.turns[:-1])
        chat = self._past + _drawn(conversation.turns[-1:], conversation.notice)
        updates: Updates = {page.shown: _shown(conversation), page.chat: chat}
        if other:
            updates[page.session] = conversation.session
        if other or (running, waiting) != (self._running, self._waiting):
            updates[page.composer] = _composer(running, waiting is not None)
        if other or waiting is not self._waiting:
            updates |= self._decision(conversation, waiting)
        self._conversation, self._running, self._waiting = conversation, running, waiting
        return updates

    def _decision(self, conversation: Conversation, waiting: Request | None) -> Updates:
        page, editing = self._page, waiting is not None and waiting.wanted is not None
        return {
            page.decision: gr.Column(visible=waiting is not None),
            page.editor: gr.Column(visible=editing),
            page.verdicts: gr.Row(visible=not editing),
            page.arguments: form.form(conversation.fields(waiting)) if waiting is not None else "",
        }


def build(settings: Settings, conversations: Conversations, readiness: Readiness) -> gr.Blocks:
    """The page."""
    keep_schemas(ChatbotDataMessages, MultimodalData)
    with gr.Blocks(title="mlops-swarm", analytics_enabled=False, fill_height=True, fill_width=True) as blocks:
        page = Page(settings, conversations, readiness)
        page.wire(blocks)
    blocks.max_threads = STREAMS
    blocks.queue(default_concurrency_limit=None, api_open=False)
    blocks._queue.sleep_when_free = IDLE
    blocks._queue.progress_update_sleep_when_free = UNUSED
    return blocks


def _shown(conversation: Conversation) -> str:
    """What the page's script has to know of what is shown."""
    state = "running" if conversation.running else "still"
    return f"<i data-session='{conversation.session}' data-mark='{conversation.mark}' data-state='{state}'></i>"


def _composer(running: bool, waiting: bool) -> gr.MultimodalTextbox:
    placeholder = "Working on it…" if running else "Approve, reject, or ask something about it" if waiting else PROMPT
    return gr.MultimodalTextbox(interactive=not running, submit_btn=not running, stop_btn=running, placeholder=placeholder)


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


def _page(request: gr.Request) -> tuple[str, str]:
    """Whose page it is, and what Gradio calls it."""
    return _user(request), str(request.session_hash)


def _user(request: gr.Request) -> str:
    return str(request.username)
