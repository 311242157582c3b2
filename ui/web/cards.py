"""Things to look at as HTML: table, run, report, image, file, difference, decision, sources. Whatever is inserted is escaped here."""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import urlencode

from swarm.reply import Approval, PlanStep
from tools.markdown import duration, size
from tools.result import Artifact, Source
from ui.turn import Request
from ui.web.markup import html, text

IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")
MAX_ROWS = 1000
"""Rows that a browser still draws at once."""
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"
TONES = {"succeeded": "good", "ok": "good", "failed": "bad", "error": "bad", "running": "busy"}
STEPS = {
    "pending": ("○", "to do"),
    "running": ("▸", "under way"),
    "done": ("✓", "done"),
    "failed": ("✗", "failed"),
    "asked": ("?", "asked back"),
}
VERDICTS = {"approve": ("good", "Approved"), "edit": ("good", "Approved with changes"), "reject": ("bad", "Rejected")}


def table(artifact: Artifact) -> str:
    """A table to sort and to copy; the page's script does both."""
    columns, rows = artifact.data.get("columns", []), artifact.data.get("rows", [])
    total = max(int(artifact.data.get("total") or 0), len(rows))
    head = "".join(f"<th scope='col'><button type='button'>{_breakable(name)}</button></th>" for name in columns)
    body = "".join(f"<tr>{''.join(_cell(value) for value in row)}</tr>" for row in rows[:MAX_ROWS])
    shown = f"{len(rows[:MAX_ROWS]):,} of {total:,} rows" if total > len(rows[:MAX_ROWS]) else f"{total:,} rows"
    bar = (
        f"<figcaption>{text(artifact.title)}<span class='quiet'>{shown}</span><button type='button' class='copy'>Copy</button></figcaption>"
    )
    scroll = f"<div class='scroll' tabindex='0'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    return f"<figure class='card data'>{bar}{scroll}</figure>"


def _breakable(name: object) -> str:
    """A long name that may be broken between its words."""
    return re.sub("([-_./])(?=[^-_./])", r"\1<wbr>", text(name))


def _cell(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"<td class='number'>{value:.6g}</td>" if isinstance(value, float) else f"<td class='number'>{value}</td>"
    return f"<td>{'' if value is None else text(value)}</td>"


def run(artifact: Artifact) -> str:
    """A run: name, state, and its steps with their states. The page's script replaces it by the run as it is now."""
    data = artifact.data
    steps = "".join(_run_step(step) for step in data.get("steps", []))
    body = f"<ol>{steps}</ol>"
    return run_card(
        str(data.get("run_id", "")), data.get("name", artifact.title), data.get("pipeline", ""), str(data.get("state", "")), body
    )


def run_card(run_id: str, name: object, pipeline: object, state: str, body: str, live: bool = False) -> str:
    """The frame of a run's card; `body` is HTML."""
    address = escape(f"run?{urlencode({'run': run_id})}")
    title = f"<a href='#' data-open='{address}'>{text(name)}</a>"
    head = f"<header><strong>{title}</strong><span class='quiet'>{text(pipeline)}</span>{_state(state)}</header>"
    return f"<section class='card run' data-run='{escape(run_id)}' data-state='{'live' if live else 'kept'}'>{head}{body}</section>"


def _run_step(step: dict[str, Any]) -> str:
    state = str(step.get("state", ""))
    return (
        f"<li class='{tone(state)}'><span class='dot'></span><span>{text(step.get('name', ''))}</span>"
        f"<span class='quiet'>{text(state)}</span><span class='quiet took'>{duration(step.get('seconds'))}</span></li>"
    )


def report(artifact: Artifact) -> str:
    """An HTML report in a frame that runs nothing and loads nothing."""
    policy = f'<meta http-equiv="Content-Security-Policy" content="{REPORT_POLICY}">'
    page = escape(policy + str(artifact.data.get("html", "")))
    return _figure(artifact.title, f'<iframe class="report" sandbox="" title="{text(artifact.title)}" srcdoc="{page}"></iframe>')


def image(artifact: Artifact) -> str:
    """An image; nothing but known image types is shown."""
    media_type = str(artifact.data.get("media_type", ""))
    try:
        content = b64encode(b64decode(str(artifact.data.get("base64", "")), validate=True)).decode()
    except Base64Error:
        content = ""
    if media_type not in IMAGES or not content:
        return _figure(artifact.title, f"<p class='quiet'>An image of type {text(media_type)} that cannot be shown.</p>")
    return _figure(artifact.title, f'<img alt="{text(artifact.title)}" src="data:{media_type};base64,{content}">')


def file(artifact: Artifact) -> str:
    """A file: where it is, with a link where it is on the web."""
    data = artifact.data
    place = str(data.get("url") or data.get("path") or "")
    shown = text(place, 500)
    link = f'<a href="{escape(place)}" target="_blank" rel="noopener noreferrer">{shown}</a>'
    body = link if place.startswith(("http://", "https://")) else f"<code>{shown}</code>"
    return f"<section class='card'>{_head(data.get('name', artifact.title), size(int(data.get('bytes') or 0)))}{body}</section>"


def difference(artifact: Artifact) -> str:
    """What changed from one thing to another."""
    data = artifact.data
    rows = "".join(
        f"<tr><td>{text(change.get('name', ''))}</td><td class='before'>{text(change.get('before', ''))}</td>"
        f"<td class='after'>{text(change.get('after', ''))}</td></tr>"
        for change in data.get("changes", [])
    )
    head = f"<tr><th></th><th>{text(data.get('before', 'before'))}</th><th>{text(data.get('after', 'after'))}</th></tr>"
    return _figure(artifact.title, f"<div class='prose'><table>{head}{rows}</table></div>")


def decision(request: Request) -> str:
    """What somebody is asked to decide, or what was decided."""
    approval = request.approval
    tool = f"{text(approval.agent)} · <code>{text(approval.tool)}</code>"
    preview = f"<div class='prose'>{html(approval.preview)}</div>"
    if request.verdict is not None:
        tone, word = VERDICTS[request.verdict]
        summary = f"{_badge(word, tone)}<span class='quiet'>{tool}</span>"
        return f"<details class='card decision'><summary>{summary}</summary>{preview}</details>"
    badge = _badge("Removes or overwrites", "bad") if approval.effect == "destroy" else _badge("Changes something", "wait")
    head = _head("Your decision, please", tool, badge)
    return f"<section class='card decision {approval.effect}'>{head}{preview}<p class='quiet'>{_until(approval)}</p></section>"


def _until(approval: Approval) -> str:
    expires = datetime.fromisoformat(approval.expires_at).astimezone(UTC)
    if expires < datetime.now(UTC):
        return "The time for this decision is over: whatever you choose, nothing will be changed."
    return (
        f"Nothing happens before you decide. <time datetime='{expires.isoformat()}' data-until>You have until {expires:%H:%M} UTC.</time>"
    )


def plan(steps: Sequence[PlanStep]) -> str:
    """The steps of a plan, ticked off as they are done."""
    items = "".join(
        f"<li class='{step.state}'><span class='tick' aria-label='{STEPS[step.state][1]}'>{STEPS[step.state][0]}</span>"
        f"<span>{text(step.text)}</span></li>"
        for step in steps
    )
    return f"<ol class='plan' aria-label='Plan'>{items}</ol>"


def news(report: str) -> str:
    """What a watch reports, unasked."""
    head = "<header><strong>You asked to be told</strong></header>"
    return f"<section class='card news' role='status'>{head}<div class='prose'>{html(report)}</div></section>"


def sources(cited: Sequence[Source]) -> str:
    """The passages under an answer, folded."""
    return f"<section class='sources'><h4>Sources</h4>{''.join(_source(s) for s in cited)}</section>"


def _source(source: Source) -> str:
    section = f" <span class='quiet'>› {text(source.section)}</span>" if source.section not in ("", source.title) else ""
    passage = f"<div class='prose'>{html(source.text)}</div>" if source.text else ""
    summary = f"<summary><b>{source.n}</b> {text(source.title)}{section}</summary>"
    return f"<details data-n='{source.n}'>{summary}{passage}<p class='quiet uri'>{_place(source.uri)}</p></details>"


def _place(uri: str) -> str:
    """Where a passage comes from: a link where it is on the web, otherwise to the document in the panel."""
    shown = text(uri, 500)
    if uri.startswith(("http://", "https://")):
        return f'<a href="{escape(uri)}" target="_blank" rel="noopener noreferrer">{shown}</a>'
    address = escape(f"document?{urlencode({'source': uri})}")
    return f"<a href='#' data-open='{address}'>{shown}</a>"


def _head(title: object, aside: str, badge: str = "") -> str:
    """The first line of a card; `aside` and `badge` are HTML."""
    return f"<header><strong>{text(title)}</strong><span class='quiet'>{aside}</span>{badge}</header>"


def _figure(title: str, body: str) -> str:
    return f"<figure class='card'><figcaption>{text(title)}</figcaption>{body}</figure>"


def tone(state: str) -> str:
    """How a state looks: good, bad, busy or calm."""
    return TONES.get(state.lower(), "calm")


def _state(state: object) -> str:
    return _badge(str(state), tone(str(state)))


def _badge(word: str, tone: str) -> str:
    return f"<span class='badge {tone}'>{text(word)}</span>"
