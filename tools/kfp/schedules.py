"""Schedules: pipelines that run by the clock."""

from typing import Annotated, Any

from pydantic import Field

from tools.kfp import publishing
from tools.kfp.arguments import check
from tools.kfp.client import Kfp
from tools.kfp.cron import next_time, parse, six_fields
from tools.kfp.model import Schedule as ScheduleView
from tools.kinds import Arguments, Cron, NewName, Pipeline, Schedule
from tools.markdown import cell, count, duration, table_artifact
from tools.result import ErrorCode, Subject, ToolError, ToolResult
from tools.tables import fitted, shortened
from tools.tool import Prepared, tool

DEFAULT_EXPERIMENT = "Default"


@tool(
    effect="write",
    examples=[
        "schedule {pipeline} every Monday at 9:30",
        "run {pipeline} every night at 2am",
        "I'd like {pipeline} to run daily at noon",
        "set up a weekly run of {pipeline}",
        "schedule the pipeline {pipeline} with cron 0 6 * * *",
        "start {pipeline} automatically every hour",
        "retrain {pipeline} each morning at 5",
        "run something every day at 5",
        "{pipeline} should run on weekdays at 7 pm",
        "make {pipeline} recurring, every 2 hours",
        "create a schedule for {pipeline}: first of the month",
        "put {pipeline} on a schedule every Friday at 18:00",
        "have {pipeline} go twice a day",
        "kick off {pipeline} every 6 hours",
        "automate {pipeline} every Sunday night",
        "have {pipeline} go off every 6 hours",
        "let {pipeline} run daily at 5:45",
        "run {pipeline} every Monday at 9:30",
        "{pipeline} every Monday at 9:30 from now on",
        "let {pipeline} go off every Monday at 9:30",
        "automate {pipeline}, every Monday at 9:30",
        "I want {pipeline} to run by itself every Monday at 9:30",
        "schedule {pipeline}",
        "{pipeline} should run automatically",
        "{pipeline} every day at 6:15",
        "{pipeline} is to be run every day at 6:15",
        "could {pipeline} be executed every day at 6:15",
        "let {pipeline} be running every day at 6:15",
        "cron {pipeline} every day at 6:15",
        "retrain {pipeline} every day at 6:15 with depth=4",
    ],
)
def schedule_pipeline(
    kfp: Kfp,
    /,
    pipeline: Pipeline,
    cron: Cron,
    arguments: Arguments | None = None,
    name: Annotated[NewName | None, Field(description="Name of the schedule; leave out unless the user gave one.")] = None,
) -> ToolResult:
    """Run a pipeline again and again by the clock (a recurring run). Times are UTC. Runs that were missed are not made up for."""
    version = kfp.latest_version(kfp.pipeline(pipeline))
    experiment = kfp.experiment(DEFAULT_EXPERIMENT)
    made = kfp.create_schedule(name or f"{pipeline}-schedule", version, six_fields(cron), arguments or {}, experiment.id)
    return ToolResult(
        content=f"Scheduled pipeline `{pipeline}` with {_given(arguments)} as `{made.name}`: `{cron}` (UTC), next at {_next(cron)}.",
        subjects=[Subject(kind="schedule", name=made.name), Subject(kind="pipeline", name=pipeline)],
    )


@schedule_pipeline.prepare
def _prepare_schedule(kfp: Kfp, /, pipeline: str, cron: str, arguments: dict[str, Any] | None = None, name: str | None = None) -> Prepared:
    expression = parse(cron)
    version = kfp.latest_version(kfp.pipeline(pipeline))
    checked = check(pipeline, version.parameters, arguments or {})
    if name and kfp.schedules(limit=1, display_name=name)[1]:
        raise ToolError(ErrorCode.CONFLICT, f"schedule `{name}` exists already.")
    chosen = name or _free(f"{pipeline}-schedule", {s.name for s in kfp.schedules(pipeline)[0]})
    args: dict[str, Any] = {"pipeline": pipeline, "cron": expression, "name": chosen}
    if checked:
        args["arguments"] = checked
    given = shortened(", ".join(f"{k}={cell(v)}" for k, v in checked.items()), 400) or "the default arguments"
    preview = f"Run pipeline `{pipeline}` at `{expression}` (UTC) with {given}, as schedule `{chosen}`. First at {_next(expression)}."
    return Prepared(f"{preview}\n\n{publishing.told(version.ir, checked)}".rstrip(), args)


@tool(
    effect="read",
    examples=[
        "list the schedules",
        "which schedules are there",
        "what runs by itself",
        "show recurring runs",
        "schedules",
        "what is scheduled",
        "which cron jobs do we have",
        "show schedules",
        "when does what run automatically",
        "which schedules are left",
        "what is planned to run",
        "is anything scheduled for {pipeline}",
        "which schedules are paused",
        "when is the next scheduled run",
        "what runs on a timer",
        "what runs automatically here",
        "crontab",
        "which automations are active",
        "what is automated",
        "what happens automatically here",
        "which things are planned",
        "is {pipeline} scheduled",
        "is {pipeline} scheduled to run",
        "does {pipeline} run on a schedule",
        "is there anything planned for {pipeline}",
        "when does {schedule} run next",
        "when is the next run of {schedule}",
        "at what time does {schedule} start",
        "what is going to run tonight",
        "what will run tomorrow",
        "next planned start",
        "when is {schedule} going to run",
        "how often does {schedule} run",
        "is {schedule} paused",
        "is {schedule} active",
    ],
)
def list_schedules(kfp: Kfp, /) -> ToolResult:
    """List the schedules (recurring runs): what they run, when, and whether they are paused."""
    found, total = kfp.schedules(limit=30)
    if not found:
        return ToolResult.no_data("There are no schedules.")
    columns = ["schedule", "pipeline", "when (UTC)", "state", "next"]
    rows = [
        (s.name, kfp.named(s.pipeline_id), _when(s), "on" if s.enabled else "paused", _next(s.cron) if s.enabled and s.cron else "")
        for s in found
    ]
    more = f", the newest {len(found)} shown" if total > len(found) else ""
    return ToolResult(
        content=f"There {'is' if total == 1 else 'are'} {count(total, 'schedule')}{more}.\n\n"
        + fitted(columns, [(f"`{row[0]}`", *row[1:]) for row in rows]),
        artifacts=[table_artifact("Schedules", columns, rows, total)],
        subjects=[Subject(kind="schedule", name=s.name) for s in found],
    )


@tool(
    effect="write",
    examples=[
        "pause the schedule {schedule}",
        "put {schedule} on hold",
        "disable {schedule} for now",
        "suspend the {schedule} schedule",
        "turn off {schedule}",
        "pause {schedule}",
        "stop {schedule} for a while",
        "{schedule} should not run until further notice",
        "freeze the schedule {schedule}",
        "hold {schedule} until next week",
        "switch {schedule} off for the moment",
        "{schedule} on hold",
        "{schedule} off",
        "let {schedule} rest",
        "{schedule} should not fire for now",
        "keep {schedule} from running until I say so",
        "{schedule} should not start anything for now",
        "{schedule} must not run until Monday",
        "let {schedule} pause",
        "hold {schedule}",
        "{schedule} is to be paused",
    ],
)
def pause_schedule(kfp: Kfp, /, schedule: Schedule) -> ToolResult:
    """Pause a schedule: it starts no runs until it is resumed. Runs under way go on."""
    kfp.pause_schedule(kfp.schedule(schedule))
    return ToolResult(content=f"Paused schedule `{schedule}`.", subjects=[Subject(kind="schedule", name=schedule)])


@pause_schedule.prepare
def _prepare_pause(kfp: Kfp, /, schedule: str) -> Prepared:
    return Prepared(f"Pause schedule `{schedule}` ({_when(kfp.schedule(schedule))}).")


@tool(
    effect="write",
    examples=[
        "resume the schedule {schedule}",
        "turn {schedule} back on",
        "enable {schedule} again",
        "reactivate the {schedule} schedule",
        "unpause {schedule}",
        "resume {schedule}",
        "switch {schedule} on again",
        "let {schedule} run again",
        "start the schedule {schedule} again",
        "continue with {schedule}",
        "{schedule} may go on",
        "{schedule} back on",
        "{schedule} on again",
        "reactivate {schedule}",
        "{schedule} may continue",
        "let {schedule} go on again",
        "{schedule} may run again",
        "start {schedule} up again",
        "lift the pause of {schedule}",
    ],
)
def resume_schedule(kfp: Kfp, /, schedule: Schedule) -> ToolResult:
    """Resume a paused schedule."""
    found = kfp.schedule(schedule)
    kfp.resume_schedule(found)
    following = f" Next run at {_next(found.cron)}." if found.cron else ""
    return ToolResult(content=f"Resumed schedule `{schedule}`.{following}", subjects=[Subject(kind="schedule", name=schedule)])


@resume_schedule.prepare
def _prepare_resume(kfp: Kfp, /, schedule: str) -> Prepared:
    return Prepared(f"Resume schedule `{schedule}` ({_when(kfp.schedule(schedule))}).")


@tool(
    effect="destroy",
    examples=[
        "delete the schedule {schedule}",
        "remove schedule {schedule}",
        "get rid of the {schedule} schedule",
        "drop the recurring run {schedule}",
        "stop scheduling {schedule} for good",
        "delete {schedule}",
        "cancel the schedule {schedule}",
        "we do not need {schedule} any more, remove the schedule",
        "cancel {schedule} permanently",
        "{schedule} is not needed any more, remove the schedule",
        "we do not need {schedule} any longer, drop the schedule",
        "schedule {schedule} is to be deleted",
        "the schedule {schedule} can go",
        "{schedule} should never run again, remove it",
    ],
)
def delete_schedule(kfp: Kfp, /, schedule: Schedule) -> ToolResult:
    """Delete a schedule for good. Runs that it has started stay."""
    kfp.delete_schedule(kfp.schedule(schedule))
    return ToolResult(content=f"Deleted schedule `{schedule}`.", subjects=[Subject(kind="schedule", name=schedule)])


@delete_schedule.prepare
def _prepare_delete(kfp: Kfp, /, schedule: str) -> Prepared:
    return Prepared(f"Delete schedule `{schedule}` ({_when(kfp.schedule(schedule))}). Runs that it has started stay.")


def _when(schedule: ScheduleView) -> str:
    if schedule.cron:
        return f"`{schedule.cron}`"
    return f"every {duration(schedule.seconds)}" if schedule.seconds else "unknown"


def _given(arguments: dict[str, Any] | None) -> str:
    return ", ".join(f"{k}={cell(v)}" for k, v in (arguments or {}).items()) or "the default arguments"


def _next(expression: str) -> str:
    try:
        following = next_time(expression)
    except ValueError:
        return "unknown"  # a form of cron that another program wrote
    return f"{following:%a %Y-%m-%d %H:%M} UTC" if following else "never"


def _free(name: str, taken: set[str]) -> str:
    """The name, numbered when it is taken."""
    return next(n for n in [name, *(f"{name}-{i}" for i in range(2, len(taken) + 3))] if n not in taken)
