"""One step: a component's own command in its own process, from its inputs to its outputs."""

import json
import math
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from standalone.engine import cache, command, confinement, environments, inputs, outputs, private_tmp
from standalone.engine.child import Exit, run_process
from standalone.engine.command import Command
from standalone.engine.contract import CacheMiss, Caching, EngineError, JsonObject, State, Values
from standalone.engine.descendants import RUN_MARK, TASK_MARK
from standalone.engine.placeholders import Placeholders
from standalone.engine.run import Node, Outcome, Run

if TYPE_CHECKING:
    from kfp.pipeline_spec import pipeline_spec_pb2 as pb

# The arguments come from a file because a single argument of the system may not exceed 128 KiB.
_START = (
    "import json, runpy, sys; "
    "sys.argv[1:] = json.load(open(sys.argv[1])); "
    "runpy.run_module('kfp.dsl.executor_main', run_name='__main__', alter_sys=True)"
)


@dataclass(frozen=True)
class Step:
    """Everything about one execution of a component."""

    run: Run
    node: Node
    component: "pb.ComponentSpec"
    container: "pb.PipelineDeploymentConfig.PipelineContainerSpec"
    command: Command
    given: Values
    channels: JsonObject
    """Inputs of the task that the component does not declare; placeholders in its settings refer to them."""

    @property
    def executor_input(self) -> JsonObject:
        """The ExecutorInput message: inputs, and where the outputs go."""
        folder = self.run.output_folder(self.node)
        return inputs.executor_inputs(self.run, self.component, self.given) | {"outputs": outputs.places(self.component, folder)}

    @property
    def log(self) -> Path:
        """Where its output goes."""
        return self.run.log_file(self.node)

    def report(self, state: State, caching: Caching, message: str = "", outputs: Values | None = None) -> None:
        """Record a state of it; a result from the cache has no log."""
        log = self.log if caching.miss else None
        self.run.report(self.node, state, message, inputs=self.given, outputs=outputs, caching=caching, log=log)


async def execute(
    run: Run,
    node: Node,
    component: "pb.ComponentSpec",
    given: Values,
    *,
    channels: JsonObject,
    caching: "pb.PipelineTaskSpec.CachingOptions",
) -> Outcome:
    """Execute a step, or take its result from an earlier attempt to execute this run, or from the cache."""
    container = run.pipeline.executor(component).container
    parsed = command.parse(container)
    if parsed is None:
        raise EngineError(f"'{node.name}' is not a Python component.")
    earlier = run.earlier.get(node.path)
    if earlier and earlier.inputs == given:
        return Outcome(State.SUCCEEDED, earlier.outputs)
    step = Step(run, node, component, container, parsed, given, channels)
    identity = cache.identify(parsed, component, container, caching.cache_key, given, run.buckets)
    if not (run.request.caching and caching.enable_cache):
        return await _execute(step, Caching(fingerprint=identity.fingerprint, miss=CacheMiss.DISABLED))
    task = f"{run.request.pipeline_name}/{node.name}"
    found, treatment = run.cache.find(task, identity)
    if found is not None:
        step.report(State.SUCCEEDED, treatment, outputs=found)
        return Outcome(State.SUCCEEDED, found)
    outcome = await _execute(step, treatment)
    if outcome.state is State.SUCCEEDED:
        run.cache.store(task, identity, run.request.run_id, outcome.outputs)
    return outcome


async def _execute(step: Step, caching: Caching) -> Outcome:
    try:
        async with step.run.slots:
            step.report(State.RUNNING, caching)
            end = await _run_command(step)
            if end.failed:
                raise EngineError(end.describe(step.log))
            produced = outputs.collect(step.run, step.node, step.component)
    except (EngineError, OSError) as error:
        step.report(State.FAILED, caching, str(error))
        return Outcome(State.FAILED, Values(), str(error))
    step.report(State.SUCCEEDED, caching, outputs=produced)
    return Outcome(State.SUCCEEDED, produced)


async def _run_command(step: Step) -> Exit:
    run, node = step.run, step.node
    scratch, folder = run.scratch_folder(node), run.output_folder(node)
    for path in (scratch, folder):
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
    step.log.parent.mkdir(parents=True, exist_ok=True)
    python = await environments.python_for(step.command, run.request.environments, step.log)
    module = scratch / "ephemeral_component.py"
    module.write_text(step.command.source, encoding="utf-8")
    arguments = scratch / "arguments.json"
    arguments.write_text(json.dumps(["--component_module_path", str(module), *_arguments(step)]))
    marks = {RUN_MARK: str(run.folder), TASK_MARK: node.task_id}
    environment = confinement.environment(python, scratch, {one.name: one.value for one in step.container.env}) | marks
    reads, writes = [*confinement.readable(python), *_input_files(step)], [scratch, run.root_folder]
    _note_differences(step)
    with step.log.open("ab") as log, confinement.rules(reads, writes) as rules:
        return await run_process(
            [str(python.with_name("python3")), "-c", _START, str(arguments)],
            environment=environment,
            folder=scratch,
            output=log,
            enter=confinement.entrance(rules, _limits(step), private_tmp.entrance(scratch, [*reads, *writes])),
            seconds=run.request.limits.seconds,
        )


def _note_differences(step: Step) -> None:
    """Say in the log what a cluster would have done: use an image with more than Python in it, fetch an artifact from elsewhere."""
    notes = []
    if not step.container.image.startswith("python:"):
        notes.append(f"This platform has no containers: running on this machine instead of in {step.container.image}.")
    for artifact in (one for found in step.given.artifacts.values() for one in found):
        if "://" in step.run.buckets.local(artifact.uri):
            notes.append(
                f"The input artifact '{artifact.name}' stays at {artifact.uri}: this platform does not fetch it, the step finds no file."
            )
    with step.log.open("a") as log:
        log.writelines(f"{note}\n" for note in notes)


def _input_files(step: Step) -> list[Path]:
    """The files of the input artifacts, which the step may read. A link in a bucket must not widen that to anything outside."""
    files: list[Path] = []
    for artifact in (one for found in step.given.artifacts.values() for one in found):
        path = step.run.buckets.path(artifact.uri)
        if path and not path.resolve().is_relative_to(step.run.buckets.folder):
            raise EngineError(f"The input artifact '{artifact.name}' at '{artifact.uri}' is a link that leads out of the buckets.")
        files.append(path or Path(step.run.buckets.local(artifact.uri)))
    return files


def _arguments(step: Step) -> list[str]:
    executor_input = step.executor_input
    placeholders = Placeholders(step.run.names(step.node) | outputs.names(executor_input), executor_input)
    return [placeholders.resolve_text(argument) for argument in step.command.arguments]


def _limits(step: Step) -> confinement.Limits:
    """The component's own limits (the older notation of memory is in GB), or that of the run."""
    told = step.container.resources
    channels: JsonObject = {"inputs": {"parameterValues": step.channels}}
    memory, cores = (Placeholders({}, channels).resolve_text(text) for text in (told.resource_memory_limit, told.resource_cpu_limit))
    older_memory = int(told.memory_limit * 1e9) or step.run.request.limits.memory_bytes
    return confinement.Limits(
        memory_bytes=confinement.parse_bytes(memory) if memory else older_memory,
        cores=confinement.parse_cores(cores) if cores else math.ceil(told.cpu_limit) or None,
    )
