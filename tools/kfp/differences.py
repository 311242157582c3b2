"""What differs between runs: their arguments, those that were left at the default included, and their versions."""

from collections.abc import Iterable
from typing import Any

from tools.kfp.client import Kfp
from tools.kfp.model import Run, parameters_of
from tools.result import Artifact, ErrorCode, ToolError

UNKNOWN = "(default)"
"""Stands for an argument that was not given where the default is not known any more."""

Change = tuple[str, Any, Any]
"""Name, value before, value after."""


def complete_arguments(kfp: Kfp, run: Run) -> dict[str, Any]:
    """A run's arguments with the defaults of its pipeline's version for those not given; only those given where it is gone."""
    try:
        parameters = parameters_of(kfp.spec(run))
    except ToolError as error:
        if error.code is not ErrorCode.NOT_FOUND:
            raise
        parameters = []
    return {p.name: p.default for p in parameters if not p.required} | run.arguments


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """The arguments that differ, by name."""
    return [
        (name, before.get(name, UNKNOWN), after.get(name, UNKNOWN))
        for name in sorted({*before, *after})
        if before.get(name, UNKNOWN) != after.get(name, UNKNOWN)
    ]


def diff(title: str, before: str, after: str, changed: Iterable[Change]) -> Artifact:
    """The same for front-ends; `before` and `after` name the two that are compared."""
    rows = [{"name": name, "before": old, "after": new} for name, old, new in changed]
    return Artifact(kind="diff", title=title, data={"before": before, "after": after, "changes": rows})
