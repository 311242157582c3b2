"""Why a step was, or was not, taken from the cache."""

from tools.kfp.client import Kfp
from tools.kfp.logs import named
from tools.kfp.model import WORK, Step
from tools.kinds import Run, StepName
from tools.markdown import count, table_artifact
from tools.names import listed
from tools.result import Artifact, Subject, ToolResult
from tools.tables import fitted
from tools.tool import tool

_WHY = {
    "disabled": "caching is turned off for this step or run",
    "no earlier result": "no earlier run has a successful result of this step",
    "command changed": "the component's code, command or image has changed since",
    "result gone": "an earlier run had done the same, but its result was not in the cache any more",
}


@tool(
    effect="read",
    examples=[
        "why was the train-model step of {run} not cached",
        "explain the caching of {run}",
        "which steps of {run} came from the cache",
        "why did {run} run everything again",
        "was anything cached in the latest run",
        "did {run} use the cache",
        "why was nothing reused from the cache in {run}",
        "were the steps of {run} cached",
        "why was the cache not used for the load-data step of {run}",
        "cache hits of {run}",
        "which steps of {run} were reused",
        "why was {run} so quick",
        "was something in {run} taken from the cache",
        "what of {run} came from the cache",
        "why was the step my-thing of {run} not run again",
    ],
)
def explain_caching(kfp: Kfp, /, run: Run, step: StepName | None = None) -> ToolResult:
    """Explain for each step of a run whether it was taken from the cache, and why not."""
    view = kfp.run(run)
    steps = [s for s in kfp.steps(view, explained=True) if s.kind in WORK]
    if step:
        chosen = named(steps, step)
        steps = [s for s in steps if s.name == chosen.name]
    steps = [s for s in steps if s.started]
    if not steps:
        nothing = f"Step `{step}` of run `{view.name}` has not started." if step else f"No step of run `{view.name}` has started yet."
        return ToolResult.no_data(nothing)
    cached = [s for s in steps if s.cached]
    drawn: list[Artifact] = []
    if len(steps) == 1:
        verb = "was taken from the cache" if cached else "was executed"
        content = f"Step `{steps[0].label}` of run `{view.name}` {verb}: {_reason(steps[0])}."
    else:
        rows = [(s.label, "yes" if s.cached else "no", _reason(s)) for s in steps]
        content = f"Of {count(len(steps), 'step')} of run `{view.name}` {len(cached)} came from the cache.\n\n"
        content += fitted(["step", "cached", "why"], rows)
        drawn.append(table_artifact(f"Caching of {view.name}", ["step", "cached", "why"], rows))
    subjects = [Subject(kind="run", name=view.name), Subject(kind="pipeline", name=view.pipeline)]
    return ToolResult(content=content, artifacts=drawn, subjects=subjects)


def _reason(step: Step) -> str:
    if step.cached:
        return f"run {step.cached_from[:8]} had done the same with the same inputs" if step.cached_from else "the same was done before"
    if step.miss == "inputs changed":
        return (
            f"inputs differ from the nearest earlier run: {listed(step.changed)}" if step.changed else "its inputs differ from earlier runs"
        )
    return _WHY.get(step.miss, "this kind of step is never cached")
