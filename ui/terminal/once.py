"""One question, one decision, or a batch of questions."""

import json
from contextlib import suppress
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from swarm.assistant import Assistant
from swarm.errors import MessageError
from swarm.mandate import ApproveMode
from swarm.reply import Reply
from swarm.settings import Settings
from ui.terminal.drawing import show


class BatchLine(BaseModel):
    """One line of a batch file."""

    session: str
    message: str
    approve: ApproveMode = "ask"


async def ask_once(settings: Settings, message: str, session: str, approve: ApproveMode, as_json: bool) -> int:
    """One turn; the exit code."""
    from swarm.assistant import check_message

    check_message(message)
    async with Assistant.open(settings) as assistant:
        return await show(assistant.stream(message, session, approve=approve), as_json)


async def decide_once(
    settings: Settings, session: str, decision: Literal["approve", "reject", "edit"], arguments: dict[str, Any] | None, as_json: bool
) -> int:
    """One decision on a pending approval; the exit code."""
    async with Assistant.open(settings) as assistant:
        return await show(assistant.stream_decision(session, decision, arguments), as_json)


async def ask_batch(settings: Settings, lines: list[str]) -> int:
    """One turn a line, one JSON object a line; the exit code is 1 when any turn failed."""
    code = 0
    async with Assistant.open(settings) as assistant:
        for number, text in enumerate(lines, start=1):
            if not text.strip():
                continue
            try:
                line = BatchLine.model_validate_json(text)
                reply = await assistant.ask(line.message, line.session, approve=line.approve)
            except (ValidationError, MessageError) as error:
                said = str(error) if isinstance(error, MessageError) else _explain(error)
                reply = Reply(session=_session_of(text), answer=f"Line {number}: {said}", status="failed")
            print(reply.model_dump_json(), flush=True)  # noqa: T201 - the command's output
            code = 1 if reply.status == "failed" else code
    return code


def _session_of(text: str) -> str:
    with suppress(ValueError, AttributeError):
        return str(json.loads(text).get("session", ""))
    return ""


def _explain(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, p['loc'])) or 'line'}: {p['msg'].lower()}" for p in error.errors())
