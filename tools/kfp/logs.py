"""What a step printed."""

import re

from tools.kfp.client import Kfp
from tools.kfp.model import WORK, Step
from tools.kinds import Run, StepName
from tools.markdown import fenced
from tools.names import matching, resolve
from tools.result import Subject, ToolResult
from tools.tool import tool

SHOWN = 1600
"""Characters of a log that are shown, from its end."""
_WRAPPER = re.compile(r"\[KFP Executor [^\]]* INFO\]:")


@tool(
    effect="read",
    examples=[
        "show the logs of {run}",
        "what did the train-model step of {run} print",
        "logs of step load-data in {run}",
        "show me its log",
        "tail the log of the failing step",
        "get the output of the evaluate-model step",
        "print the log of {run}",
        "and the logs",
        "what does the log say",
        "stdout of the train-model step in {run}",
        "let me read the log output of {run}",
        "console output of {run}",
        "show me what train-model wrote to the log",
        "paste me the output of train-model from {run}",
        "output of the step train-model in {run}",
        "logs {run}",
        "trace of {run}",
        "show what {run} wrote to the console",
        "journal of {run}",
        "what did {run} print",
        "what was written to the log by {run}",
        "output lines of {run}",
        "what did the step my-thing of {run} say",
        "tail {run}",
        "the last lines {run} has written",
        "stderr of {run}",
    ],
)
def get_run_logs(kfp: Kfp, /, run: Run, step: StepName | None = None) -> ToolResult:
    """Show the end of a step's log. Without a step: of the one that failed, else of the one that runs or ended last."""
    view = kfp.run(run)
    steps = [s for s in kfp.steps(view) if s.kind in WORK]
    chosen = named(steps, step) if step else _interesting(steps)
    if chosen is None:
        return ToolResult.no_data(f"No step of run `{view.name}` has started yet (state: {view.state}).")
    log = without_wrapper(kfp.log(view, chosen)).strip()
    subjects = [Subject(kind="run", name=view.name), Subject(kind="step", name=chosen.name)]
    if not log:
        return ToolResult(
            status="no_data", content=f"Step `{chosen.label}` of run `{view.name}` printed nothing ({_why(chosen)}).", subjects=subjects
        )
    shown = end_of(log, SHOWN)
    lead = f"{'The end of the log' if shown != log else 'The log'} of step `{chosen.label}` ({chosen.state}) of run `{view.name}`:"
    return ToolResult(content=f"{lead}\n\n{fenced(shown)}", subjects=subjects)


def without_wrapper(log: str) -> str:
    """A log without what the SDK's executor prints around the component: its start, its input as JSON, its output file."""
    kept: list[str] = []
    inside = False
    for line in log.splitlines():
        if _WRAPPER.match(line):
            inside = "executor_input" in line
        elif inside:
            inside = line != "}"
        else:
            kept.append(line)
    return "\n".join(kept)


def end_of(log: str, width: int) -> str:
    """The last characters of a log, from the beginning of a line if there is one among them."""
    if len(log) <= width:
        return log
    end = log[-(width - 1) :]
    return "…" + (end.partition("\n")[2] or end)


def named(steps: list[Step], name: str) -> Step:
    """The step of this name or path; of several iterations or attempts the failed one, else the last.

    Raises:
        ToolError: AMBIGUOUS, or NOT_FOUND with the nearest names.
    """
    names = list(dict.fromkeys(s.name for s in steps))
    places = [s.path for s in steps if s.path not in names]
    exact = resolve("step", name, names if matching(name, names) or not matching(name, places) else places)
    same = [s for s in steps if exact in (s.name, s.path)]
    return next((s for s in same if s.state == "failed"), same[-1])


def _why(step: Step) -> str:
    if step.cached:
        return f"taken from the cache, where run {step.cached_from[:8]} had put it" if step.cached_from else "taken from the cache"
    return f"state: {step.state}"


def _interesting(steps: list[Step]) -> Step | None:
    """The step that failed first, else the one that runs, else the one that started last: of those that printed something, if any."""
    for state in ("failed", "running"):
        found = next((s for s in steps if s.state == state), None)
        if found is not None:
            return found
    started = [s for s in steps if s.log] or [s for s in steps if s.started]
    return started[-1] if started else None
