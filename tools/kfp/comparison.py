"""Runs side by side: what was changed, what came of it, and which is better where that is known."""

import math
from typing import Annotated, Any, Literal

from pydantic import Field

from tools import charts
from tools.kfp.client import Kfp
from tools.kfp.differences import UNKNOWN, complete_arguments
from tools.kfp.directions import direction
from tools.kfp.metrics import Scalar, measurements, shares
from tools.kfp.model import Run as RunView
from tools.kinds import Metric, Pipeline, Run
from tools.markdown import cell, count, table_artifact
from tools.names import listed, matching, not_found
from tools.result import Artifact, ErrorCode, Subject, ToolError, ToolResult
from tools.tables import fitted, shortened
from tools.tool import tool

MOST_RUNS = 8
NAMED = 8
"""Names that a sentence holds."""
PLOTTED = 30
"""Runs that are plotted: each costs a request for its metrics."""


@tool(
    effect="read",
    examples=[
        "compare {run} and {run}",
        "{run} vs {run}: which one is better",
        "is {run} better than {run}",
        "what is the difference between {run} and {run}",
        "compare the last two runs on accuracy",
        "compare it with the previous one",
        "which of {run} and {run} has the higher f1",
        "put {run} next to {run}",
        "{run} or {run}, which is the better model",
        "how does {run} compare to {run}",
        "did it get better than the run before",
        "contrast {run} with {run}",
        "what changed between {run} and {run}",
        "compare 1 and 2",
        "compare with the one before",
        "and compared with {run}?",
        "in comparison with {run}?",
        "versus {run}?",
        "how does it do against {run}",
        "which is the better one, {run} or {run}",
        "which of the two is better",
        "what has changed between {run} and {run}",
        "did it improve from {run} to {run}",
        "hold {run} against {run}",
        "compare the two",
        "diff {run} {run}",
        "is {run} an improvement over {run}",
        "put {run} and {run} next to each other",
        "is it better than the one before",
        "which of them is best on accuracy",
        "which one of them has the best f1",
        "which of these runs did best",
        "compare the runs on f1",
    ],
)
def compare_runs(
    kfp: Kfp,
    /,
    runs: Annotated[list[Run], Field(min_length=2, max_length=MOST_RUNS, description="Names of two or more runs.")],
    metrics: Annotated[list[Metric] | None, Field(description="Only these metrics, if the user named some.")] = None,
) -> ToolResult:
    """Compare runs: changed arguments beside metrics, and which run is better on each metric where the better direction is known."""
    if len(runs) < 2:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"these are all the same run, {listed(runs)}; name two different ones.")
    views = [kfp.run(name) for name in runs]
    scalars = [measurements(kfp.artifacts(view)).scalars for view in views]
    names = _chosen(scalars, metrics)
    measured = [(name, *(_shown(s.get(name)) for s in scalars), _better(name, views, scalars)) for name in names]
    given = [complete_arguments(kfp, view) for view in views]
    rows = [*_changed(views, given), *measured]
    columns = ["", *(v.name for v in views), "better"]
    if not rows:
        return ToolResult.no_data(f"{listed([v.name for v in views])} have neither different arguments nor metrics to compare.")
    heads = ["", *(shortened(v.name, 40) for v in views), "better"]
    return ToolResult(
        content=f"{_verdict(names, views, scalars)}{_alike(given)}\n\n{fitted(heads, rows)}",
        artifacts=[table_artifact("Comparison of runs", columns, rows), *_drawn(names, views, scalars)],
        subjects=_ranked([v.name for v in views], _goodness(names, scalars)),
    )


def _drawn(names: list[str], views: list[RunView], scalars: list[dict[str, Scalar]]) -> list[Artifact]:
    """The metrics between 0 and 1 as groups of bars, where at least two runs have one."""
    found = [shares(s) for s in scalars]
    common = [name for name in names if sum(name in s for s in found) > 1]
    series = [(shortened(view.name, 40), [s.get(name) for name in common]) for view, s in zip(views, found, strict=True)]
    return [charts.groups("Metrics of the runs", common, series)] if common else []


def _alike(given: list[dict[str, Any]]) -> str:
    """What all runs were given alike, in a sentence; defaults count as given."""
    same = [
        f"{name}={cell(value, 40)}" for name, value in given[0].items() if all(repr(g.get(name, UNKNOWN)) == repr(value) for g in given)
    ]
    return f" All of them had {', '.join(same[:NAMED])}{' and more' if len(same) > NAMED else ''}." if same else ""


def _changed(views: list[RunView], given: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Rows for what the runs were given differently; defaults count as given."""
    rows = [
        (f"argument {name}", *(cell(g.get(name, UNKNOWN), 40) for g in given), "")
        for name in sorted({n for g in given for n in g})
        if len({repr(g.get(name, UNKNOWN)) for g in given}) > 1
    ]
    if len({v.pipeline for v in views}) > 1:
        rows.insert(0, ("pipeline", *(v.pipeline for v in views), ""))
    elif len({v.version_id for v in views}) > 1:
        known = list(dict.fromkeys(v.version_id for v in sorted(views, key=lambda v: str(v.created))))
        rows.insert(0, ("pipeline version", *(f"version {'ABCDEFGH'[known.index(v.version_id)]}" for v in views), ""))
    return rows


def _shown(value: Scalar | None) -> str:
    return "–" if value is None else cell(value, 40)


def _chosen(scalars: list[dict[str, Scalar]], wanted: list[str] | None) -> list[str]:
    """The metrics to compare: all, or all that fit the wanted names."""
    there = list(dict.fromkeys(name for s in scalars for name in s))
    if not wanted:
        return there
    return list(dict.fromkeys(found for name in wanted for found in _fitting(name, there)))


def _fitting(name: str, there: list[str]) -> list[str]:
    found = matching(name, there)
    if not found:
        raise not_found("metric", name, there)
    return found


def _number(value: Scalar | None) -> float | None:
    """A measured number; text, truth values and what is not a number cannot be better or worse."""
    usable = isinstance(value, int | float) and not isinstance(value, bool) and value == value
    return float(value) if usable and value is not None else None


def _best(name: str, scalars: list[dict[str, Scalar]]) -> list[int]:
    """The indexes of the best runs on a metric; empty where that cannot be told."""
    way = direction(name)
    numbers = {i: number for i, s in enumerate(scalars) if (number := _number(s.get(name))) is not None}
    if way is None or len(numbers) < 2:
        return []
    best = max(numbers.values()) if way == "higher" else min(numbers.values())
    return [i for i, v in numbers.items() if v == best]


def _judged(names: list[str], scalars: list[dict[str, Scalar]]) -> list[str]:
    """The metrics on which some run is better than another."""
    return [name for name in names if 0 < len(_best(name, scalars)) < sum(_number(s.get(name)) is not None for s in scalars)]


def _goodness(names: list[str], scalars: list[dict[str, Scalar]]) -> list[float]:
    """How good each run is: its value of the only metric that decides, the higher the better, else on how many it is the best."""
    judged = _judged(names, scalars)
    if len(judged) == 1:
        sign = 1 if direction(judged[0]) == "higher" else -1
        values = [_number(s.get(judged[0])) for s in scalars]
        return [-math.inf if value is None else sign * value for value in values]
    return [float(sum(index in _best(name, scalars) for name in judged)) for index in range(len(scalars))]


def _ranked(names: list[str], good: list[float]) -> list[Subject]:
    """Runs, the one that is better than all others and the one that is worse marked."""
    best = [i for i, value in enumerate(good) if value == max(good)]
    worst = [i for i, value in enumerate(good) if value == min(good)]
    marks: dict[int, Literal["best", "worst"]] = {}
    if len(best) == 1:
        marks[best[0]] = "best"
    if len(worst) == 1 and worst != best:
        marks[worst[0]] = "worst"
    return [Subject(kind="run", name=name, standing=marks.get(i)) for i, name in enumerate(names)]


def _better(name: str, views: list[RunView], scalars: list[dict[str, Scalar]]) -> str:
    values = [s.get(name) for s in scalars]
    best = _best(name, scalars)
    if len({repr(v) for v in values}) == 1 or len(best) == len(views):
        return "equal"
    if not best:
        numbers = sum(_number(v) is not None for v in values)
        return "unknown which way" if direction(name) is None and numbers > 1 else ""
    return " and ".join(shortened(views[i].name, 40) for i in best)


def _rest(names: list[str], judged: list[str], scalars: list[dict[str, Scalar]]) -> str:
    """What is said of the metrics that decide nothing: equal ones, and those of which nobody knows which way is better."""
    rest = [name for name in names if name not in judged]
    equal = [name for name in rest if len({s.get(name) for s in scalars}) == 1]
    open_ = [name for name in rest if name not in equal]
    said = [f"equal: {', '.join(equal[:NAMED])}"] if equal else []
    said += [f"no verdict on: {', '.join(open_[:NAMED])}"] if open_ else []
    return f" ({'; '.join(said)})" if said else ""


def _verdict(names: list[str], views: list[RunView], scalars: list[dict[str, Scalar]]) -> str:
    measured = [v.name for v, s in zip(views, scalars, strict=True) if s]
    if len(measured) < 2:
        return f"Only {listed(measured)} has metrics." if measured else f"None of {listed([v.name for v in views])} has metrics."
    judged = _judged(names, scalars)
    wins = [sum(index in _best(name, scalars) for name in judged) for index in range(len(views))]
    if not judged:
        return f"Neither of {listed([v.name for v in views])} is better{_rest(names, judged, scalars)}."
    top = [i for i, w in enumerate(wins) if w == max(wins)]
    if len(top) > 1:
        lead = listed([views[i].name for i in top])
        return f"No run is better throughout: {lead} lead on {max(wins)} of {count(len(judged), 'metric')} each."
    if len(judged) == 1:
        return f"`{views[top[0]].name}` is better on {judged[0]}{_rest(names, judged, scalars)}."
    same = _rest(names, judged, scalars)
    return f"`{views[top[0]].name}` is better on {max(wins)} of {len(judged)} metrics that differ{same}."


@tool(
    effect="read",
    examples=[
        "plot accuracy of the {pipeline} runs",
        "chart the f1 score across all runs of {pipeline}",
        "draw the rmse of {run} and {run}",
        "show a graph of auc over the runs",
        "plot f1 over time",
        "plot f1 for the {pipeline} pipeline",
        "how did accuracy develop over the runs of {pipeline}",
        "visualise the rmse of {pipeline}",
        "graph accuracy of all {pipeline} runs",
        "trend of the loss across runs",
        "chart of accuracy for {pipeline}",
        "draw how my-thing has developed over the runs",
        "graph my-thing of {pipeline} over time",
        "chart the accuracy of the last runs",
        "trend of the loss across the runs of {pipeline}",
        "plot rmse for {run} and {run}",
    ],
)
def plot_runs(
    kfp: Kfp,
    /,
    metric: Metric,
    pipeline: Pipeline | None = None,
    runs: Annotated[list[Run] | None, Field(max_length=PLOTTED, description="Only these runs, if the user named some.")] = None,
) -> ToolResult:
    """Draw one metric over several runs: those of a pipeline, or the named ones, oldest first."""
    views, total = _plotted(kfp, pipeline, runs)
    found = [(view, measurements(kfp.artifacts(view)).scalars) for view in views]
    there = list(dict.fromkeys(name for _, s in found for name in s))
    if not there:
        return ToolResult.no_data("None of these runs has any metrics.")
    fitting = _fitting(metric, there)
    if len(fitting) > 1:
        raise ToolError(ErrorCode.AMBIGUOUS, f"several metrics fit `{metric}`: {listed(fitting)}. Say which one.", fitting)
    name = fitting[0]
    points = [(view.name, number) for view, s in found if (number := _number(s.get(name))) is not None]
    if not points:
        return ToolResult.no_data(f"`{name}` is not a number in these runs.")
    scalars: list[dict[str, Scalar]] = [{name: value} for _, value in points]
    best = _best(name, scalars)
    standing = _ranked([n for n, _ in points], _goodness([name], scalars))
    lead = f" Best: `{points[best[0]][0]}` with {cell(points[best[0]][1])}." if best else ""
    left_out = f" Only the newest {len(views)} of {total} succeeded runs were looked at." if total > len(views) else ""
    return ToolResult(
        content=f"`{name}` over {count(len(points), 'run')}.{lead}{left_out}\n\n{fitted(['run', name], points[-10:])}",
        artifacts=[charts.bars(f"{name} by run", [n for n, _ in points], [v for _, v in points])],
        subjects=standing,
    )


def _plotted(kfp: Kfp, pipeline: str | None, names: list[str] | None) -> tuple[list[RunView], int]:
    """The runs to plot, oldest first, and of how many succeeded ones they are the newest."""
    if names:
        return [kfp.run(name) for name in names], len(names)
    equal: dict[str, Any] = {"pipeline_id": kfp.pipeline(pipeline).id} if pipeline else {}
    found, total = kfp.runs(limit=PLOTTED, state="SUCCEEDED", **equal)
    return found[::-1], total
