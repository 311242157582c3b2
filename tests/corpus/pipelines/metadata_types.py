"""Metadata of every JSON type survives the way to the next step."""

from kfp import dsl


@dsl.component
def make(data: dsl.Output[dsl.Dataset]):
    data.metadata.update({"i": 1, "f": 0.5, "s": "x", "b": True, "xs": [1, "a"], "d": {"k": None}})


@dsl.component
def show(data: dsl.Input[dsl.Dataset]) -> str:
    return str(sorted(data.metadata.items()))


@dsl.pipeline(name="metadata-types")
def pipeline() -> str:
    return show(data=make().outputs["data"]).output


OUTPUTS = {"Output": "[('b', True), ('d', {'k': None}), ('f', 0.5), ('i', 1), ('s', 'x'), ('xs', [1, 'a'])]"}
LOCAL = "whole numbers in metadata arrive as floats"
