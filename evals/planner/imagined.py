"""A world of names alone: what exists, and what a call is about, without anything behind it."""

import fnmatch
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from evals.chat.cases import known_tools
from evals.worlds.description import World
from swarm.planner.references import Done, Memory, Thing
from tools.kfp.directions import direction
from tools.tool import Entry

_THINGS = frozenset({"pipeline", "run", "experiment", "schedule", "bucket", "object", "document"})
_MAKES = {
    "run_pipeline": "run",
    "create_bucket": "bucket",
    "create_experiment": "experiment",
    "upload_pipeline": "pipeline",
    "create_pipeline": "pipeline",
    "schedule_pipeline": "schedule",
}
"""Calls after which there is something new."""


class Imagined:
    """The names of a world as the planner's catalogue, and what calls over them leave in memory."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.reset()

    def reset(self) -> None:
        """Everything as the world says."""
        world = self._world
        self._entries: dict[str, list[Entry]] = {
            "pipeline": [Entry("pipeline", p.name, {"parameters": {q.name: q.type for q in p.params}}) for p in world.pipelines],
            "experiment": [Entry("experiment", e.name) for e in world.experiments],
            "run": [
                Entry("run", r.name, {"state": r.state, "pipeline": r.pipeline, "experiment": r.experiment}) for r in reversed(world.runs)
            ],
            "schedule": [Entry("schedule", s.name, {"enabled": s.name not in world.extras.paused_schedules}) for s in world.schedules],
            "bucket": [Entry("bucket", b.name) for b in world.buckets],
            "object": [Entry("object", o.key, {"bucket": b.name}) for b in world.buckets for o in b.objects],
            "document": [Entry("document", d) for d in world.extras.documents],
        }

    @property
    def kinds(self) -> list[str]:
        """The kinds of things there are names for."""
        return list(self._entries)

    def entries(self, kind: str) -> Sequence[Entry]:
        """What exists of a kind, runs newest first."""
        return self._entries.get(kind, [])

    def earlier(self, memory: Memory) -> list[Done]:
        """A conversation's calls, all of them before the request at hand."""
        return [replace(call, now=False) for call in memory.calls]

    def done(self, tool: str, args: Mapping[str, Any]) -> Done:
        """A call that was made, with what its answer would be about."""
        kinds = {name: kind.name for name, kind in known_tools()[tool].kinds.items()}
        named = [
            Thing(kinds[a], one, str(args.get("bucket")) if kinds[a] == "object" else None)
            for a, value in args.items()
            if kinds.get(a) in _THINGS
            for one in (value if isinstance(value, list) else [value])
        ]
        named.sort(key=lambda thing: thing.kind != "object")
        told = self._told(tool, args)
        return Done(tool, dict(args), (*told, *(Thing("bucket", t.bucket) for t in told if t.bucket), *named), now=True)

    def _compared(self, args: Mapping[str, Any]) -> list[Thing]:
        """The runs of a comparison, the best and the worst on its metric marked."""
        of = {r.name: r.metrics for r in self._world.runs if r.name in (args.get("runs") or []) or r.pipeline == args.get("pipeline")}
        metric = str(args.get("metric") or next(iter(args.get("metrics") or []), ""))
        ordered = sorted((n for n in of if metric in of[n]), key=lambda n: of[n][metric], reverse=direction(metric) == "higher")
        marks = {ordered[-1]: "worst", ordered[0]: "best"} if len(ordered) > 1 else {}
        return [Thing("run", name, standing=marks.get(name)) for name in of]

    def _told(self, tool: str, args: Mapping[str, Any]) -> list[Thing]:
        """What the answer of a call lists."""
        listed = re.fullmatch(r"list_(pipeline|experiment|run|schedule|bucket|document|object)s", tool)
        if tool == "find_objects":
            wanted = f"*{str(args['pattern']).lower().replace(' ', '*')}*"
            found = [e for e in self._entries["object"] if fnmatch.fnmatch(e.name.lower(), wanted)]
            return [Thing("object", e.name, e.facts["bucket"]) for e in found]
        if tool in ("copy_object", "move_object"):
            return [Thing("object", str(args.get("to_key") or args["key"]), str(args["to_bucket"]))]
        if tool == "upload_object":
            return [Thing("object", str(args.get("key") or str(args["path"]).rsplit("/", 1)[-1]), str(args["bucket"]))]
        made = _MAKES.get(tool)
        if made:
            name = next((str(args[a]) for a in ("name", "bucket", "run_name") if args.get(a)), f"new-{made}")
            self._entries[made] = [Entry(made, name, {"state": "running", "pipeline": args.get("pipeline")}), *self._entries[made]]
            return [Thing(made, name)]
        if tool in ("compare_runs", "plot_runs"):
            return self._compared(args)
        if isinstance(args.get("run"), str):
            of = [e.facts["pipeline"] for e in self._entries["run"] if args["run"] in (e.name, "latest")]
            return [Thing("run", str(args["run"])), *(Thing("pipeline", p) for p in of[:1] if p)]
        if not listed:
            return []
        facts = {k: v for k, v in args.items() if k in ("state", "pipeline", "experiment", "bucket") and v}
        kept = [e for e in self._entries[listed[1]] if all(e.facts.get(k, v) == v for k, v in facts.items())]
        return [Thing(e.kind, e.name, e.facts.get("bucket")) for e in kept[: args.get("limit")]]
