"""A text with a quote in the pipeline's source: the compiler makes an expression of it that is none."""

from kfp import dsl


@dsl.component
def echo(text: str) -> str:
    return text


@dsl.pipeline(name="refused-condition")
def pipeline(text: str = "x"):
    with dsl.If(text == "it's"):
        echo(text="x")


REFUSED = "The condition of 'condition-1' is not valid"
