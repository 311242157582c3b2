"""What the messages of a conversation hold for the planner: the request, the calls made, and what they were about."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from swarm.conversation import Outcome, parted
from swarm.planner.references import Done, Memory, Thing
from swarm.records import Record

_CHOICE = re.compile(r"`([^`]+)`")
_ORDINAL = re.compile(
    r"\b(?:the\s+)?(first|second|third|fourth|fifth|last|1st|2nd|3rd|4th)(?:\s+(?:one"
    r"|two|of them))?\b|^\W*(?:number\s+|no\.?\s*|option\s+|#)?([1-9])\W*$",
    re.I,
)
_POSITIONS = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "fifth": 4, "last": -1}
_YES = re.compile(
    r"^\W*(?:yes|yep|yeah|yup|sure|ok(?:ay)?|right|correct|exactly|do it"
    r"|go ahead|please do|that one|that's it)\b[\s\w,.!]{0,20}$",
    re.I,
)
_ALL = re.compile(r"^\W*(?:both|all|all of them|every one|each)\b\W*(?:please)?\W*$", re.I)
_LEAD = re.compile(
    r"^\W*(?:i (?:mean|meant)|use|take|pick|choose|select|make it"
    r"|let us (?:take|use)|it is|it's|that would be|the name is)\s+",
    re.I,
)

Kinds = Mapping[str, Mapping[str, str]]
"""For each tool: the kinds of its arguments."""


def conversation(messages: Sequence[BaseMessage], kinds: Kinds) -> Memory:
    """What the router's messages remember of the turns before the last message of the user."""
    last = max(i for i, m in enumerate(messages) if isinstance(m, HumanMessage))
    said = [m.text for m in messages[:last] if isinstance(m, HumanMessage)]
    return Memory([done for m in messages[:last] if _holds(m) for done in _of_outcome(m, kinds)], said[-1] if said else "")


def briefed(message: str, results: Sequence[ToolMessage], kinds: Kinds) -> Memory:
    """What a specialist remembers: the calls of its briefing, then its own for this task."""
    brief = parted(message)
    earlier = [_briefed(call, kinds) for call in brief.calls]
    said = brief.said[-2] if len(brief.said) > 1 else ""
    return Memory([*earlier, *(_of_record(Record.model_validate(m.artifact), kinds, now=True) for m in results if _holds(m))], said)


def request(messages: Sequence[BaseMessage], begins: Any) -> str:
    """The user's last message; where it answers a question of ours, together with the request that the question was about."""
    humans = [i for i, m in enumerate(messages) if isinstance(m, HumanMessage)]
    text = messages[humans[-1]].text
    if len(humans) < 2:
        return text
    between = messages[humans[-2] : humans[-1]]
    question = next((m.text for m in reversed(between) if isinstance(m, AIMessage) and not m.tool_calls), "")
    if not asked(messages):
        return text
    answer = _LEAD.sub("", text)
    chosen = _chosen(answer, _CHOICE.findall(question))
    if not chosen and answer == text and begins(text):
        return text
    said = " and ".join(f"`{name}`" for name in chosen) if chosen else answer
    return f"{request(messages[: humans[-1]], begins).rstrip(' .!?')} {said}"


def asked(messages: Sequence[BaseMessage]) -> bool:
    """Whether the user's last message answers a question of ours."""
    humans = [i for i, m in enumerate(messages) if isinstance(m, HumanMessage)]
    between = messages[humans[-2] : humans[-1]] if len(humans) > 1 else []
    return any(_holds(m) and m.artifact.get("status") == "needs_input" for m in between if isinstance(m, ToolMessage))


def _chosen(answer: str, choices: Sequence[str]) -> list[str]:
    """The choices of a question that an answer points at."""
    if _ALL.search(answer):
        return list(choices)
    if _YES.search(answer) and len(choices) == 1:
        return [choices[0]]
    place = _ORDINAL.search(answer) if len(answer) < 40 else None
    if place is None or not choices:
        return []
    position = _POSITIONS[place.group(1).lower()] if place.group(1) else int(place.group(2)) - 1
    return [choices[position]] if -len(choices) <= position < len(choices) else []


def _holds(message: BaseMessage) -> bool:
    return isinstance(message, ToolMessage) and isinstance(message.artifact, dict)


def _of_outcome(message: BaseMessage, kinds: Kinds) -> list[Done]:
    outcome = Outcome.model_validate(message.artifact)  # type: ignore[attr-defined]
    return [_of_record(record, kinds) for record in outcome.records]


def _of_record(record: Record, kinds: Kinds, now: bool = False) -> Done:
    step = record.step
    about = _with_buckets([Thing(s.kind, s.name, s.bucket, s.standing) for s in record.subjects])
    given = {name: value for name, value in step.args.items() if name in record.given}
    return Done(step.tool, given, about + _things(step.tool, step.args, kinds), step.status in ("ok", "no_data"), now)


def _briefed(call: Mapping[str, Any], kinds: Kinds) -> Done:
    about = _with_buckets([Thing(str(a["kind"]), str(a["name"]), a.get("bucket"), a.get("standing")) for a in call.get("about", [])])
    args = call.get("args", {})
    return Done(
        str(call["tool"]),
        args,
        about + _things(str(call["tool"]), args, kinds),
        call.get("status") in ("ok", "no_data"),
        bool(call.get("now")),
    )


def _with_buckets(things: Sequence[Thing]) -> tuple[Thing, ...]:
    """Things, and the buckets that hold the objects among them: after a copy, that of the copy comes before that of the original."""
    return (*things, *(Thing("bucket", t.bucket) for t in things if t.bucket))


def _things(tool: str, args: Mapping[str, Any], kinds: Kinds) -> tuple[Thing, ...]:
    """The things that a call's arguments name."""
    found: list[Thing] = []
    for name, kind in kinds.get(tool, {}).items():
        value = args.get(name)
        for one in value if isinstance(value, list) else [value]:
            if (
                isinstance(one, str)
                and kind in ("pipeline", "run", "experiment", "schedule", "bucket", "object", "document")
                and one != "latest"
            ):
                found.append(Thing(kind, one, str(args.get("bucket")) if kind == "object" else None))
    return tuple(found)
