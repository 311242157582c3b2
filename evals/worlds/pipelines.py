"""Pipelines of a world as KFP SDK code and compiled packages.

One package is a pipeline's `Variant`: its steps and what they produce. What each run of the world has to do (its metrics, where it fails
or stays) is a table in the code, looked up by the run's name; runs that people start later are not in it and succeed.
"""

import builtins
import hashlib
import importlib.util
import json
import pprint
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import platformdirs

from evals.errors import EvalError
from evals.worlds import artifacts
from evals.worlds.description import Parameter, Pipeline, Run, RunDetails, World
from tools.kfp.authoring import identifier

RUN_NAME = "name_of_the_run"
"""The input through which steps learn which run they belong to; unlikely as a parameter."""
USUAL = {"accuracy": 0.87, "f1": 0.81}
"""Metrics of a pipeline of whose runs none is told."""
_HEAD = '"""{name}."""\n\nfrom typing import Dict, List\n\nfrom kfp import dsl\nfrom kfp.dsl import *\n\n'
_ANNOTATIONS = {"list": "List", "dict": "Dict"}
_CLOSING = re.compile(r"publish|deploy|register|notify|upload|push|promote|export", re.I)


@dataclass(frozen=True)
class Variant:
    """A version of a pipeline: its steps in order, what they produce, and the runs of the world that execute it."""

    pipeline: Pipeline
    steps: tuple[str, ...]
    artifacts: tuple[str, ...]
    runs: dict[str, tuple[Run, RunDetails]] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The Python module; its pipeline is called `pipeline`."""
        parameters = sorted(self.pipeline.params, key=lambda p: not p.required)
        metrics = {name: run.metrics for name, (run, _) in self.runs.items()}
        base = next((m for m in reversed(metrics.values()) if m), USUAL)
        parts = [_HEAD.format(name=self.pipeline.name)]
        for step in self.steps:
            made = self._made(step)
            given = "{" + ", ".join(f"{p.name!r}: {_input(p.name, made)}" for p in parameters) + "}"
            body = [f"given = {given}", f'print("{step}: run " + {RUN_NAME} + " with", given)']
            for name in made:
                body += artifacts.writer(name, identifier(name), metrics, base)
            parts.append(_component(step, parameters, made, body + self._ends(step)))
        return "\n\n".join([*parts, self._function(parameters)])

    def _made(self, step: str) -> list[str]:
        return [name for name in self.artifacts if self._producer(name) == step]

    def _producer(self, artifact: str) -> str:
        """The step that writes an artifact: one whose name says so, else the last before those that only pass things on."""
        stopped = [d.failed_step or d.running_step for _, d in self.runs.values() if artifact in d.artifacts]
        before = min((self.steps.index(s) for s in stopped if s in self.steps), default=len(self.steps))
        able = self.steps[: max(before, 1)]
        fitting = [step for step in able if artifacts.made_in(artifact, step)]
        working = [step for step in able if not _CLOSING.search(step)]
        return (fitting or working or able)[-1]

    def _ends(self, step: str) -> list[str]:
        """The lines that fail or hold the runs that end at this step."""
        failing = {name: d.error or "" for name, (_, d) in self.runs.items() if d.failed_step == step}
        waiting = [name for name, (_, d) in self.runs.items() if d.running_step == step]
        lines: list[str] = []
        if failing:
            lines += [f"error = {failing!r}.get({RUN_NAME})", "if error is not None:"]
            lines += [f"    {line}" for line in _RAISE]
        if waiting:
            lines += ["import time", f"while {RUN_NAME} in {waiting!r}:", "    time.sleep(1)"]
        return lines

    def _function(self, parameters: Sequence[Parameter]) -> str:
        description = self.pipeline.description or self.pipeline.name
        signature = ", ".join(_declared(p) for p in parameters)
        lines = [f"@dsl.pipeline(name={_compiled_name(self.pipeline.name)!r}, description={description!r})", f"def pipeline({signature}):"]
        for number, step in enumerate(self.steps):
            made = self._made(step)
            named = [f"{_input(p.name, made)}={p.name}" for p in parameters]
            given = ", ".join([f"{RUN_NAME}=dsl.PIPELINE_JOB_NAME_PLACEHOLDER", *named])
            after = f".after(task_{number - 1})" if number else ""
            lines.append(f"    task_{number} = {_function_name(step)}({given}){after}")
        return "\n".join(lines) + "\n"


_RAISE = [
    "import re",
    "kind, _, text = error.partition(': ')",
    "path = kind if re.fullmatch(r'[A-Za-z_][\\w.]*', kind) and text else 'RuntimeError'",
    "module, _, name = path.rpartition('.')",
    "raise type(name, (Exception,), {'__module__': module or 'builtins'})(text or error)",
]
"""Raises an exception that ends the traceback with exactly the text."""


def variants(world: World, pipeline: Pipeline) -> list[Variant]:
    """The versions of a pipeline, in the order to upload: the newest, which later runs execute, last.

    A run that did not come to its end has fewer artifacts than its version could produce, so a longer list that contains its own is its
    version; of one that failed after its last producing step, this would show too many.
    """
    groups: dict[tuple[tuple[str, ...], tuple[str, ...]], dict[str, tuple[Run, RunDetails]]] = {}
    for run in world.runs:
        if run.pipeline == pipeline.name:
            details = world.details(run)
            groups.setdefault((tuple(details.steps), tuple(details.artifacts)), {})[run.name] = (run, details)
    if not groups:
        usual = world.details(Run(name="", pipeline=pipeline.name, metrics=USUAL))
        return [Variant(pipeline, tuple(usual.steps), tuple(usual.artifacts))]
    ordered = sorted(groups.items(), key=lambda group: len(group[0][1]))
    return [Variant(pipeline, steps, made, runs) for (steps, made), runs in ordered]


def compiled(variant: Variant) -> bytes:
    """The package; the same code is compiled once on a machine.

    Raises:
        EvalError: the KFP SDK refuses it, with what it says.
    """
    return compile_code(variant.code, variant.pipeline.name)


def compile_code(code: str, name: str) -> bytes:
    """The package of a module's `pipeline`, from the cache or from the SDK."""
    key = hashlib.sha256(f"{version('kfp')}\n{code}".encode()).hexdigest()
    cached = Path(platformdirs.user_cache_dir("mlops-swarm")) / "worlds" / f"{key}.yaml"
    if cached.is_file():
        return cached.read_bytes()
    package = _compile(code, name)
    cached.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=cached.parent, delete=False) as file:
        file.write(package)
    Path(file.name).replace(cached)
    return package


def _compile(code: str, name: str) -> bytes:
    from kfp import compiler

    with tempfile.TemporaryDirectory() as folder:
        module_file, package = Path(folder) / "world_pipeline.py", Path(folder) / "package.yaml"
        module_file.write_text(code, encoding="utf-8")
        spec = importlib.util.spec_from_file_location("world_pipeline", module_file)
        if spec is None or spec.loader is None:
            raise EvalError(f"the code of pipeline {name!r} cannot be loaded.")
        module = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
            compiler.Compiler().compile(module.pipeline, str(package))
        except (TypeError, ValueError, RuntimeError, KeyError, SyntaxError) as error:
            raise EvalError(f"pipeline {name!r} does not compile: {error}") from error
        return package.read_bytes()


def _component(step: str, parameters: Sequence[Parameter], made: Sequence[str], body: Sequence[str]) -> str:
    inputs = [f"{RUN_NAME}: str", *(f"{_input(p.name, made)}: {_annotation(p)}" for p in parameters)]
    outputs = [f"{identifier(name)}: Output[{artifacts.kind_of(name)}]" for name in made]
    lines = [
        '@dsl.component(base_image="python:3.11")',
        f"def {_function_name(step)}({', '.join(inputs + outputs)}):",
        *(f"    {line}" for line in body),
    ]
    return "\n".join(lines) + "\n"


def _declared(parameter: Parameter) -> str:
    declared = f"{parameter.name}: {_annotation(parameter)}"
    if parameter.required:
        return declared
    if isinstance(parameter.default, list | dict):
        return f"{declared} = {json.dumps(parameter.default)}".replace("true", "True").replace("false", "False").replace("null", "None")
    default = float(parameter.default) if parameter.type == "float" and isinstance(parameter.default, int) else parameter.default
    return f"{declared} = {pprint.pformat(default)}"


def _annotation(parameter: Parameter) -> str:
    return _ANNOTATIONS.get(parameter.type, parameter.type)


def _input(parameter: str, made: Sequence[str]) -> str:
    """What a parameter is called in a step: an artifact, or a function that the step calls, may have the same name."""
    return f"{parameter}_value" if parameter in map(identifier, made) or hasattr(builtins, parameter) else parameter


def _function_name(step: str) -> str:
    """The SDK names the step after the function, `-` for `_`."""
    name = identifier(step.lower())
    return name if name.isascii() and name.strip("_") else f"step_{hashlib.sha256(step.encode()).hexdigest()[:8]}"


def _compiled_name(name: str) -> str:
    """A name that the SDK takes; the pipeline is uploaded under its own."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "pipeline"
