"""Whatever goes into an input of type text arrives as text."""

from kfp import dsl


@dsl.component
def items() -> list:
    return [{"n": 1, "x": 0.5, "big": 1e21, "yes": True, "many": [1, "a b"], "none": "plain"}]


@dsl.component
def quote(n: str, x: str, big: str, yes: str, many: str, none: str) -> list:
    return [n, x, big, yes, many, none]


@dsl.pipeline(name="values-as-text")
def pipeline():
    with dsl.ParallelFor(items().output) as item:
        quote(n=item.n, x=item.x, big=item.big, yes=item.yes, many=item.many, none=item.none)


TASK_OUTPUTS = {"for-loop-1/iteration-0/quote": {"Output": ["1", "0.5", "1000000000000000000000", "true", '[1,"a b"]', "plain"]}}
LOCAL = "hands values of other types to inputs of type text"
