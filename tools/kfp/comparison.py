"""Runs side by side: what was changed, what came of it, and which is better where that is known."""

from typing import Annotated, Any

from pydantic import Field

from tools import charts
from tools.kfp.client import Kfp
from tools.kfp.directions import direction
from tools.kfp.metrics import Scalar, measurements
from tools.kfp.model import Run as RunView
from tools.kinds import Metric, Pipeline, Run
from tools.markdown import cell, count, table, table_artifact
from tools.names import listed, matching
from tools.result import ErrorCode, Subject, ToolError, ToolResult
from tools.tool import tool

MOST_RUNS = 8
PLOTTED = 30


@tool(
    effect="read",
    examples=[
        "compare {run} and {run}",
        "{run} vs {run}: which one is better",
        "is {run} better than {run}",
        "what is the difference between {run} and {run}",
        "compare the last two runs on accuracy",
        "compare it with the previous one",
    ],
)
def compare_runs(
    kfp: Kfp,
    /,
    runs: Annotated[list[Run], Field(min_length=2, max_length=MOST_RUNS, description="Names of two or more runs.")],
    metrics: Annotated[list[Metric] | None, Field(description="Only these metrics, if the user named some.")] = None,
) -> ToolResult:
    """Compare runs: changed arguments beside metrics, and which run is better on each metric where the better direction is known."""
    views = [kfp.run(name) for name in runs]
    scalars = [measurements(kfp.artifacts(view)).scalars for view in views]
    names = _chosen(scalars, metrics)
    arguments = [
        (f"argument {name}", *(cell(v.arguments.get(name, "(default)")) for v in views), "")
        for name in sorted({n for v in views for n in v.arguments})
        if len({repr(v.arguments.get(name)) for v in views}) > 1
    ]
    rows = arguments + [(name, *(cell(s.get(name)) or "–" for s in scalars), _better(name, views, scalars)) for name in names]
    columns = ["", *(v.name for v in views), "better"]
    if not rows:
        return ToolResult.no_data(f"{listed([v.name for v in views])} have neither different arguments nor metrics to compare.")
    return ToolResult(
        content=f"{_verdict(names, views, scalars)}\n\n{table(columns, rows)}",
        artifacts=[table_artifact("Comparison of runs", columns, rows)],
        subjects=[Subject(kind="run", name=v.name) for v in views],
    )


def _chosen(scalars: list[dict[str, Scalar]], wanted: list[str] | None) -> list[str]:
    there = list(dict.fromkeys(name for s in scalars for name in s))
    if not wanted:
        return there
    return list(dict.fromkeys(_metric(name, there) for name in wanted))


def _metric(name: str, there: list[str]) -> str:
    found = matching(name, there)
    if not found:
        raise ToolError(ErrorCode.NOT_FOUND, f"none of these runs has a metric `{name}`. There are: {listed(there) or 'none'}.", there)
    return found[0]


def _best(name: str, scalars: list[dict[str, Scalar]]) -> list[int]:
    """The indexes of the best runs on a metric; empty where that cannot be told."""
    way = direction(name)
    numbers = {i: float(v) for i, s in enumerate(scalars) if isinstance(v := s.get(name), int | float) and not isinstance(v, bool)}
    if way is None or len(numbers) < 2:
        return []
    best = max(numbers.values()) if way == "higher" else min(numbers.values())
    return [i for i, v in numbers.items() if v == best]


def _better(name: str, views: list[RunView], scalars: list[dict[str, Scalar]]) -> str:
    best = _best(name, scalars)
    if not best:
        return "" if direction(name) else "unknown which way"
    return "equal" if len(best) == len(views) else " and ".join(views[i].name for i in best)


def _verdict(names: list[str], views: list[RunView], scalars: list[dict[str, Scalar]]) -> str:
    measured = [v.name for v, s in zip(views, scalars, strict=True) if s]
    if len(measured) < 2:
        return f"Only {listed(measured)} has metrics." if measured else f"None of {listed([v.name for v in views])} has metrics."
    wins = [0] * len(views)
    judged = 0
    for name in names:
        best = _best(name, scalars)
        if best and len(best) < len(views):
            judged += 1
            for index in best:
                wins[index] += 1
    if not judged:
        return f"{listed([v.name for v in views])} do not differ on any metric whose better direction is known."
    top = [i for i, w in enumerate(wins) if w == max(wins)]
    if len(top) > 1:
        return f"No run is better throughout: {listed([views[i].name for i in top])} lead on {max(wins)} of {count(judged, 'metric')} each."
    said = f"on {names[0]}" if judged == 1 and len(names) == 1 else f"on {max(wins)} of {count(judged, 'metric')} that differ"
    return f"`{views[top[0]].name}` is better {said}."


@tool(
    effect="read",
    examples=[
        "plot accuracy of the {pipeline} runs",
        "chart the f1 score across all runs of {pipeline}",
        "draw the rmse of {run} and {run}",
        "show a graph of auc over the runs",
        "plot f1 over time",
    ],
)
def plot_runs(
    kfp: Kfp,
    /,
    metric: Metric,
    pipeline: Pipeline | None = None,
    runs: Annotated[list[Run] | None, Field(description="Only these runs, if the user named some.")] = None,
) -> ToolResult:
    """Draw one metric over several runs: those of a pipeline, or the named ones, oldest first."""
    views = _plotted(kfp, pipeline, runs)
    found = [(view, measurements(kfp.artifacts(view)).scalars) for view in views]
    there = list(dict.fromkeys(name for _, s in found for name in s))
    if not there:
        return ToolResult.no_data("None of these runs has any metrics.")
    name = _metric(metric, there)
    points = [(view.name, float(v)) for view, s in found if isinstance(v := s.get(name), int | float) and not isinstance(v, bool)]
    if not points:
        return ToolResult.no_data(f"`{name}` is not a number in these runs.")
    scalars: list[dict[str, Scalar]] = [{name: value} for _, value in points]
    best = _best(name, scalars)
    lead = f" Best: `{points[best[0]][0]}` with {cell(points[best[0]][1])}." if best else ""
    return ToolResult(
        content=f"`{name}` over {count(len(points), 'run')}.{lead}\n\n" + table(["run", name], [(n, v) for n, v in points[-10:]]),
        artifacts=[charts.bars(f"{name} by run", [n for n, _ in points], [v for _, v in points])],
        subjects=[Subject(kind="run", name=n) for n, _ in points],
    )


def _plotted(kfp: Kfp, pipeline: str | None, names: list[str] | None) -> list[RunView]:
    if names:
        return [kfp.run(name) for name in names]
    equal: dict[str, Any] = {"pipeline_id": kfp.pipeline(pipeline).id} if pipeline else {}
    found, _ = kfp.runs(limit=PLOTTED, **equal)
    return [kfp.run(r.id) for r in reversed(found)]
