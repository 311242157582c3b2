"""What a world holds, and whether a conversation left it as it should: changed as asked, and nothing else gone."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import PurePath, PurePosixPath
from typing import Any

from pydantic import BaseModel, Field

from evals.chat.cases import Expected
from evals.chat.matching import Names, mismatch
from evals.worlds.loading import LoadedWorld
from tools.kfp.model import Run
from tools.minio.store import walk
from tools.result import ToolError


class Inventory(BaseModel):
    """Everything that a conversation could change, by name."""

    pipelines: set[str] = Field(default_factory=set)
    experiments: set[str] = Field(default_factory=set)
    runs: set[str] = Field(default_factory=set)
    schedules: dict[str, bool] = Field(default_factory=dict)
    """Whether each is enabled."""
    buckets: dict[str, bool] = Field(default_factory=dict)
    """Whether each keeps versions."""
    objects: set[tuple[str, str]] = Field(default_factory=set)
    documents: set[str] = Field(default_factory=set)
    finished: dict[str, datetime | None] = Field(default_factory=dict)
    """When each run ended."""
    experiment_of: dict[str, str] = Field(default_factory=dict)
    """The experiment of each run, with which it is put away."""
    names: Names = Field(default_factory=Names)


def take_inventory(world: LoadedWorld) -> Inventory:
    """What there is now."""
    kfp, store = world.kfp, world.store
    runs = kfp.runs(limit=100)[0]
    experiments = {e.id: e.name for e in kfp.experiments()[0]}
    buckets = [bucket.name for bucket in store.buckets()]
    return Inventory(
        pipelines={p.name for p in kfp.pipelines()[0]},
        experiments=set(experiments.values()),
        runs={r.name for r in runs},
        schedules={s.name: s.enabled for s in kfp.schedules()[0]},
        buckets={name: store.versioning(name) for name in buckets},
        objects={(name, found.key) for name in buckets if name != "mlpipeline" for found in walk(store, name)},
        documents=_documents(world),
        finished={r.name: r.finished for r in runs},
        experiment_of={r.name: experiments.get(r.experiment_id, "") for r in runs},
        names=Names(newest_run=runs[0].name if runs else "", runs_by_id={r.id: r.name for r in runs}),
    )


def problems(world: LoadedWorld, before: Inventory, expected: Sequence[Expected]) -> list[str]:
    """What is not as the expected calls, given in full, leave it."""
    lasting = [call for call in expected if not any(_undoes(other, call) for other in expected)]
    found = [f"{call.tool}: {why}" for call in lasting if (why := unmet(world, before, call))]
    return found + collateral(before, take_inventory(world), expected)


def unmet(world: LoadedWorld, before: Inventory, call: Expected) -> str | None:
    """What is missing for this call to have come true; None for calls that change nothing."""
    check = CHECKS.get(call.tool)
    try:
        return check(world, before, call.args) if check else None
    except ToolError as error:
        return error.message


def _undoes(other: Expected, call: Expected) -> bool:
    """Whether another call of the same request takes away what this one was about."""
    if other is call or other.tool not in _TAKING:
        return False
    if "bucket" in other.args:
        keys = {call.args.get("key"), *call.args.get("keys", [])}
        gone = {other.args.get("key"), *other.args.get("keys", [])}
        return call.args.get("bucket") == other.args["bucket"] and (other.tool == "delete_bucket" or bool(keys & gone - {None}))
    noun = _TAKING[other.tool]
    return call.tool not in _TAKING and call.args.get(noun, call.args.get("name")) == other.args.get(noun)


_TAKING = {
    "delete_pipeline": "pipeline",
    "delete_run": "run",
    "delete_schedule": "schedule",
    "delete_bucket": "bucket",
    "delete_objects": "bucket",
    "move_object": "bucket",
    "remove_document": "source",
}
"""Calls that take something away, with the argument that names it."""


def collateral(before: Inventory, after: Inventory, expected: Sequence[Expected]) -> list[str]:
    """Things gone, stopped or switched that no expected call names."""
    archived = {call.args.get("experiment") for call in expected if call.tool == "archive_experiment"}
    runs = {name for name in before.runs if before.experiment_of.get(name) not in archived}
    gone: list[tuple[str, str, str]] = []
    for kind, was, now in (
        ("pipeline", before.pipelines, after.pipelines),
        ("experiment", before.experiments, after.experiments),
        ("run", runs, after.runs),
        ("schedule", set(before.schedules), set(after.schedules)),
        ("bucket", set(before.buckets), set(after.buckets)),
        ("document", before.documents, after.documents),
    ):
        gone += [(kind, name, "is gone") for name in sorted(was - now)]
    gone += [("object", key, bucket) for bucket, key in sorted(before.objects - after.objects)]
    gone += [("schedule", n, "was switched") for n, on in before.schedules.items() if after.schedules.get(n, on) is not on]
    gone += [("bucket", n, "has other versioning") for n, on in before.buckets.items() if after.buckets.get(n, on) is not on]
    gone += [("run", n, "has ended") for n, end in before.finished.items() if end is None and after.finished.get(n) is not None]
    return [_told(*one) for one in gone if not any(_names(call, *one) for call in expected)]


def _told(kind: str, name: str, what: str) -> str:
    return f"object {what}/{name} is gone" if kind == "object" else f"{kind} {name} {what}"


def _names(call: Expected, kind: str, name: str, what: str) -> bool:
    """Whether a call is about this thing."""
    if kind == "object":
        keys = call.args.get("keys") or [call.args.get("key", "")]
        return call.args.get("bucket") == what and (call.tool == "delete_bucket" or name in keys)
    given = call.args.get("source" if kind == "document" else kind)
    return isinstance(given, str) and (given == name or (kind == "document" and PurePosixPath(given).name == PurePosixPath(name).name))


def _documents(world: LoadedWorld) -> set[str]:
    knowledge = world.knowledge
    try:
        return {document.source for document in knowledge.documents()}
    finally:
        knowledge.close()


Arguments = Mapping[str, Any]
Check = Callable[[LoadedWorld, Inventory, Arguments], str | None]


def _unless(condition: bool, why: str) -> str | None:
    return None if condition else why


def _pipeline_exists(world: LoadedWorld, _: Inventory, args: Arguments) -> str | None:
    name = str(args.get("name") or PurePath(str(args.get("path", ""))).stem)
    return _unless(world.kfp.find_pipeline(name) is not None, f"there is no pipeline {name}")


def _pipeline_gone(world: LoadedWorld, _: Inventory, args: Arguments) -> str | None:
    return _unless(world.kfp.find_pipeline(args["pipeline"]) is None, f"pipeline {args['pipeline']} is still there")


def _experiment_exists(world: LoadedWorld, _: Inventory, args: Arguments) -> str | None:
    return _unless(world.kfp.find_experiment(args["name"]) is not None, f"there is no experiment {args['name']}")


def _experiment_archived(world: LoadedWorld, _: Inventory, args: Arguments) -> str | None:
    found = world.kfp.find_experiment(args["experiment"])
    return _unless(found is not None and found.archived, f"experiment {args['experiment']} is not archived")


def _run_started(world: LoadedWorld, before: Inventory, args: Arguments) -> str | None:
    new = [run for run in world.kfp.runs(limit=100)[0] if run.name not in before.runs and _is_started(world, run, args)]
    return _unless(bool(new), f"there is no new run of {args['pipeline']} like that")


def _is_started(world: LoadedWorld, run: Run, args: Arguments) -> bool:
    wanted = args.get("arguments") or {}
    experiment = args.get("experiment")
    return (
        world.kfp.pipeline_name(run.pipeline_id) == args["pipeline"]
        and mismatch({"arguments": run.arguments}, {"arguments": wanted}, None, Names()) is None
        and args.get("run_name", run.name) == run.name
        and (experiment is None or world.kfp.experiment(experiment).id == run.experiment_id)
    )


def _run(world: LoadedWorld, before: Inventory, args: Arguments) -> Run:
    """The run that a call was about, even when it has been put away since."""
    ids = [run_id for run_id, name in before.names.runs_by_id.items() if name == args["run"]]
    return world.kfp.run(ids[0] if len(ids) == 1 else args["run"])


def _run_ended(world: LoadedWorld, before: Inventory, args: Arguments) -> str | None:
    run = _run(world, before, args)
    return _unless(run.done or run.state == "canceling", f"run {run.name} is still {run.state}")


def _run_retried(world: LoadedWorld, before: Inventory, args: Arguments) -> str | None:
    run = _run(world, before, args)
    again = run.finished != before.finished.get(run.name) or any(r.name not in before.runs for r in world.kfp.runs(limit=100)[0])
    return _unless(again, f"run {run.name} was not run again")


def _run_put_away(world: LoadedWorld, before: Inventory, args: Arguments) -> str | None:
    ids = [run_id for run_id, name in before.names.runs_by_id.items() if args["run"] in (run_id, name)]
    listed = any(run.id in ids for run in world.kfp.runs(limit=100)[0])
    kept = any(world.kfp.runs_by_id(run_id) for run_id in ids)
    return _unless(kept and not listed, f"run {args['run']} is not archived")


def _run_gone(world: LoadedWorld, before: Inventory, args: Arguments) -> str | None:
    ids = [run_id for run_id, name in before.names.runs_by_id.items() if args["run"] in (run_id, name)]
    return _unless(not any(world.kfp.runs_by_id(run_id) for run_id in ids), f"run {args['run']} is still there")


def _scheduled(world: LoadedWorld, before: Inventory, args: Arguments) -> str | None:
    pipeline = world.kfp.pipeline(args["pipeline"])
    new = [s for s in world.kfp.schedules()[0] if s.name not in before.schedules and s.pipeline_id == pipeline.id and s.enabled]
    wanted = {"cron": args["cron"]}
    return _unless(any(_same_cron(s.cron, wanted) for s in new), f"there is no new schedule of {pipeline.name} at {args['cron']}")


def _same_cron(cron: str, wanted: Arguments) -> bool:
    return mismatch({"cron": cron}, wanted, None, Names()) is None


def _schedule_is(enabled: bool) -> Check:
    def check(world: LoadedWorld, _: Inventory, args: Arguments) -> str | None:
        found = world.kfp.schedule(args["schedule"])
        return _unless(found.enabled is enabled, f"schedule {found.name} is {'on' if found.enabled else 'paused'}")

    return check


def _schedule_gone(world: LoadedWorld, _: Inventory, args: Arguments) -> str | None:
    there = {s.name for s in world.kfp.schedules()[0]}
    return _unless(args["schedule"] not in there, f"schedule {args['schedule']} is still there")


def _bucket_exists(world: LoadedWorld, _: Inventory, args: Arguments) -> str | None:
    return _unless(args["bucket"] in _buckets(world), f"there is no bucket {args['bucket']}")


def _bucket_gone(world: LoadedWorld, _: Inventory, args: Arguments) -> str | None:
    return _unless(args["bucket"] not in _buckets(world), f"bucket {args['bucket']} is still there")


def _buckets(world: LoadedWorld) -> set[str]:
    return {bucket.name for bucket in world.store.buckets()}


def _uploaded(world: LoadedWorld, _: Inventory, args: Arguments) -> str | None:
    key = args.get("key") or PurePath(str(args["path"])).name
    found = [o.key for o in walk(world.store, args["bucket"]) if o.key == key or o.key.endswith(f"/{key}")]
    return _unless(bool(found), f"there is no object {args['bucket']}/{key}")


def _copied(world: LoadedWorld, _: Inventory, args: Arguments) -> str | None:
    keys = {args.get("to_key"), args["key"], PurePosixPath(args["key"]).name} if not args.get("to_key") else {args["to_key"]}
    there = {o.key for o in walk(world.store, args["to_bucket"])}
    return _unless(bool(keys & there), f"there is no copy of {args['key']} in {args['to_bucket']}")


def _moved(world: LoadedWorld, before: Inventory, args: Arguments) -> str | None:
    return _copied(world, before, args) or _objects_gone(world, before, {"bucket": args["bucket"], "keys": [args["key"]]})


def _objects_gone(world: LoadedWorld, _: Inventory, args: Arguments) -> str | None:
    if args["bucket"] not in _buckets(world):
        return None
    left = {o.key for o in walk(world.store, args["bucket"])} & set(args["keys"])
    return _unless(not left, f"{', '.join(sorted(left))} still in {args['bucket']}")


def _tagged(world: LoadedWorld, _: Inventory, args: Arguments) -> str | None:
    tags = world.store.tags(args["bucket"], args["key"])
    return _unless(args["tags"].items() <= tags.items(), f"the tags of {args['key']} are {tags}")


def _versioned(world: LoadedWorld, _: Inventory, args: Arguments) -> str | None:
    return _unless(world.store.versioning(args["bucket"]) is args["enabled"], f"versioning of {args['bucket']} is not as asked")


def _expiring(world: LoadedWorld, _: Inventory, args: Arguments) -> str | None:
    rules = [(rule.prefix.strip("/"), rule.days) for rule in world.store.expiry(args["bucket"])]
    return _unless((str(args.get("prefix", "")).strip("/"), args["days"]) in rules, f"the rules of {args['bucket']} are {rules}")


def _document_known(world: LoadedWorld, _: Inventory, args: Arguments) -> str | None:
    name = PurePath(str(args["path"])).name
    return _unless(any(name in source for source in _documents(world)), f"there is no document {name}")


def _document_gone(world: LoadedWorld, _: Inventory, args: Arguments) -> str | None:
    name = PurePosixPath(args["source"]).name
    return _unless(not any(PurePosixPath(known).name == name for known in _documents(world)), f"document {name} is still there")


CHECKS: Mapping[str, Check] = {
    "upload_pipeline": _pipeline_exists,
    "create_pipeline": _pipeline_exists,
    "delete_pipeline": _pipeline_gone,
    "create_experiment": _experiment_exists,
    "archive_experiment": _experiment_archived,
    "run_pipeline": _run_started,
    "terminate_run": _run_ended,
    "retry_run": _run_retried,
    "archive_run": _run_put_away,
    "delete_run": _run_gone,
    "schedule_pipeline": _scheduled,
    "pause_schedule": _schedule_is(False),
    "resume_schedule": _schedule_is(True),
    "delete_schedule": _schedule_gone,
    "create_bucket": _bucket_exists,
    "delete_bucket": _bucket_gone,
    "upload_object": _uploaded,
    "copy_object": _copied,
    "move_object": _moved,
    "delete_objects": _objects_gone,
    "tag_object": _tagged,
    "set_versioning": _versioned,
    "expire_objects": _expiring,
    "add_documents": _document_known,
    "remove_document": _document_gone,
}
