"""Why a run failed: the step, the cause, the lines of its log that tell, what was different when it went well, what to do."""

from tools.kfp.causes import Cause, find_cause
from tools.kfp.client import Kfp
from tools.kfp.differences import changes, complete_arguments, diff
from tools.kfp.logs import without_wrapper
from tools.kfp.model import WORK, Step
from tools.kfp.model import Run as RunView
from tools.kfp.results.executions import step_of_task
from tools.kfp.tracebacks import relevant
from tools.kinds import Run
from tools.markdown import cell, fenced
from tools.names import listed
from tools.result import Artifact, ErrorCode, Subject, ToolError, ToolResult
from tools.tables import fitted, shortened
from tools.tool import tool

SHOWN_LOG, SHOWN_DIFFERENCE = 1100, 400
"""Characters of the log and of the table of differences."""
_PASSING = ("connection", "timeout", "killed", "terminated", "no room on the cluster")
"""Causes that often are gone at the next attempt."""


@tool(
    effect="read",
    examples=[
        "why did {run} fail",
        "what went wrong with {run}",
        "diagnose {run}",
        "why is {run} failing",
        "explain the failure of the latest run",
        "what is the reason that {run} crashed",
        "root cause of {run}",
        "tell me why",
        "why did it fail",
        "what broke {run}",
        "{run} failed, what is the problem",
        "why is {run} broken",
        "what killed {run}",
        "find out why {run} died",
        "troubleshoot {run}",
        "what was the error in {run}",
        "analyse the failure of {run}",
        "how come {run} failed",
        "what happened to {run}",
        "what on earth happened with {run}",
        "what was the matter with {run}",
        "why is {run} red",
        "why did {run} not make it",
        "what is the problem with {run}",
        "get to the bottom of {run}",
        "for what reason was {run} not successful",
        "what is the cause of the failure of {run}",
        "{run} crashed, any idea why",
        "{run} went red, explain",
        "find out what happened to {run}",
        "root cause for {run}",
        "where did {run} get stuck",
        "what happened there",
        "why?",
    ],
)
def diagnose_run(kfp: Kfp, /, run: Run) -> ToolResult:
    """Explain why a run failed: the failed step, the error, the log's relevant lines, what differs from the last good run, what to do."""
    view = kfp.run(run)
    if view.state not in ("failed", "canceled"):
        state = "succeeded" if view.state == "succeeded" else f"is {view.state}"
        return ToolResult(content=f"Run `{view.name}` has not failed: it {state}.", subjects=_about(view))
    steps = _steps(kfp, view)
    failed = [s for s in steps if s.state == "failed"] or [s for s in steps if s.state == "canceled"]
    if not failed:
        cause = find_cause(view.error, "")
        lead = f"Run `{view.name}` {view.outcome} without a failed step: {cause.name}. {_quoted(cause)}"
        return ToolResult(content=f"{lead}\n\nWhat to do: {cause.advice}", subjects=_about(view))
    first = failed[0]
    log, missing = _log(kfp, view, first)
    cause = find_cause(_message(first, view), log)
    lines = "\n".join(relevant(log))
    difference, drawn = _difference(kfp, view)
    parts = [
        f"Run `{view.name}` {view.outcome} in step `{first.label}`: {cause.name}. {_quoted(cause)}",
        " ".join(part for part in (_given(first), _progress(steps, failed), missing) if part),
        fenced(lines if len(lines) <= SHOWN_LOG else "…" + lines[-SHOWN_LOG:].partition("\n")[2]) if lines else "",
        difference,
        f"What to do: {cause.advice}{_suggestion(view, cause)}",
    ]
    return ToolResult(
        content="\n\n".join(part for part in parts if part),
        artifacts=drawn,
        subjects=[*_about(view), Subject(kind="step", name=first.name)],
    )


def _about(run: RunView) -> list[Subject]:
    return [Subject(kind="run", name=run.name), Subject(kind="pipeline", name=run.pipeline)]


def _quoted(cause: Cause) -> str:
    return f"`{' '.join(cause.error.replace('`', chr(39)).split())}`"


def _steps(kfp: Kfp, run: RunView) -> list[Step]:
    """The steps that do work, or whatever else failed by itself, such as a loop over no list.

    A server that does not tell the details of steps has told their states with the run.
    """
    try:
        steps = kfp.steps(run)
    except ToolError as error:
        if error.code is not ErrorCode.UNSUPPORTED:
            raise
        inner = {t.parent for t in run.tasks}
        return [step_of_task(t) for t in run.steps if t.id not in inner]
    alone = {t.id for t in run.stopped_steps}
    return [s for s in steps if s.kind in WORK or s.id in alone]


def _log(kfp: Kfp, run: RunView, step: Step) -> tuple[str, str]:
    """What the step printed, or a sentence on why that is not known."""
    try:
        return without_wrapper(kfp.log(run, step)), ""
    except ToolError as error:
        return "", f"Its log could not be read: {shortened(error.message, 300)}"


def _message(step: Step, run: RunView) -> str:
    """What the platform says: the run's own error too where it is not just that of the step, such as that it was terminated."""
    return step.error if step.error and step.error in run.error else f"{run.error} {step.error}".strip()


def _given(step: Step) -> str:
    given = ", ".join(f"{name}={cell(value, 60)}" for name, value in sorted(step.inputs.items()))
    return f"It was given {shortened(given, 200)}." if given else ""


def _progress(steps: list[Step], failed: list[Step]) -> str:
    done = [s.label for s in steps if s.state == "succeeded"]
    rest = [s.label for s in steps if s.state not in ("succeeded", "failed", "canceled")]
    parts = [
        f"Before it succeeded: {listed(done, limit=5)}." if done else "No step before it.",
        f"Failed too: {listed([s.label for s in failed[1:]], limit=5)}." if len(failed) > 1 else "",
        f"Not run: {listed(rest, limit=5)}." if rest else "",
    ]
    return " ".join(part for part in parts if part)


def _difference(kfp: Kfp, run: RunView) -> tuple[str, list[Artifact]]:
    """What was different at the newest successful run of the same pipeline."""
    if not run.pipeline_id:
        return "", []
    found, _ = kfp.runs(limit=1, pipeline_id=run.pipeline_id, state="SUCCEEDED")
    if not found:
        return "No run of this pipeline has succeeded yet.", []
    good = found[0]
    before, after = complete_arguments(kfp, good), complete_arguments(kfp, run)
    changed = changes(before, after)
    rows = [(f"argument {name}", cell(old, 60), cell(new, 60)) for name, old, new in changed]
    if good.version_id != run.version_id:
        rows.append(("pipeline version", "another one", "this one"))
    if not rows:
        return f"Arguments and pipeline version are those of the last good run `{good.name}`: data or surroundings have changed.", []
    told = f"Different from the last good run `{good.name}`:\n\n" + fitted(["", "good run", "this run"], rows, SHOWN_DIFFERENCE)
    return told, [diff(f"{good.name} → {run.name}", "good run", "this run", changed)] if changed else []


def _suggestion(run: RunView, cause: Cause) -> str:
    """A retry in the user's words where one is likely to help."""
    if cause.name in _PASSING:
        return f" Often it passes by itself: “retry {shortened(run.name, 60)}”."
    return " An argument can be changed: “retry it with `argument=value`”." if cause.name == "missing column" else ""
