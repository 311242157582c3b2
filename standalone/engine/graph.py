"""The walk through the pipeline: which task runs when, with what, and what a graph of tasks passes on."""

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from pydantic import JsonValue

from standalone.engine import arguments, conditions, importer, inputs, ir, step
from standalone.engine.contract import Artifact, EngineError, State, TaskKind, Values
from standalone.engine.inputs import Scope
from standalone.engine.references import dependencies, kind_of, runs_anyway
from standalone.engine.run import Node, Outcome, Run

if TYPE_CHECKING:
    from kfp.pipeline_spec import pipeline_spec_pb2 as pb


async def execute(run: Run) -> Outcome:
    """Execute the whole pipeline."""
    node = Node(run.request.run_id, run.pipeline.name, "", TaskKind.ROOT)
    return await _run_component(run, node, run.pipeline.root, Values(parameters=run.request.parameters))


async def _run_dag(run: Run, node: Node, component: "pb.ComponentSpec", given: Values) -> Outcome:
    tasks = dict(component.dag.tasks)
    nodes = {name: node.child(name, kind_of(run.pipeline, name, task)) for name, task in tasks.items()}
    for child in nodes.values():
        if child.path not in run.earlier:
            run.report(child, State.PENDING)
    scope = Scope(node, given, outcomes := {})
    ended = {name: asyncio.Event() for name in tasks}

    async def follow(name: str) -> None:
        for upstream in sorted(dependencies(tasks[name])):
            await ended[upstream].wait()
        outcomes[name] = await _run_task(run, nodes[name], tasks[name], scope)
        ended[name].set()

    async with asyncio.TaskGroup() as group:
        for name in tasks:
            group.create_task(follow(name))
    failed = {name: outcome for name, outcome in outcomes.items() if outcome.state is State.FAILED}
    message = "; ".join(
        outcome.message if run.pipeline.component(tasks[name]).HasField("dag") else f"{name}: {outcome.message}"
        for name, outcome in failed.items()
    )
    return Outcome(State.FAILED if failed else State.SUCCEEDED, _outputs(component, outcomes), message)


async def _run_task(run: Run, node: Node, task: "pb.PipelineTaskSpec", scope: Scope) -> Outcome:
    blocking = [name for name in sorted(dependencies(task)) if not scope.outcomes[name].completed]
    if blocking and not runs_anyway(task):
        message = f"Not started: {', '.join(blocking)} before it did not succeed."
        run.report(node, State.SKIPPED, message)
        return Outcome(State.SKIPPED, Values(), message, omitted=True)
    try:
        given = inputs.resolve(run, node, task, scope)
        if task.trigger_policy.condition and not conditions.holds(task.trigger_policy.condition, given.parameters):
            run.report(node, State.SKIPPED, f"The condition {task.trigger_policy.condition} is false.")
            return Outcome(State.SKIPPED, Values())
    except EngineError as error:
        run.report(node, State.FAILED, str(error))
        return Outcome(State.FAILED, Values(), str(error))
    if task.WhichOneof("iterator"):
        return await _run_loop(run, node, task, given)
    return await _run_component(run, node, run.pipeline.component(task), given, task)


async def _run_loop(run: Run, node: Node, task: "pb.PipelineTaskSpec", given: Values) -> Outcome:
    component = run.pipeline.component(task)
    try:
        rounds = _iterations(task, given)
    except EngineError as error:
        run.report(node, State.FAILED, str(error))
        return Outcome(State.FAILED, Values(), str(error))
    run.report(node, State.RUNNING, inputs=given)
    limit = task.iterator_policy.parallelism_limit
    slots = asyncio.Semaphore(limit if limit > 0 else max(len(rounds), 1))
    results: dict[int, Outcome] = {}

    async def iterate(index: int, values: Values) -> None:
        async with slots:
            results[index] = await _run_component(run, node.child(f"iteration-{index}", TaskKind.ITERATION), component, values)

    async with asyncio.TaskGroup() as group:
        for index, values in enumerate(rounds):
            group.create_task(iterate(index, values))
    ordered = [results[index] for index in range(len(rounds))]
    failures = [f"iteration {index}: {outcome.message}" for index, outcome in enumerate(ordered) if outcome.state is State.FAILED]
    collected = Values() if failures else _collected(component, ordered)
    outcome = Outcome(State.FAILED if failures else State.SUCCEEDED, collected, "; ".join(failures))
    run.report(node, outcome.state, outcome.message, inputs=given, outputs=outcome.outputs)
    return outcome


async def _run_component(
    run: Run, node: Node, component: "pb.ComponentSpec", given: Values, task: "pb.PipelineTaskSpec | None" = None
) -> Outcome:
    """Run a component at its place, again and again while it fails and its task's retry policy says so."""
    policy = task.retry_policy if task is not None and task.HasField("retry_policy") else None
    retries = policy.max_retry_count if policy else 0
    while True:
        outcome = await _attempt(run, node, component, given, task)
        if outcome.state is not State.FAILED or node.attempt > retries or policy is None:
            break
        await asyncio.sleep(_back_off(policy, node.attempt))
        node = replace(node, attempt=node.attempt + 1)
    return outcome


async def _attempt(run: Run, node: Node, component: "pb.ComponentSpec", given: Values, task: "pb.PipelineTaskSpec | None") -> Outcome:
    try:
        values = inputs.complete(run, node, component, given)
        if not component.HasField("dag"):
            if run.pipeline.executor(component).HasField("importer"):
                return importer.execute(run, node, component, values)
            options = task.caching_options if task is not None else ir.messages().PipelineTaskSpec.CachingOptions()
            return await step.execute(run, node, component, values, channels=given.parameters, caching=options)
    except EngineError as error:
        run.report(node, State.FAILED, str(error), inputs=given)
        return Outcome(State.FAILED, Values(), str(error))
    run.report(node, State.RUNNING, inputs=values)
    outcome = await _run_dag(run, node, component, values)
    run.report(node, outcome.state, outcome.message, inputs=values, outputs=outcome.outputs)
    return outcome


def _outputs(component: "pb.ComponentSpec", outcomes: dict[str, Outcome]) -> Values:
    """What the graph passes on: of each selector's candidates the first that was produced (of the branches of a OneOf only one runs)."""
    values = Values()
    for key, artifact in component.dag.outputs.artifacts.items():
        for one in artifact.artifact_selectors:
            artifacts = outcomes[one.producer_subtask].outputs.artifacts
            if one.output_artifact_key in artifacts:
                values.artifacts[key] = artifacts[one.output_artifact_key]
                break
    for key, parameter in component.dag.outputs.parameters.items():
        one_of = parameter.WhichOneof("kind") == "value_from_oneof"
        selectors = parameter.value_from_oneof.parameter_selectors if one_of else [parameter.value_from_parameter]
        for one in selectors:
            produced = outcomes[one.producer_subtask].outputs.parameters
            if one.output_parameter_key in produced:
                values.parameters[key] = produced[one.output_parameter_key]
                break
    return values


def _iterations(task: "pb.PipelineTaskSpec", given: Values) -> list[Values]:
    if task.HasField("artifact_iterator"):
        iterator = task.artifact_iterator
        artifacts = given.artifacts.get(iterator.items.input_artifact)
        if artifacts is None:
            raise EngineError(f"The loop over the artifacts '{iterator.items.input_artifact}' was given none.")
        return [given.model_copy(update={"artifacts": given.artifacts | {iterator.item_input: [one]}}) for one in artifacts]
    iterator = task.parameter_iterator
    raw = iterator.items.WhichOneof("kind") == "raw"
    text = iterator.items.raw if raw else given.parameters.get(iterator.items.input_parameter)
    try:
        items = cast("list[JsonValue]", arguments.convert(text, "LIST"))
    except ValueError as error:
        raise EngineError(f"The loop over '{iterator.items.input_parameter or 'constants'}' {error}.") from None
    return [given.model_copy(update={"parameters": given.parameters | {iterator.item_input: item}}) for item in items]


def _collected(component: "pb.ComponentSpec", rounds: list[Outcome]) -> Values:
    """The outputs of all iterations in order: a list for a parameter, one flat list for an artifact.

    An iteration whose condition was false has produced nothing and counts for nothing.
    """
    parameters: dict[str, JsonValue] = {
        key: [one.outputs.parameters[key] for one in rounds if key in one.outputs.parameters]
        for key in component.output_definitions.parameters
    }
    artifacts: dict[str, list[Artifact]] = {
        key: [artifact for one in rounds for artifact in one.outputs.artifacts.get(key, [])]
        for key in component.output_definitions.artifacts
    }
    return Values(parameters=parameters, artifacts=artifacts)


def _back_off(policy: "pb.PipelineTaskSpec.RetryPolicy", attempt: int) -> float:
    first = policy.backoff_duration.ToTimedelta().total_seconds()
    longest = policy.backoff_max_duration.ToTimedelta().total_seconds() or 3600.0
    return float(min(first * (policy.backoff_factor or 2.0) ** (attempt - 1), longest))
