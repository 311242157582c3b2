"""Why a step was, or was not, taken from the cache."""

from tools.kfp.client import Kfp
from tools.kfp.logs import WORK
from tools.kfp.model import Step
from tools.kinds import Run, StepName
from tools.markdown import count, table
from tools.names import listed, resolve
from tools.result import Subject, ToolResult
from tools.tool import tool

_WHY = {
    "disabled": "caching is turned off for this step or run",
    "no earlier result": "no earlier run has a successful result of this step",
    "command changed": "the component's code, command or image has changed since",
}


@tool(
    effect="read",
    examples=[
        "why was the train-model step of {run} not cached",
        "explain the caching of {run}",
        "which steps of {run} came from the cache",
        "why did {run} run everything again",
        "was anything cached in the latest run",
    ],
)
def explain_caching(kfp: Kfp, /, run: Run, step: StepName | None = None) -> ToolResult:
    """Explain for each step of a run whether it was taken from the cache, and why not."""
    view = kfp.run(run)
    steps = [s for s in kfp.steps(view) if s.kind in WORK and (s.started or s.cached)]
    if step:
        name = resolve("step", step, list(dict.fromkeys(s.name for s in steps)))
        steps = [s for s in steps if s.name == name]
    if not steps:
        return ToolResult.no_data(f"No step of run `{view.name}` has started yet.")
    cached = [s for s in steps if s.cached]
    if len(steps) == 1:
        verb = "was taken from the cache" if cached else "was executed"
        content = f"Step `{steps[0].name}` of run `{view.name}` {verb}: {_reason(steps[0])}."
    else:
        rows = [(s.path or s.name, "yes" if s.cached else "no", _reason(s)) for s in steps]
        content = f"Of {count(len(steps), 'step')} of run `{view.name}` {len(cached)} came from the cache.\n\n"
        content += table(["step", "cached", "why"], rows)
    return ToolResult(content=content, subjects=[Subject(kind="run", name=view.name), Subject(kind="pipeline", name=view.pipeline)])


def _reason(step: Step) -> str:
    if step.cached:
        return f"run {step.cached_from[:8]} had done the same with the same inputs" if step.cached_from else "the same was done before"
    if step.miss == "inputs changed":
        return (
            f"inputs differ from the nearest earlier run: {listed(step.changed)}" if step.changed else "its inputs differ from earlier runs"
        )
    return _WHY.get(step.miss, "this kind of step is never cached")
