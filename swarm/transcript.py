"""A whole conversation as one text, to keep or to hand on."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from swarm.reply import Reply

Turns = Sequence[tuple[str, Reply | None]]
Notices = Sequence[tuple[float, str]]


def as_json(conversation: dict[str, Any], turns: Turns, notices: Notices) -> str:
    """One JSON object: `{conversation, turns: [{message, reply}], notices: [{at, text}]}`."""
    document = {
        "conversation": conversation,
        "turns": [{"message": said, "reply": reply.model_dump(mode="json") if reply else None} for said, reply in turns],
        "notices": [{"at": at, "text": told} for at, told in notices],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def as_markdown(conversation: dict[str, Any], turns: Turns, notices: Notices) -> str:
    """A page to read: every message, the calls made for it, the answer and its sources."""
    parts = [
        f"# {conversation['title'] or conversation['session']}",
        f"Conversation `{conversation['session']}` of {conversation['owner']}, begun {_when(conversation['created'])}.",
    ]
    for said, reply in turns:
        parts.append("## " + " ".join(said.split()) if "\n" not in said and len(said) <= 120 else "## Message\n\n" + said)
        parts += _told(reply)
    parts += [f"> {_when(at)}: {' '.join(told.split())}" for at, told in notices]
    return "\n\n".join(parts) + "\n"


def _told(reply: Reply | None) -> list[str]:
    if reply is None:
        return ["*No answer yet.*"]
    steps = [f"- `{s.tool}` {json.dumps(s.args, ensure_ascii=False, default=str)}: {s.status}" for s in reply.steps]
    sources = [f"[{s.n}] {s.title}: {s.section}, {s.uri}" for s in reply.sources]
    return [part for part in ("\n".join(steps), reply.answer, "\n".join(sources)) if part]


def _when(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
