"""The verdict on a conversation: calls made and not made, words of the answer, a question where one is due."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from evals.chat.cases import CLARIFY, FOLLOW_UP, Case, Expected
from evals.chat.matching import Names, fits, mismatch
from swarm.reply import Reply, Step
from tools.tool import Tool

_NOUNS = ("pipeline", "experiment", "schedule", "bucket", "object", "document", "run")


@dataclass(frozen=True)
class Verdict:
    """Why a conversation does not pass, nothing when it does; and, for each expected call that was made, the step that made it."""

    reasons: list[str]
    made: list[tuple[Expected, Step]] = field(default_factory=list)


def grade(case: Case, replies: Sequence[Reply], tools: Mapping[str, Tool], names: Names) -> Verdict:
    """Judge a conversation by what was called and said; what it left behind is judged apart.

    Args:
        case: what was to be done.
        replies: one a turn.
        tools: those there are, by name, whose argument kinds decide how values compare.
        names: what names stood for at the beginning.
    """
    steps = [step for reply in replies for step in reply.steps]
    counted = list(replies[-1].steps) if case.kind == FOLLOW_UP and replies else steps
    reasons: list[str] = []
    made: list[tuple[Expected, Step]] = []
    for expected in sorted(case.expect, key=lambda e: -len(e.args)):
        taken = [id(step) for _, step in made]
        found = [s for s in counted if id(s) not in taken and _done(s) and fits(s, expected, tools.get(s.tool), names)]
        if found:
            made.append((expected, found[-1] if _looks(expected) else found[0]))
        else:
            reasons.append(_missing(expected, counted, tools, names))
    reasons += [f"{step.tool} must not be called" for step in steps if step.tool in case.forbid]
    reasons += _out_of_order(case, made, counted)
    reasons += _words(case, replies)
    return Verdict(list(dict.fromkeys(reasons)), made)


def told(step: Step | Expected) -> str:
    """A call as one line."""
    args = ", ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in step.args.items())
    end = f" -> {step.status}{f' {step.code}' if step.code else ''}" if isinstance(step, Step) else ""
    return f"{step.tool}({args}){end}"


def _done(step: Step) -> bool:
    """Whether the call did its work; one that waited in vain did."""
    return step.status in ("ok", "no_data") or step.code == "TIMEOUT"


def _missing(expected: Expected, steps: Sequence[Step], tools: Mapping[str, Tool], names: Names) -> str:
    near = next((s for s in steps if s.tool == expected.tool), None)
    if near is None:
        return f"no call {told(expected)}"
    difference = mismatch(near.args, expected.args, tools.get(near.tool), names)
    return f"no call {told(expected)}: {difference or told(near)}"


def _out_of_order(case: Case, made: Sequence[tuple[Expected, Step]], steps: Sequence[Step]) -> list[str]:
    """Calls that should tell what another has left, but came before it."""
    place = {id(step): number for number, step in enumerate(steps)}
    asked = {id(expected): number for number, expected in enumerate(case.expect)}
    return [
        f"{step.tool} came before {other.tool}, whose effect it should tell"
        for expected, step in made
        for earlier, other in made
        if _looks(expected) and other.effect != "read" and _about(expected, earlier)
        if asked[id(earlier)] < asked[id(expected)] and place[id(step)] < place[id(other)]
    ]


def _looks(expected: Expected) -> bool:
    """Whether the call tells how things are."""
    return expected.tool.startswith("list_") or expected.tool == "get_bucket"


def _about(one: Expected, other: Expected) -> bool:
    nouns = [next((noun for noun in _NOUNS if noun in call.tool), call.tool) for call in (one, other)]
    same_place = one.args.get("bucket", "") in ("", other.args.get("bucket", ""), other.args.get("to_bucket", ""))
    return nouns[0] == nouns[1] and same_place


def _words(case: Case, replies: Sequence[Reply]) -> list[str]:
    last = replies[-1] if replies else None
    answer = last.answer.lower() if last else ""
    missing = [word for word in case.answer_has if word.lower() not in answer]
    reasons = [f"the answer lacks {', '.join(repr(word) for word in missing)}"] if missing else []
    if last is None or not answer.strip():
        return [*reasons, "there is no answer"]
    if case.kind == CLARIFY and last.status != "needs_input" and "?" not in answer:
        reasons.append("it does not ask back")
    if last.status == "failed":
        reasons.append("the turn failed")
    return reasons
