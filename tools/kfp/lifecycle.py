"""Runs ended, retried, put away and removed."""

from typing import Any

from tools.kfp import publishing
from tools.kfp.arguments import check
from tools.kfp.client import Kfp
from tools.kfp.differences import changes, complete_arguments, diff
from tools.kfp.model import Run as RunView
from tools.kfp.model import Version, new_run_name
from tools.kfp.runs import run_card
from tools.kinds import Arguments, Run
from tools.markdown import cell, duration, when
from tools.names import listed
from tools.result import ErrorCode, Subject, ToolError, ToolResult
from tools.tables import fitted
from tools.tool import Prepared, tool


def _about(run: RunView) -> list[Subject]:
    return [Subject(kind="run", name=run.name), Subject(kind="pipeline", name=run.pipeline)]


@tool(
    effect="destroy",
    examples=[
        "stop {run}",
        "terminate the run {run}",
        "kill {run} right now",
        "cancel {run}",
        "abort the running job {run}",
        "kill it",
        "stop the run",
        "{run} takes too long, stop it",
        "halt {run}",
        "interrupt {run}",
        "end {run} now",
        "{run} is a mistake, cancel it",
        "break {run} off",
        "call {run} off",
        "make {run} stop",
        "quit {run}",
        "{run} should not go on",
        "I want {run} to stop",
        "{run} takes too long, have it stopped",
        "{run} must be stopped",
        "make {run} end now",
        "I want {run} to be aborted",
        "end {run} before it costs more",
        "halt {run} right away",
    ],
)
def terminate_run(kfp: Kfp, /, run: Run) -> ToolResult:
    """Stop a run that is still going. What its steps have produced so far stays."""
    view = kfp.run(run)
    kfp.terminate_run(view)
    return ToolResult(content=f"Run `{view.name}` is being stopped.", subjects=_about(view))


@terminate_run.prepare
def _prepare_terminate(kfp: Kfp, /, run: str) -> Prepared:
    view = kfp.run(run)
    if view.done:
        raise ToolError(ErrorCode.CONFLICT, f"run `{view.name}` has ended already ({view.state}); there is nothing to stop.")
    working = listed([t.name for t in view.steps if t.state == "running"], limit=5) or view.state
    return Prepared(f"Stop run `{view.name}` of pipeline `{view.pipeline}`, going for {duration(view.seconds)} (now: {working}).")


@tool(
    effect="write",
    examples=[
        "retry {run}",
        "try {run} again",
        "{run} died, rerun it",
        "restart the failed run {run}",
        "retry {run} with {parameter}=5",
        "repeat {run}",
        "{run} failed, give it another try",
        "rerun {run}",
        "retry it",
        "try it again",
        "redo {run}",
        "{run} crashed, run it once more",
        "resubmit {run}",
        "another attempt at {run} please",
        "give {run} another chance",
        "have one more go at {run}",
        "launch {run} again, it failed",
        "{run} needs another attempt",
        "{run} should be tried again",
        "fixed, retry",
        "I fixed the data, try it again",
        "that is solved, run it once more",
        "corrected, now repeat {run}",
        "restart {run} after the failure",
        "have another go at {run}",
        "resubmit {run} with depth=4",
    ],
)
def retry_run(kfp: Kfp, /, run: Run, arguments: Arguments | None = None) -> ToolResult:
    """Retry a failed run. Without arguments its failed steps run again; with changed arguments a new run with these changes starts."""
    view = kfp.run(run)
    if not arguments:
        kfp.retry_run(view)
        content = f"Retrying run `{view.name}`: its failed steps run again, the others are kept."
        return ToolResult(content=content, artifacts=[run_card(kfp.run(view.id))], subjects=_about(view))
    before = complete_arguments(kfp, view)
    started = kfp.create_run(new_run_name(view.pipeline), _version(kfp, view), {**view.arguments, **arguments}, view.experiment_id)
    changed = ", ".join(f"{name}={cell(value)}" for name, value in arguments.items())
    return ToolResult(
        content=f"Started run `{started.name}`: `{view.name}` again with {changed}.",
        artifacts=[
            diff(f"Changed since {view.name}", view.name, started.name, changes(before, {**before, **arguments})),
            run_card(started),
        ],
        subjects=_about(started),
    )


@retry_run.prepare
def _prepare_retry(kfp: Kfp, /, run: str, arguments: dict[str, Any] | None = None) -> Prepared:
    view = kfp.run(run)
    if not arguments:
        if view.state not in ("failed", "canceled"):
            raise ToolError(
                ErrorCode.CONFLICT, f"run `{view.name}` is {view.state}; only failed runs can be retried. Start it anew instead."
            )
        failed = listed([t.name for t in view.stopped_steps], limit=5) or "the failed steps"
        writes = publishing.told(_version(kfp, view).ir, view.arguments) if view.version_id else ""
        return Prepared(f"Retry run `{view.name}`: run {failed} again with the same arguments, keep what succeeded.\n\n{writes}".rstrip())
    version = _version(kfp, view)
    checked = check(view.pipeline, version.parameters, arguments, settled=view.arguments)
    before = complete_arguments(kfp, view)
    changed = changes(before, {**before, **checked})
    if not changed:
        raise ToolError(ErrorCode.CONFLICT, f"these are the arguments that `{view.name}` had; leave them out to retry it as it was.")
    going = "" if view.done else f"\n\nRun `{view.name}` itself goes on."
    table = fitted(["argument", "before", "now"], changed)
    writes = publishing.told(version.ir, {**view.arguments, **checked})
    preview = f"Start pipeline `{view.pipeline}` again like run `{view.name}`, with:\n\n{table}{going}\n\n{writes}"
    return Prepared(preview.rstrip(), {"run": run, "arguments": checked})


def _version(kfp: Kfp, run: RunView) -> Version:
    if not run.version_id:
        raise ToolError(ErrorCode.UNSUPPORTED, f"run `{run.name}` was started from a file, not from a pipeline; start it from there again.")
    return kfp.version(run.pipeline_id, run.version_id)


@tool(
    effect="destroy",
    examples=[
        "archive the run {run}",
        "put run {run} into the archive",
        "archive {run}, do not delete it",
        "hide the old run {run}",
        "archive {run}",
        "move {run} to the archive",
        "shelve the run {run}",
        "{run} is no longer interesting, archive it",
        "put {run} away",
        "{run} is no longer of interest, archive it",
        "put {run} in the archive",
        "{run} can be archived",
        "hide {run} from the list",
        "move {run} out of sight",
    ],
)
def archive_run(kfp: Kfp, /, run: Run) -> ToolResult:
    """Archive a run: it leaves the lists, nothing is deleted."""
    view = kfp.run(run)
    kfp.archive_run(view)
    return ToolResult(content=f"Archived run `{view.name}`.", subjects=_about(view))


@archive_run.prepare
def _prepare_archive(kfp: Kfp, /, run: str) -> Prepared:
    view = kfp.run(run)
    return Prepared(f"Archive run `{view.name}` ({view.state}, started {when(view.created)}). It leaves the lists; nothing is deleted.")


@tool(
    effect="destroy",
    examples=[
        "delete run {run}",
        "remove the run {run} permanently",
        "erase {run}",
        "delete the failed run {run} for good",
        "delete {run}",
        "get rid of the run {run}",
        "drop {run} from the list of runs",
        "wipe the run {run}",
        "have the run {run} erased",
        "remove run {run} permanently",
        "the run {run} should be deleted for good",
        "wipe out {run}",
        "run {run} is to be deleted",
    ],
)
def delete_run(kfp: Kfp, /, run: Run) -> ToolResult:
    """Delete the record of a run for good. Its artifacts in the object store stay."""
    view = kfp.run(run)
    kfp.delete_run(view)
    return ToolResult(
        content=f"Deleted run `{view.name}`. Its artifacts in the object store stay.",
        subjects=[Subject(kind="pipeline", name=view.pipeline)],
    )


@delete_run.prepare
def _prepare_delete(kfp: Kfp, /, run: str) -> Prepared:
    view = kfp.run(run)
    going = "" if view.done else " **It is still going.**"
    return Prepared(
        f"Delete run `{view.name}` of pipeline `{view.pipeline}` ({view.state}, started {when(view.created)}) with its parameters, "
        f"steps and metrics.{going} This cannot be undone; its artifacts in the object store stay."
    )
