"""Writing a pipeline: a list of ready components becomes kfp SDK code that a person can read, and a compiled package."""

import importlib.util
import json
import keyword
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from tools.kfp import estimators
from tools.kfp.catalogue import REQUIRED, Component, components
from tools.names import listed, matching, nearest
from tools.result import ErrorCode, ToolError

ESTIMATOR, PARAMS = "estimator", "estimator_params"
SOURCE = "source"
"""The option of `load` that names the object to read."""
_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "list": (list,),
    "dict": (dict,),
}


class Step(BaseModel):
    """One step of a pipeline to be written."""

    model_config = ConfigDict(extra="forbid")

    component: str = Field(description="One of: load, validate, split, train, evaluate, register, report.")
    options: dict[str, Any] = Field(
        default_factory=dict,
        description=(
            "What to tell it; * must be given once. load: source* (minio://bucket/key). validate: max_null_fraction, required_columns. "
            "split, train, evaluate: target* (the column to predict; the same for all three, so one of them is enough). split: test_size. "
            "train: estimator (a scikit-learn class such as RandomForestClassifier), estimator_params (by the class's own names: "
            "n_estimators, not trees). "
            "register: model_name*, metric, minimum, bucket (an existing one, to keep the model there, too), prefix. report: title."
        ),
    )


@dataclass(frozen=True)
class Parameter:
    """A parameter of the written pipeline."""

    name: str
    annotation: str
    default: Any

    @property
    def code(self) -> str:
        """As it stands in the signature."""
        return f"{self.name}: {self.annotation}" + ("" if self.default is REQUIRED else f" = {literal(self.default)}")


@dataclass(frozen=True)
class Authored:
    """A written pipeline: the whole module, and the function that says what happens."""

    name: str
    code: str
    function: str
    steps: list[str]

    def compile(self, folder: Path) -> Path:
        """Compile it with the kfp SDK; the package's path.

        Raises:
            ToolError: INVALID_ARGUMENT with what the SDK says.
        """
        from kfp import compiler

        module_file = folder / f"{identifier(self.name)}.py"
        module_file.write_text(self.code, encoding="utf-8")
        spec = importlib.util.spec_from_file_location(module_file.stem, module_file)
        if spec is None or spec.loader is None:
            raise ToolError(ErrorCode.INTERNAL, f"the code of `{self.name}` cannot be loaded.")
        module = importlib.util.module_from_spec(spec)
        package = folder / f"{self.name}.yaml"
        try:
            spec.loader.exec_module(module)
            compiler.Compiler().compile(module.pipeline, str(package))
        except (TypeError, ValueError, RuntimeError, KeyError) as error:
            raise ToolError(ErrorCode.INVALID_ARGUMENT, f"`{self.name}` does not compile: {error}") from error
        return package


def author(name: str, steps: Sequence[Step], description: str = "") -> Authored:
    """Write a pipeline of these steps, in this order; each reads what the nearest step before it wrote.

    Raises:
        ToolError: INVALID_ARGUMENT naming the step and what is wrong with it.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,126}", name):
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"`{name}` cannot be the name of a pipeline: a-z, 0-9 and '-'.")
    chosen = [_component(step.component) for step in steps]
    labels = _labels([c.name for c in chosen])
    given = [_checked(component, step.options) for component, step in zip(chosen, steps, strict=True)]
    parameters, told = _parameters(chosen, labels, given)
    lines = _body(chosen, labels, told)
    signature = "".join(f"    {p.code},\n" for p in sorted(parameters, key=lambda p: p.default is not REQUIRED))
    head = f"@dsl.pipeline(name={literal(name)}, description={literal(description or name)})\ndef pipeline(\n{signature}):\n"
    function = head + "\n".join(f"    {line}" for line in lines)
    used = {c.name: c for c in chosen}
    imports = sorted({name for c in used.values() for name in c.imports})
    opening = f'"""{name}: {" -> ".join(labels)}."""\n\nfrom kfp import dsl\nfrom kfp.dsl import {", ".join(imports)}\n'
    code = "\n\n".join([opening, *(c.source + "\n" for c in used.values()), function + "\n"])
    return Authored(name, code, function, labels)


def literal(value: Any) -> str:
    """A value as Python code, text in double quotes."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def identifier(name: str) -> str:
    """A name as Python writes it."""
    word = re.sub(r"\W", "_", name)
    return f"{word}_" if keyword.iskeyword(word) or word[:1].isdigit() else word


def _component(name: str) -> Component:
    known = components()
    found = matching(name, list(known))
    if len(found) != 1:
        near = nearest(name, list(known))
        raise ToolError(
            ErrorCode.INVALID_ARGUMENT, f"there is no component `{name}`. There are: {listed(list(known))}.", near or list(known)
        )
    return known[found[0]]


def _labels(names: Sequence[str]) -> list[str]:
    """Names of the steps; numbered where a component is used again."""
    return [n if names.count(n) == 1 else f"{n}_{names[: i + 1].count(n)}" for i, n in enumerate(names)]


def _checked(component: Component, options: dict[str, Any]) -> dict[str, Any]:
    """The options under their own names and of their own types."""
    allowed = {**component.options, **({SOURCE: ("str", REQUIRED)} if SOURCE in component.inputs else {})}
    checked: dict[str, Any] = {}
    for name, value in options.items():
        found = matching(name, list(allowed))
        if len(found) != 1:
            raise ToolError(ErrorCode.INVALID_ARGUMENT, f"step `{component.name}` has no option `{name}`. It has: {listed(list(allowed))}.")
        annotation = allowed[found[0]][0]
        if not isinstance(value, _TYPES[annotation]) or (isinstance(value, bool) and annotation != "bool"):
            message = f"option `{found[0]}` of step `{component.name}` takes {annotation}, not `{value!r:.80}`."
            raise ToolError(ErrorCode.INVALID_ARGUMENT, message)
        checked[found[0]] = value
    if ESTIMATOR in checked or PARAMS in checked:
        default = allowed[ESTIMATOR][1]
        checked[ESTIMATOR] = estimators.checked(checked.get(ESTIMATOR, default), checked.get(PARAMS, {}))
    return checked


def _parameters(
    chosen: Sequence[Component], labels: Sequence[str], given: Sequence[dict[str, Any]]
) -> tuple[list[Parameter], list[dict[str, str]]]:
    """The pipeline's parameters, and for each step which of them it is told. Steps that agree on a value share a parameter."""
    values: dict[str, list[Any]] = {}
    for component, options in zip(chosen, given, strict=True):
        for name in _options(component):
            if name in options:
                values.setdefault(name, []).append(options[name])
    parameters: dict[str, Parameter] = {}
    told: list[dict[str, str]] = []
    for component, label, options in zip(chosen, labels, given, strict=True):
        names: dict[str, str] = {}
        for option, (annotation, default) in _options(component).items():
            known = values.get(option, [])
            shared = all(value == known[0] for value in known)
            value = options.get(option, known[0] if known and shared and default is REQUIRED else default)
            if value is REQUIRED:
                message = f"step `{label}` needs the option `{option}`."
                raise ToolError(ErrorCode.INVALID_ARGUMENT, message)
            name = (
                option if shared and parameters.get(option, Parameter(option, annotation, value)).default == value else f"{label}_{option}"
            )
            parameters[name] = Parameter(name, annotation, value)
            names[option] = name
        told.append(names)
    return list(parameters.values()), told


def _options(component: Component) -> dict[str, tuple[str, Any]]:
    return {**({SOURCE: ("str", REQUIRED)} if SOURCE in component.inputs else {}), **component.options}


def _body(chosen: Sequence[Component], labels: Sequence[str], told: Sequence[dict[str, str]]) -> list[str]:
    """The pipeline function's lines: each step fed by the nearest outputs before it, and after the step before it."""
    lines: list[str] = []
    made: list[tuple[str, str, str]] = []
    for index, (component, label, names) in enumerate(zip(chosen, labels, told, strict=True)):
        fed: dict[str, str] = {}
        feeders: set[str] = set()
        for artifact, kind in component.inputs.items():
            if artifact == SOURCE:
                imported = f"{label}_source"
                lines.append(f"{imported} = dsl.importer(artifact_uri={names[SOURCE]}, artifact_class={kind}, reimport=True)")
                fed[artifact] = f"{imported}.output"
                continue
            giver = _giver(artifact, kind, made)
            if giver is None:
                message = f"step `{label}` reads `{artifact}` ({kind}), which no step before it writes. Put one before it that does."
                raise ToolError(ErrorCode.INVALID_ARGUMENT, message)
            fed[artifact] = f'{giver[0]}_step.outputs["{giver[1]}"]'
            feeders.add(giver[0])
        arguments = {**fed, **{option: name for option, name in names.items() if option != SOURCE}}
        lines.append(f"{label}_step = {component.name}({', '.join(f'{k}={v}' for k, v in arguments.items())})")
        if index and labels[index - 1] not in feeders:
            lines[-1] += f".after({labels[index - 1]}_step)"
        made += [(label, name, kind) for name, kind in component.outputs.items()]
    return lines


def _giver(artifact: str, kind: str, made: Sequence[tuple[str, str, str]]) -> tuple[str, str, str] | None:
    """The nearest output of this name, else of this type."""
    by_name = [m for m in reversed(made) if m[1] == artifact and m[2] == kind]
    by_type = [m for m in reversed(made) if m[2] == kind]
    return next(iter([*by_name, *by_type]), None)


def compiled(authored: Authored) -> bytes:
    """The package of a written pipeline."""
    with tempfile.TemporaryDirectory() as folder:
        return authored.compile(Path(folder)).read_bytes()
