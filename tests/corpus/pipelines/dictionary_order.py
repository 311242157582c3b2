"""A dictionary in the pipeline reaches every step in the same order in every run."""

from kfp import dsl


@dsl.component
def keys(values: dict) -> str:
    return " ".join(values)


@dsl.pipeline(name="dictionary-order")
def pipeline(values: dict = {"d": 4, "b": 2, "e": 5, "a": 1, "c": 3}) -> str:
    return keys(values=values).output


OUTPUTS = {"Output": "a b c d e"}
