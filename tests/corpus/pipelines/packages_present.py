"""Packages that the running interpreter has cost nothing."""

from kfp import dsl


@dsl.component(packages_to_install=["pydantic>=2"])
def show() -> str:
    import sys
    import pydantic

    return sys.prefix + pydantic.VERSION[:1]


@dsl.pipeline(name="packages-present")
def pipeline() -> str:
    return show().output


OUTPUTS = {"Output": __import__("sys").prefix + "2"}
