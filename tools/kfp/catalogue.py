"""The ready components: what each one reads, writes and can be told. Read from their source, without importing it."""

import ast
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

PACKAGE = "tools.kfp.components"
REQUIRED = object()
"""Stands for the default of an option that has none."""


@dataclass(frozen=True)
class Component:
    """A ready component.

    Attributes:
        name: also that of its function and of the module it lives in.
        summary: one line for people and models.
        inputs: artifacts it reads, name to type.
        outputs: artifacts it writes, name to type.
        options: scalars it can be told, name to annotation and default (`REQUIRED` without one).
        source: its function with decorator.
        imports: names it needs of `kfp.dsl`.
    """

    name: str
    summary: str
    inputs: dict[str, str]
    outputs: dict[str, str]
    options: dict[str, tuple[str, Any]]
    source: str
    imports: frozenset[str] = field(default_factory=frozenset)


@cache
def components() -> dict[str, Component]:
    """All ready components by name, in the order in which they usually follow each other."""
    found = {}
    for file in files(PACKAGE).iterdir():
        if file.name.endswith(".py") and not file.name.startswith("_"):
            component = _read(file.read_text(encoding="utf-8"))
            found[component.name] = component
    usual = ["load", "validate", "split", "train", "evaluate", "register", "report"]
    return dict(sorted(found.items(), key=lambda item: usual.index(item[0]) if item[0] in usual else len(usual)))


def _read(text: str) -> Component:
    module = ast.parse(text)
    function = next(node for node in module.body if isinstance(node, ast.FunctionDef))
    imported = [node for node in module.body if isinstance(node, ast.ImportFrom) and node.module == "kfp.dsl"]
    inputs: dict[str, str] = {}
    outputs: dict[str, str] = {}
    options: dict[str, tuple[str, Any]] = {}
    arguments = function.args.args
    defaults: list[ast.expr | None] = [*[None] * (len(arguments) - len(function.args.defaults)), *function.args.defaults]
    for argument, default in zip(arguments, defaults, strict=True):
        annotation = ast.unparse(argument.annotation) if argument.annotation else "str"
        if annotation.startswith("Input["):
            inputs[argument.arg] = annotation[6:-1]
        elif annotation.startswith("Output["):
            outputs[argument.arg] = annotation[7:-1]
        else:
            options[argument.arg] = annotation, REQUIRED if default is None else ast.literal_eval(default)
    start = min(node.lineno for node in function.decorator_list) - 1
    return Component(
        name=function.name,
        summary=(ast.get_docstring(module) or "").splitlines()[0],
        inputs=inputs,
        outputs=outputs,
        options=options,
        source="\n".join(text.splitlines()[start : function.end_lineno]),
        imports=frozenset(alias.name for node in imported for alias in node.names),
    )
