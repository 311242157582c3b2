"""A quote in the value that a condition looks at."""

from kfp import dsl


@dsl.component
def echo(text: str) -> str:
    return text


@dsl.pipeline(name="if-value-with-quote")
def pipeline(text: str, other: str):
    with dsl.If(text == other):
        echo(text="same")
    with dsl.Else():
        echo(text="different")


ARGUMENTS = {"text": 'it\'s "x"', "other": 'it\'s "x"'}
STATES = {"condition-branches-1/condition-2": "SUCCEEDED", "condition-branches-1/condition-3": "SKIPPED"}
LOCAL = "takes it as false in silence"
