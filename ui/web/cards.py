"""Things to look at as HTML: run, report, image, file, difference, decision, sources. Whatever is inserted is escaped here."""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

from swarm.reply import Approval
from tools.markdown import duration, size
from tools.result import Artifact, Source
from ui.web import markup
from ui.web.turn import Request

IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"
TONES = {"succeeded": "good", "failed": "bad", "error": "bad", "running": "busy", "pending": "calm", "skipped": "calm", "cached": "good"}
VERDICTS = {"approve": ("good", "Approved"), "edit": ("good", "Approved with changes"), "reject": ("bad", "Rejected")}


def run(artifact: Artifact) -> str:
    """A run: name, state, and its steps with their states."""
    data = artifact.data
    rows = "".join(_run_step(step) for step in data.get("steps", []))
    pipeline = f"<span class='quiet'>{markup.text(data.get('pipeline', ''))}</span>"
    head = (
        f"<header><strong>{markup.text(data.get('name', artifact.title))}</strong>{pipeline}{_badge(str(data.get('state', '')))}</header>"
    )
    return f"<section class='card run'>{head}<ol>{rows}</ol></section>"


def _run_step(step: dict[str, Any]) -> str:
    state = str(step.get("state", ""))
    tone = TONES.get(state.lower(), "calm")
    took = duration(step.get("seconds"))
    name = markup.text(step.get("name", ""))
    return f"<li class='{tone}'><span class='dot'></span><span>{name}</span><span class='quiet'>{markup.text(state)}</span><span class='quiet took'>{took}</span></li>"


def _badge(state: str, tone: str | None = None) -> str:
    return f"<span class='badge {tone or TONES.get(state.lower(), 'calm')}'>{markup.text(state)}</span>"


def report(artifact: Artifact) -> str:
    """An HTML report in a frame that runs nothing and loads nothing."""
    policy = f'<meta http-equiv="Content-Security-Policy" content="{REPORT_POLICY}">'
    page = escape(policy + str(artifact.data.get("html", "")))
    title = markup.text(artifact.title)
    return f"<figure class='card'><figcaption>{title}</figcaption><iframe class='report' sandbox='' title=\"{title}\" srcdoc=\"{page}\"></iframe></figure>"


def image(artifact: Artifact) -> str:
    """An image; nothing but known image types is shown."""
    media_type = str(artifact.data.get("media_type", ""))
    title = markup.text(artifact.title)
    try:
        content = b64encode(b64decode(str(artifact.data.get("base64", "")), validate=True)).decode()
    except Base64Error:
        content = ""
    if media_type not in IMAGES or not content:
        return f"<p class='quiet'>{title}: an image of type {markup.text(media_type)} cannot be shown.</p>"
    return f"<figure class='card'><figcaption>{title}</figcaption><img alt=\"{title}\" src='data:{media_type};base64,{content}'></figure>"


def file(artifact: Artifact) -> str:
    """A file: where it is, and a link where there is one."""
    data = artifact.data
    name, place = markup.text(data.get("name", artifact.title)), str(data.get("url") or data.get("path") or "")
    bytes_ = f"<span class='quiet'>{size(int(data['bytes']))}</span>" if data.get("bytes") is not None else ""
    shown = markup.text(place, 500)
    link = (
        f'<a href="{shown}" target="_blank" rel="noopener noreferrer">{shown}</a>'
        if place.startswith(("http://", "https://"))
        else f"<code>{shown}</code>"
    )
    return f"<section class='card'><header><strong>{name}</strong>{bytes_}</header>{link}</section>"


def difference(artifact: Artifact) -> str:
    """What changed from one thing to another."""
    data = artifact.data
    rows = "".join(
        f"<tr><td>{markup.text(c.get('name', ''))}</td><td class='before'>{markup.text(c.get('before', ''))}</td><td class='after'>{markup.text(c.get('after', ''))}</td></tr>"
        for c in data.get("changes", [])
    )
    head = f"<tr><th></th><th>{markup.text(data.get('before', 'before'))}</th><th>{markup.text(data.get('after', 'after'))}</th></tr>"
    return f"<figure class='card'><figcaption>{markup.text(artifact.title)}</figcaption><table>{head}{rows}</table></figure>"


def decision(request: Request) -> str:
    """What somebody is asked to decide, or what was decided."""
    approval = request.approval
    what = f"<span class='quiet'>{markup.text(approval.agent)} · <code>{markup.text(approval.tool)}</code></span>"
    preview = f"<div class='prose'>{markup.html(approval.preview)}</div>"
    if request.verdict is None:
        badge = _badge(
            "Destroys something" if approval.effect == "destroy" else "Changes something", "bad" if approval.effect == "destroy" else "wait"
        )
        return f"<section class='card decision {approval.effect}'><header><strong>Your decision, please</strong>{what}{badge}</header>{preview}{_until(approval)}</section>"
    tone, word = VERDICTS[request.verdict]
    return f"<details class='card decision'><summary>{_badge(word, tone)}{what}</summary>{preview}</details>"


def _until(approval: Approval) -> str:
    expires = datetime.fromisoformat(approval.expires_at).astimezone(UTC)
    if expires < datetime.now(UTC):
        return "<p class='quiet'>The time for this decision is over; whatever you choose, nothing will be changed.</p>"
    return f"<p class='quiet'>Nothing happens before you decide. Open until {expires:%H:%M} UTC.</p>"


def sources(cited: Sequence[Source]) -> str:
    """The passages under an answer, folded."""
    return f"<section class='sources'><h4>Sources</h4>{''.join(_source(s) for s in cited)}</section>"


def _source(source: Source) -> str:
    section = f" <span class='quiet'>› {markup.text(source.section)}</span>" if source.section not in ("", source.title) else ""
    place = f"<p class='quiet uri'>{markup.text(source.uri)}</p>"
    passage = f"<div class='prose'>{markup.html(source.text)}</div>" if source.text else ""
    return f"<details><summary><b>{source.n}</b> {markup.text(source.title)}{section}</summary>{passage}{place}</details>"
