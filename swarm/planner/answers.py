"""Composing an answer from what the tools said: what was asked comes first, and several steps read as one text."""

import re
from collections.abc import Sequence

from langchain_core.messages import ToolMessage

from swarm.planner.leads import lead
from swarm.planner.quoting import quoted
from swarm.records import Record
from tools.result import ErrorCode

Answered = tuple[str, ToolMessage]
"""A step in the user's words, and what came of it."""
_CODE = re.compile(rf"^(?:{'|'.join(ErrorCode)}): ")
_OPEN_STATE = re.compile(r" State: \w+\.$")
_NO_SENTENCE = re.compile(r"[|`#>*-]{1,3}(?:\s|\||`)|\d+\. |\[")
ROOM = 300
"""Characters of the sentences that are put into one paragraph."""


def compose(answered: Sequence[Answered]) -> str:
    """The results in the order of the steps; what a later one says again of a run that was started here is left out of an earlier."""
    text = ""
    started = ""
    for place, (step, message) in enumerate(answered):
        part = quoted(step, message) or _plain(message.text)
        run = _run(message)
        if run and run == started:
            part = _continued(part, run)
        elif not quoted(step, message):
            part = " ".join(filter(None, (lead(step, message), part)))
        if run and _effect(message) != "read":
            started = run
        if run and run == started and any(_run(later) == run for _, later in answered[place + 1 :]):
            part = _OPEN_STATE.sub("", part.split("\n\n", 1)[0])
        if part not in text:
            text = _appended(text, part)
    return text


def _appended(text: str, part: str) -> str:
    """One more part: in the last paragraph if both are sentences, else in a paragraph of its own."""
    last = text.rsplit("\n\n", 1)[-1]
    first = part.split("\n", 1)[0]
    flows = "\n" not in last and len(last) + len(first) < ROOM and not _NO_SENTENCE.match(last) and not _NO_SENTENCE.match(first)
    return f"{text}{' ' if flows else chr(10) * 2}{part}" if text else part


def _continued(part: str, run: str) -> str:
    """What is said of a run that the answer speaks of already."""
    part = re.sub(rf"^Run `{re.escape(run)}`: ", "Result: ", part)
    return re.sub(rf"^Run `{re.escape(run)}`(?: of pipeline `[^`]+`)? ", "It ", part)


def _run(message: ToolMessage) -> str:
    """The run that a result is about first; none where several are compared."""
    if not isinstance(message.artifact, dict):
        return ""
    runs = [s.name for s in Record.model_validate(message.artifact).subjects if s.kind == "run"]
    return runs[0] if len(runs) == 1 else ""


def _effect(message: ToolMessage) -> str:
    return Record.model_validate(message.artifact).step.effect


def _plain(text: str) -> str:
    """An error without its code word in front."""
    bare = _CODE.sub("", text)
    return bare[:1].upper() + bare[1:] if bare != text else text
