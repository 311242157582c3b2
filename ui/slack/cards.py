"""What the assistant shows in Slack besides its words: steps under way, decisions, runs, differences, its home."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from swarm.reply import Approval
from tools.markdown import duration
from tools.result import Artifact, Source
from ui.doctor import Finding
from ui.slack.words import Block, Snippet, blocks, line, plain, table
from ui.turn import Call, Turn

MARKS = {"ok": "✓", "no_data": "∅", "error": "✗", "rejected": "–"}
STATES = {"pending": "○", "running": "▸", "done": "✓", "failed": "✗", "asked": "?"}
SHORT = 100
"""Characters of a call's arguments."""
STEPS = 15
"""Steps that are shown, the latest."""
LONGEST = 3000
"""Characters that a field of a form takes."""


def progress(turn: Turn) -> list[Block]:
    """The plan and the steps of a turn, as they are now."""
    lines = [f"{STATES[step.state]} {step.text}" for step in turn.plan]
    calls = [part for part in turn.parts if isinstance(part, Call)]
    if len(calls) > STEPS:
        lines.append(f"… {len(calls) - STEPS} steps before")
    lines += [_step(call) for call in calls[-STEPS:]]
    return [line(plain("\n".join(lines), "italic"))] if lines else []


def _step(call: Call) -> str:
    arguments = ", ".join(f"{name}={_written(value)}" for name, value in call.args.items())
    said = f"{call.agent} · {call.tool} {arguments if len(arguments) <= SHORT else f'{arguments[: SHORT - 1]}…'}".rstrip()
    if call.step is None:
        return f"… {said}{f' ({call.note[:SHORT]})' if call.note else ''}"
    return f"{MARKS[call.step.status]} {said} ({call.step.ms / 1000:.1f} s)"


def decision(approval: Approval) -> list[Block | Snippet]:
    """What somebody is asked to decide, without the buttons."""
    what = "removes or overwrites something" if approval.effect == "destroy" else "changes something"
    head = line(plain("Your decision, please. ", "bold"), plain(f"{approval.agent} · {approval.tool} {what}."))
    until = datetime.fromisoformat(approval.expires_at)
    foot = line(plain(f"Nothing happens before somebody decides, until {until:%H:%M} UTC.", "italic"))
    return [head, *blocks(approval.preview), foot]


def buttons(session: str, approval: Approval) -> Block:
    """The choices; pressing one names the conversation and the approval."""
    value = json.dumps({"session": session, "approval": approval.id})
    style = "danger" if approval.effect == "destroy" else "primary"
    choices = [_button("approve", "Approve", value, style), _button("reject", "Reject", value)]
    if approval.args:
        choices.insert(1, _button("edit", "Edit …", value))
    return {"type": "actions", "block_id": f"decision-{approval.id}"[:255], "elements": choices}


def _button(action: str, word: str, value: str, style: str = "") -> dict[str, Any]:
    button: dict[str, Any] = {"type": "button", "action_id": action, "text": {"type": "plain_text", "text": word}, "value": value}
    return button | ({"style": style} if style else {})


def form(approval: Approval, metadata: str) -> dict[str, Any]:
    """The form in which arguments are changed before they are approved."""
    fields = []
    for name, value in approval.args.items():
        written = _written(value)
        if len(written) > LONGEST:
            continue
        element = {"type": "plain_text_input", "action_id": "value", "initial_value": written, "multiline": "\n" in written}
        kind = "text" if isinstance(value, str) else "json"
        label = {"type": "plain_text", "text": name}
        fields.append({"type": "input", "block_id": f"{kind}:{name}", "label": label, "element": element, "optional": True})
    words = {"title": approval.tool[:24], "submit": "Approve", "close": "Cancel"}
    return {
        "type": "modal",
        "callback_id": "edited",
        "private_metadata": metadata,
        **{place: {"type": "plain_text", "text": word} for place, word in words.items()},
        "blocks": fields,
    }


def filled(state: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The arguments of a form that was sent, and what is wrong with them by field."""
    arguments: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for block, inputs in state.items():
        kind, _, name = block.partition(":")
        value = inputs["value"].get("value") or ""
        try:
            arguments[name] = value if kind == "text" else json.loads(value or "null")
        except ValueError:
            wrong[block] = 'This is no JSON. Text stands in quotes, like "this"; lists like [1, 2]; named values like {"C": 10}.'
    return arguments, wrong


def _written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def sources(cited: Sequence[Source]) -> list[Block]:
    """Where an answer comes from."""
    lines = [f"[{s.n}] {s.title}{f' › {s.section}' if s.section not in ('', s.title) else ''}  {s.uri}" for s in cited]
    return [line(plain("\n".join(lines), "italic"))] if lines else []


def drawn(artifact: Artifact) -> list[Block | Snippet]:
    """A table, a run, a difference or a place of a file; nothing for what is sent as a file."""
    data = artifact.data
    title = line(plain(artifact.title, "bold"))
    match artifact.kind:
        case "table":
            return [title, table(data.get("columns", []), data.get("rows", []))]
        case "diff":
            changes = [[c.get("name", ""), c.get("before", ""), c.get("after", "")] for c in data.get("changes", [])]
            return [title, table(["", data.get("before", "before"), data.get("after", "after")], changes)]
        case "run":
            steps = [f"{s.get('state', '')}  {s.get('name', '')}  {duration(s.get('seconds'))}" for s in data.get("steps", [])]
            said = f"  {data.get('pipeline', '')}  {data.get('state', '')}\n" + "\n".join(steps)
            return [line(plain(str(data.get("name", artifact.title)), "bold"), plain(said[:LONGEST]))]
        case "file" if str(data.get("url", "")).startswith(("https://", "http://")):
            name = str(data.get("name", artifact.title))
            return [line({"type": "link", "url": str(data["url"]), "text": name})]
    return []


def status(findings: Sequence[Finding]) -> list[Block]:
    """How the backends are doing."""
    pieces = [plain("Connected\n", "bold")]
    pieces += [plain(f"{'✓' if f.ok else '✗'} {f.backend}: {f.message}\n") for f in findings]
    return [line(*pieces)]


def home(findings: Sequence[Finding], waiting: Sequence[tuple[str, str, Approval]]) -> list[Block]:
    """The app's home: the backends, and what waits for a decision as session, link and approval."""
    shown = status(findings)
    shown.append({"type": "divider"})
    if not waiting:
        shown.append(line(plain("Nothing waits for your decision.")))
    for session, link, approval in waiting[:20]:
        place = [{"type": "link", "url": link, "text": "Open the thread"}] if link else []
        preview = approval.preview if len(approval.preview) <= 600 else f"{approval.preview[:599]}…"
        shown.append(line(plain(f"{approval.agent} · {approval.tool}\n", "bold"), plain(f"{preview}\n"), *place))
        shown.append(buttons(session, approval))
    return shown
