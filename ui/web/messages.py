"""A turn as messages of the chat: steps that fold, the answer, and what there is to draw."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import gradio as gr
from gradio.components.chatbot import MetadataDict

from tools.result import Artifact
from ui.turn import Call, Request, Turn
from ui.web import cards, markup
from ui.web.charts import chart

OUTCOMES = {"ok": "done", "no_data": "nothing found", "error": "failed", "rejected": "not done"}
SHORT = 90
"""Characters of a call's arguments in its title."""

_CARDS: dict[str, Callable[[Artifact], str]] = {
    "table": cards.table,
    "run": cards.run,
    "html": cards.report,
    "image": cards.image,
    "file": cards.file,
    "diff": cards.difference,
}


def messages(turn: Turn) -> list[gr.ChatMessage]:
    """What the chat shows of a turn."""
    return list(_messages(turn))


def _messages(turn: Turn) -> Iterator[gr.ChatMessage]:
    if turn.said:
        yield gr.ChatMessage(role="user", content=markup.shown(turn.said))
    if turn.plan:
        yield _card(cards.plan(turn.plan))
    for part in turn.parts:
        yield _step(part, turn.running) if isinstance(part, Call) else _card(cards.decision(part))
    if turn.answer:
        yield gr.ChatMessage(content=markup.shown(turn.answer, [source.n for source in turn.sources]))
    if turn.notice:
        yield remark(turn.notice, turn.failed)
    if turn.running and not turn.answer and all(isinstance(p, Request) or p.step for p in turn.parts):
        yield _card("<p class='thinking' role='status'>Thinking<span>…</span></p>")
    for artifact in turn.drawings:
        yield gr.ChatMessage(content=_drawing(artifact))
    if turn.sources:
        yield _card(cards.sources(turn.sources))
    for report in turn.news:
        yield _card(cards.news(report))


def remark(sentence: str, bad: bool = False) -> gr.ChatMessage:
    """A sentence of the page's own."""
    return _card(f"<p class='notice{' bad' if bad else ''}' role='status'>{markup.text(sentence, 600)}</p>")


def _card(html: str) -> gr.ChatMessage:
    return gr.ChatMessage(content=gr.HTML(html))


def _step(call: Call, running: bool) -> gr.ChatMessage:
    """A tool call: open with what it is doing while it works, one line when it is done."""
    arguments = ", ".join(_said(call.args))
    title = f"{call.agent} · {call.tool}  {arguments if len(arguments) <= SHORT else arguments[: SHORT - 1] + '…'}"
    metadata = MetadataDict(title=markup.shown(title), id=call.id)
    if call.step is None:
        metadata["status"] = "pending" if running else "done"
        metadata["log"] = call.note if running else "stopped"
        return gr.ChatMessage(content="", metadata=metadata)
    step = call.step
    metadata["status"], metadata["duration"] = "done", step.ms / 1000
    outcome = OUTCOMES[step.status] + (f": {step.code}" if step.code else "")
    if step.status != "ok":
        metadata["log"] = outcome
    return gr.ChatMessage(
        content=f"{_fenced(json.dumps(call.args, indent=2, ensure_ascii=False, default=str))}\n\n{outcome}, {step.effect}",
        metadata=metadata,
    )


def _said(args: Mapping[str, Any]) -> Iterator[str]:
    """Arguments in short: those of a pipeline like the call's own, numbers without empty decimals."""
    for name, value in args.items():
        match value:
            case Mapping():
                yield from _said(value)
            case list():
                yield f"{name}={', '.join(str(item) for item in value)}"
            case float():
                yield f"{name}={value:g}"
            case _:
                yield f"{name}={value}"


def _fenced(code: str) -> str:
    fence = "`" * max(3, *(len(ticks) + 1 for ticks in re.findall("`+", code)), 3)
    return f"{fence}json\n{code}\n{fence}"


def _drawing(artifact: Artifact) -> gr.Plot | gr.HTML:
    return chart(artifact) if artifact.kind == "chart" else gr.HTML(_CARDS[artifact.kind](artifact))
