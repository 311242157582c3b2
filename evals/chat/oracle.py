"""Plays what cases expect, call by call and without a model: a case that even this does not pass is wrong, or its world is."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from agents.registry import find_agents
from evals.chat.cases import CLARIFY, Case, Expected, known_tools
from evals.chat.endstate import Inventory, problems, take_inventory
from evals.chat.grading import grade
from evals.chat.playing import Played, in_full, touched
from evals.worlds.loading import LoadedWorld
from swarm.reply import Reply, Step
from tools.call import Call, prepare, run
from tools.kinds import Kind
from tools.minio.store import walk
from tools.result import ToolResult
from tools.tool import Tool

_FREE: dict[str, str] = {"pattern": "*", "run": "latest"}
"""What stands in for required arguments that a case leaves free, by kind."""


def check(world: LoadedWorld, cases: Sequence[Case], tell: Callable[[Played], None] = lambda _: None) -> list[Played]:
    """Make every expected call of every case for real, grade that, and put the world back."""
    before = take_inventory(world)
    played = []
    for case in cases:
        one = _play(world, case, before)
        tell(one)
        played.append(one)
        if touched(one.replies):
            world.reset()
    return played


def _play(world: LoadedWorld, case: Case, before: Inventory) -> Played:
    started = time.perf_counter()
    steps, told = [], []
    for number, expected in enumerate(case.expect, 1):
        if expected.tool == "delete_bucket":
            _empty(world, str(expected.args.get("bucket")))
        step, result = _call(world, case, expected, number)
        steps.append(step)
        told.append(result.content)
    answer = "\n".join([*told, *case.answer_has]) or "Which one do you mean?"
    status = "needs_input" if case.kind == CLARIFY else "done"
    replies = [Reply(session=case.id, answer="(said before)", status="done") for _ in case.turns[1:]]
    replies.append(Reply.model_validate({"session": case.id, "answer": answer, "status": status, "steps": steps}))
    verdict = grade(case, replies, known_tools(), before.names)
    left = problems(world, before, in_full(verdict)) if touched(replies) else []
    errors = [f"{step.tool}: {text}" for step, text in zip(steps, told, strict=True) if step.status == "error"]
    return Played(case, 1, replies, time.perf_counter() - started, [*verdict.reasons, *errors, *left])


def _call(world: LoadedWorld, case: Case, expected: Expected, number: int) -> tuple[Step, ToolResult]:
    """The call as a step, and what it answered."""
    agent = next((a for a in find_agents().values() if expected.tool in a.toolset.tools), None)
    args, effect = dict(expected.args), "read"
    if agent is None:
        result = ToolResult(content="there is no such tool", status="error")
    else:
        tool = agent.toolset.tools[expected.tool]
        made = prepare(tool, args | _left_free(tool, expected, case.turns[-1]), world.services, agent.toolset.resolvers)
        effect = tool.effect
        result = run(made, world.services) if isinstance(made, Call) else made
        args = made.args if isinstance(made, Call) else args
    name = agent.name if agent else ""
    given: dict[str, Any] = {"id": str(number), "agent": name, "tool": expected.tool, "args": args, "effect": effect, "ms": 0}
    return Step.model_validate({**given, "status": result.status, "code": result.code}), result


def _empty(world: LoadedWorld, bucket: str) -> None:
    """Buckets are deleted when nothing is in them."""
    for found in list(walk(world.store, bucket)):
        world.store.delete(bucket, found.key)


def _left_free(tool: Tool, expected: Expected, said: str) -> dict[str, str]:
    """Required arguments that the case does not fix."""
    required = [name for name, info in tool.parameters.model_fields.items() if info.is_required() and name not in expected.args]
    kinds = {name: kind.name if isinstance(kind := tool.kinds.get(name), Kind) else "" for name in required}
    return {name: _FREE.get(kind, said) for name, kind in kinds.items()}
