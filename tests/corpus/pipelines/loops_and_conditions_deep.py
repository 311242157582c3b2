"""Loops and conditions in each other, so deep that the compiler passes on items which no task receives."""

from kfp import dsl


@dsl.component
def say(text: str) -> str:
    return text


def level(depth: int) -> None:
    with dsl.ParallelFor(["a", "b"] if depth == 1 else ["c"]) as item, dsl.If(item != "b"):
        if depth < 8:
            level(depth + 1)
        else:
            say(text=item)


@dsl.pipeline(name="loops-and-conditions-deep")
def pipeline():
    level(1)


TASK_OUTPUTS = {
    "for-loop-2/iteration-0/condition-3/"
    + "/".join(f"for-loop-{number}/iteration-0/condition-{number + 1}" for number in range(5, 24, 3))
    + "/say": {"Output": "c"}
}
STATES = {"for-loop-2/iteration-1/condition-3": "SKIPPED"}
