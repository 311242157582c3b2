"""The few words that answer what was asked, ahead of a result's own: yes or no, or the one value that a question is after."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import ToolMessage

from swarm.planner.language import content, stem, words
from swarm.records import Record

_POLAR = re.compile(
    r"^\W*(?:(?:and|so|but|ok|okay|well|hey|hi|hello|please|also|then|now)\W+)*(?:is|are|did|does|do|has|have|was|were|any)\b"
    r"|\b(?:check|tell me|see|know|look)\s+(?:if|whether)\b",
    re.I,
)
_EXISTS = re.compile(r"\bexist\w*|\b(?:is|are) there\b|\bhave\b|\bgot\b|\bany\b|\bif there\b", re.I)
_CALLED = re.compile(r"\b(?:called|named)\s+[\"'`“]?([\w.-]*\w)", re.I)
_SEEKS = re.compile(r"\b(?:what|whats|what's|how|when|which|who|where|tell|give)\b", re.I)
_ENDED = frozenset({"succeeded", "failed", "canceled", "skipped"})
_STATES: Mapping[str, frozenset[str]] = {
    r"succe\w+|work(?:ed)?|pass(?:ed)?|ok|okay|fine|well|through": frozenset({"succeeded"}),
    r"fail\w*|crash\w*|broken?|dead|died?|error\w*|wrong": frozenset({"failed"}),
    r"running|going|alive|at it|busy|active": frozenset({"running", "pending", "canceling"}),
    r"cancell?ed|stopped|terminated": frozenset({"canceled", "canceling"}),
    r"done|finish\w*|complete\w*|over|ready|end(?:ed)?": _ENDED,
}
"""For words about a run, the states in which they are true; the first that is said counts."""
_SYNONYMS: Mapping[str, str] = {
    "big": "size", "large": "size", "heavy": "size", "modified": "changed", "updated": "changed", "touched": "changed", "old": "changed",
    "made": "created", "wrote": "written", "writes": "written", "produced": "written", "versioning": "versions", "expire": "expiry",
    "long": "took", "stored": "where", "enabled": "on", "active": "on",
}  # fmt: skip


@dataclass(frozen=True)
class _Table:
    """A table of a result, as it is shown."""

    columns: list[str]
    rows: list[list[str]]


def lead(question: str, message: ToolMessage) -> str:
    """ "Yes.", "No.", "Not yet." or "Accuracy: 0.97."; empty where the result's own first sentence is the answer."""
    if not isinstance(message.artifact, dict):
        return ""
    record = Record.model_validate(message.artifact)
    tables = list(_tables(message.text))
    card = _card(record)
    if card is not None and re.search(r"\b(?:which|what|whats|what's)\b", question, re.I):
        return _step(question, card["steps"])
    if _POLAR.search(question):
        return _verdict(question, record, tables) or _value(question, message.text, tables)
    return _value(question, message.text, tables) if _SEEKS.search(question) else ""


def _verdict(question: str, record: Record, tables: list[_Table]) -> str:
    """Yes or no to whether something exists, or is in a state."""
    if record.step.effect != "read" or re.search(r"\bor\b", question):
        return ""
    card = _card(record)
    if card is not None:
        return _state(question, str(card["state"]))
    listed = _listed_state(question, tables)
    if listed:
        return listed
    if not _EXISTS.search(question):
        return ""
    if record.step.status != "ok":
        return "No." if record.step.status == "no_data" or record.step.code == "NOT_FOUND" else ""
    called = _CALLED.search(question)
    if called and tables and not record.given:
        names = {_bare(row[0]) for table in tables for row in table.rows}
        return "Yes." if _bare(called.group(1)) in names else f"No, none of them is called `{called.group(1)}`."
    return "Yes."


def _card(record: Record) -> Mapping[str, Any] | None:
    """The run that a result shows."""
    return next((a.data for a in record.artifacts if a.kind == "run"), None)


def _state(question: str, state: str) -> str:
    for said, states in _STATES.items():
        if re.search(rf"\b(?:{said})\b", question, re.I):
            if state in states:
                return "Yes."
            return "Not yet." if state not in _ENDED and states <= _ENDED and states != {"failed"} else "No."
    return ""


def _listed_state(question: str, tables: list[_Table]) -> str:
    """Whether the one thing of a list that a question names is in the state that it names."""
    said = {_SYNONYMS.get(word, word) for word in words(question)}
    for table in tables:
        rows = [row for row in table.rows if _bare(row[0]) and _bare(row[0]) in _bare(question)]
        if "state" in table.columns and len(rows) == 1 and said & {"paused", "on", *_ENDED, "running", "pending"}:
            return "Yes." if rows[0][table.columns.index("state")] in said else "No."
    return ""


def _step(question: str, steps: Sequence[Mapping[str, Any]]) -> str:
    """The step of a run that a question asks for: the slowest, or those that failed."""
    if re.search(r"\b(?:longest|slowest)\b", question, re.I):
        slowest = max(steps, key=lambda step: step["seconds"] or 0.0, default=None)
        return f"Step `{slowest['name']}` took longest: {slowest['seconds']:.3g} s." if slowest and slowest["seconds"] else ""
    if re.search(r"\bsteps?\b.*\b(?:fail|crash|br[eo]k|die)", question, re.I):
        failed = [f"`{step['name']}`" for step in steps if step["state"] == "failed"]
        return f"Failed: {', '.join(failed)}." if failed else "No step failed."
    return ""


def _value(question: str, text: str, tables: list[_Table]) -> str:
    """The cell of a table that a question names: by its row in a table of two columns, else by row and column."""
    said = {stem(w) for word in words(question) for w in (word, _SYNONYMS.get(word, word))}
    sentence = text.split("\n", 1)[0]
    for table in tables:
        if len(table.columns) == 2:
            found = [(row[0], row[1]) for row in table.rows if _named(row[0], said, partly=row[1] in ("yes", "no"))]
        else:
            rows = [row for row in table.rows if len(table.rows) == 1 or _bare(row[0]) in _bare(question)]
            cells = [(n, column) for n, column in enumerate(table.columns) if n and _named(column, said)]
            found = [(f"{row[0]}, {column}", row[n]) for row in rows for n, column in cells]
        if len(found) == 1 and found[0][1] and not (len(found[0][1]) > 2 and found[0][1] in sentence):
            label, value = found[0]
            return f"{label[:1].upper()}{label[1:]}: {value}."
    return ""


def _named(label: str, said: set[str], partly: bool = False) -> bool:
    """Whether all words of a label are said, or any where a part is enough."""
    label_words = set(content(label))
    return bool(label_words & said) if partly else bool(label_words) and label_words <= said


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _tables(text: str) -> Iterator[_Table]:
    """The Markdown tables of a text."""
    for block in re.findall(r"(?:^\|.*\|$\n?)+", text, re.M):
        lines = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in block.splitlines()]
        yield _Table(lines[0], [line for line in lines[2:] if len(line) == len(lines[0])])
