"""What a step printed, and why a run failed."""

import re

from tools.kfp.causes import Cause, find_cause, relevant
from tools.kfp.client import Kfp
from tools.kfp.model import Run as RunView
from tools.kfp.model import Step
from tools.kinds import Run, StepName
from tools.markdown import cell, table
from tools.names import listed, resolve
from tools.result import Artifact, Subject, ToolResult
from tools.tool import tool

SHOWN = 1600
"""Characters of a log that are shown, from its end."""
_WRAPPER = re.compile(r"\[KFP Executor [^\]]* INFO\]:")
WORK = ("container", "importer", "exit")
"""Kinds of tasks that do work themselves."""


@tool(
    effect="read",
    examples=[
        "show the logs of {run}",
        "what did the train-model step of {run} print",
        "logs of step load-data in {run}",
        "show me its log",
        "tail the log of the failing step",
        "get the output of the evaluate-model step",
    ],
)
def get_run_logs(kfp: Kfp, /, run: Run, step: StepName | None = None) -> ToolResult:
    """Show the end of a step's log. Without a step: of the one that failed, else of the one that runs or ended last."""
    view = kfp.run(run)
    steps = [s for s in kfp.steps(view) if s.kind in WORK]
    chosen = _named(steps, step) if step else _interesting(steps)
    if chosen is None:
        return ToolResult.no_data(f"No step of run `{view.name}` has started yet (state: {view.state}).")
    log = without_wrapper(kfp.log(view, chosen.id)).strip() if chosen.log else ""
    subjects = [Subject(kind="run", name=view.name), Subject(kind="step", name=chosen.name)]
    if not log:
        why = "taken from the cache" if chosen.cached else f"state: {chosen.state}"
        return ToolResult(
            status="no_data", content=f"Step `{chosen.name}` of run `{view.name}` printed nothing ({why}).", subjects=subjects
        )
    shown = log if len(log) <= SHOWN else "…" + log[-SHOWN:].partition("\n")[2]
    lead = f"{'The end of the log' if shown != log else 'The log'} of step `{chosen.name}` ({chosen.state}) of run `{view.name}`:"
    return ToolResult(content=f"{lead}\n\n{_fenced(shown)}", subjects=subjects)


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


def _fenced(text: str) -> str:
    return f"```text\n{text.replace('```', chr(39) * 3)}\n```"


def _named(steps: list[Step], name: str) -> Step:
    """The step of this name; of several iterations or attempts the failed one, else the last."""
    exact = resolve("step", name, list(dict.fromkeys(s.name for s in steps)))
    same = [s for s in steps if s.name == exact]
    return next((s for s in same if s.state == "failed"), same[-1])


def _interesting(steps: list[Step]) -> Step | None:
    for state in ("failed", "running"):
        found = next((s for s in steps if s.state == state), None)
        if found is not None:
            return found
    started = [s for s in steps if s.started]
    return started[-1] if started else None


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
    ],
)
def diagnose_run(kfp: Kfp, /, run: Run) -> ToolResult:
    """Explain why a run failed: the failed step, the error, the log's relevant lines, what differs from the last good run, what to do."""
    view = kfp.run(run)
    if view.state not in ("failed", "canceled"):
        return ToolResult(content=f"Run `{view.name}` has not failed: it is {view.state}.", subjects=_about(view))
    steps = [s for s in kfp.steps(view) if s.kind in WORK]
    failed = next((s for s in steps if s.state == "failed"), None)
    if failed is None:
        cause = find_cause(view.error, "")
        lead = f"Run `{view.name}` {view.state} without a failed step: {cause.error}"
        return ToolResult(content=f"{lead}\n\nWhat to do: {cause.advice}", subjects=_about(view))
    log = without_wrapper(kfp.log(view, failed.id)) if failed.log else ""
    cause = find_cause(failed.error or view.error, log)
    parts = [
        f"Run `{view.name}` failed in step `{failed.name}`: {cause.name}. `{cause.error.replace('`', chr(39))}`",
        _progress(steps),
        _fenced("\n".join(relevant(log))) if log.strip() else "",
        _difference(kfp, view),
        f"What to do: {cause.advice}{_suggestion(view, cause, log)}",
    ]
    return ToolResult(
        content="\n\n".join(part for part in parts if part),
        artifacts=_artifacts(kfp, view),
        subjects=[*_about(view), Subject(kind="step", name=failed.name)],
    )


def _about(run: RunView) -> list[Subject]:
    return [Subject(kind="run", name=run.name), Subject(kind="pipeline", name=run.pipeline)]


def _progress(steps: list[Step]) -> str:
    done = [s.name for s in steps if s.state == "succeeded"]
    rest = [s.name for s in steps if s.state not in ("succeeded", "failed")]
    before = f"Before it succeeded: {listed(done)}." if done else "It was the first step."
    return before + (f" Not run: {listed(rest)}." if rest else "")


def _last_good(kfp: Kfp, run: RunView) -> RunView | None:
    """The newest successful run of the same pipeline."""
    if not run.pipeline_id:
        return None
    good, _ = kfp.runs(limit=1, pipeline_id=run.pipeline_id, state="SUCCEEDED")
    return good[0] if good else None


def _difference(kfp: Kfp, run: RunView) -> str:
    good = _last_good(kfp, run)
    if good is None:
        return "No run of this pipeline has succeeded yet." if run.pipeline_id else ""
    rows = [
        (name, cell(good.arguments.get(name, "(default)")), cell(run.arguments.get(name, "(default)")))
        for name in sorted({*good.arguments, *run.arguments})
        if good.arguments.get(name) != run.arguments.get(name)
    ]
    if good.version_id != run.version_id:
        rows.append(("pipeline version", "another one", "this one"))
    if not rows:
        return f"Arguments and pipeline version are those of the last good run `{good.name}`: data or surroundings have changed."
    return f"Different from the last good run `{good.name}`:\n\n" + table(["", "good run", "this run"], rows)


def _suggestion(run: RunView, cause: Cause, log: str) -> str:
    """A retry in the user's words where one is likely to help."""
    if cause.name in ("connection", "timeout", "killed", "terminated"):
        return f" Often it passes by itself: “retry {run.name}”."
    if cause.name == "missing column" and "columns" in log.lower():
        return " The log lists the columns there are. An argument that names one can be changed: “retry it with `argument=column`”."
    return ""


def _artifacts(kfp: Kfp, run: RunView) -> list[Artifact]:
    good = _last_good(kfp, run)
    if good is None:
        return []
    changes = [
        {"name": name, "before": good.arguments.get(name), "after": run.arguments.get(name)}
        for name in sorted({*good.arguments, *run.arguments})
        if good.arguments.get(name) != run.arguments.get(name)
    ]
    if not changes:
        return []
    data = {"before": good.arguments, "after": run.arguments, "changes": changes}
    return [Artifact(kind="diff", title=f"{good.name} → {run.name}", data=data)]
