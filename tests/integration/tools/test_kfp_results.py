"""What runs said, cached, measured and produced: logs, caching, metrics side by side, artifacts."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kfp_server_api
import pytest
from kfp import dsl

from tests.integration.tools.kfp_world import World, opened
from tools.result import ErrorCode

PICTURE = base64.b64decode(b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


@dsl.component(base_image="python:3.12")
def talk(lines: int, width: int) -> int:
    print("\n".join(f"{n} " + "x" * width for n in range(lines)))  # noqa: T201 - what a step says is its log
    return lines


@dsl.component(base_image="python:3.12")
def measure(values: dict, shown: dsl.Output[dsl.Metrics]):
    for name, value in values.items():
        shown.metadata[name] = value


@dsl.component(base_image="python:3.12")
def wait(folder: dsl.Input[dsl.Artifact], flag: str):
    import time
    from pathlib import Path

    print("waiting", flush=True)  # noqa: T201
    while not Path(folder.path, flag).exists():
        time.sleep(0.02)


@dsl.component(base_image="python:3.12")
def produce(
    classes: int,
    quality: dsl.Output[dsl.ClassificationMetrics],
    page: dsl.Output[dsl.HTML],
    summary: dsl.Output[dsl.Markdown],
    table: dsl.Output[dsl.Dataset],
    picture: dsl.Output[dsl.Artifact],
    model: dsl.Output[dsl.Model],
):
    import base64
    from pathlib import Path

    names = [f"class {n}" for n in range(classes)]
    quality.log_confusion_matrix(names, [[10 if i == j else i for j in range(classes)] for i in range(classes)])
    quality.log_roc_curve([0.0, 0.5, 1.0], [0.0, 0.9, 1.0], [1.0, 0.5, 0.0])
    Path(page.path).write_text("<h1>Report</h1>")
    Path(summary.path).write_text("# Summary\n\n" + "All is well. " * 1000)
    table.uri += ".csv"
    Path(table.path).write_text("age,price\n" + "\n".join(f"{n},{n * 2}" for n in range(50)))
    picture.uri += ".png"
    png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    Path(picture.path).write_bytes(base64.b64decode(png))
    Path(model.path).write_bytes(b"\0\1\2" * 100)


@dsl.component(base_image="python:3.12")
def columns(rows: int, numbers: dsl.Output[dsl.Dataset]):
    import pyarrow as pa
    import pyarrow.parquet as pq

    numbers.uri += ".parquet"
    pq.write_table(pa.table({"n": list(range(rows))}), numbers.path)


@dsl.pipeline(name="talking")
def talking(lines: int = 3, width: int = 10):
    talk(lines=lines, width=width)


@dsl.pipeline(name="measured")
def measured(values: dict, rate: float = 0.1):
    measure(values=values)


@dsl.pipeline(name="waiting")
def waiting(flag: str):
    folder = dsl.importer(artifact_uri="minio://flags/all", artifact_class=dsl.Artifact)
    wait(folder=folder.output, flag=flag).set_caching_options(False)
    talk(lines=1, width=1)


@dsl.pipeline(name="partly-kept")
def partly_kept():
    kept = talk(lines=1, width=2)
    talk(lines=2, width=2).set_caching_options(False).after(kept)


@dsl.pipeline(name="producing")
def producing(classes: int = 2, rows: int = 7):
    produce(classes=classes)
    columns(rows=rows)


@pytest.fixture(scope="module")
def world(home: Path) -> Iterator[World]:
    with opened(home, (talking, measured, waiting, partly_kept, producing)) as made:
        (home / "buckets" / "flags" / "all").mkdir(parents=True)
        yield made


@pytest.fixture(scope="module")
def produced(world: World) -> str:
    assert world.run("producing", "everything").state == "succeeded"
    return "everything"


@pytest.fixture(scope="module")
def runs(world: World) -> list[str]:
    """Three measured runs and one without metrics."""
    values: dict[str, dict[str, Any]] = {
        "first": {"accuracy": 0.8, "rmse": 2.0, "shape": "round", "rows": 10, "recall": 0.5, "only": 1.5, "odd": "n/a"},
        "second": {"accuracy": 0.9, "rmse": 3.0, "shape": "flat", "rows": 20, "recall": 0.5, "odd": 0.3},
        "third": {"accuracy": 0.9, "rmse": 1.0, "shape": "round", "rows": 10, "recall": 0.5},
    }
    for name, value in values.items():
        world.start("measured", name, values=value, **({"rate": 0.2} if name == "second" else {}))
    world.start("talking", "mute")
    for name in (*values, "mute"):
        assert world.finish(name).state == "succeeded"
    return list(values)


# logs


def test_the_end_of_a_long_log(world: World) -> None:
    world.run("talking", "chatty", lines=500, width=20)
    result = world.ask("get_run_logs", run="chatty")
    assert result.content.startswith("The end of the log of step `talk` (succeeded) of run `chatty`:")
    assert "499 xxxxx" in result.content
    assert "\n0 x" not in result.content
    assert "KFP Executor" not in result.content


def test_a_log_of_one_endless_line_shows_its_end(world: World) -> None:
    world.run("talking", "breathless", lines=1, width=5000)
    assert "x" * 1500 in world.ask("get_run_logs", run="breathless").content


def test_a_step_from_the_cache_printed_nothing_and_says_why(world: World) -> None:
    first = world.run("talking", "said once", lines=4)
    world.run("talking", "said twice", lines=4)
    result = world.ask("get_run_logs", run="said twice", step="talk")
    assert (result.status, result.content) == (
        "no_data",
        f"Step `talk` of run `said twice` printed nothing (taken from the cache, where run {first.id[:8]} had put it).",
    )


def test_an_unknown_step_answers_the_nearest(world: World) -> None:
    world.run("talking", "known", lines=1)
    result = world.ask("get_run_logs", run="known", step="tolk")
    assert (result.code, result.choices) == (ErrorCode.NOT_FOUND, ["talk"])


def test_the_log_of_the_step_that_runs(world: World) -> None:
    flag = world.home / "buckets" / "flags" / "all" / "log"
    world.start("waiting", "under way", flag=flag.name)
    world.until("under way", lambda run: "waiting" in world.ask("get_run_logs", run="under way").content)
    result = world.ask("get_run_logs", run="under way")
    assert result.content.startswith("The log of step `wait` (running) of run `under way`:")
    flag.touch()
    world.finish("under way")


# caching


def test_why_a_step_was_or_was_not_cached(world: World) -> None:
    first = world.run("talking", "cold", lines=11, width=3)
    assert world.ask("explain_caching", run="cold").content.startswith("Step `talk` of run `cold` was executed: ")
    world.run("talking", "warm", lines=11, width=3)
    warm = world.ask("explain_caching", run="warm", step="Talk").content
    assert warm == f"Step `talk` of run `warm` was taken from the cache: run {first.id[:8]} had done the same with the same inputs."
    world.run("talking", "changed", lines=12, width=3)
    changed = world.ask("explain_caching", run="changed").content
    assert changed.endswith("was executed: inputs differ from the nearest earlier run: `lines`.")
    assert world.ask("explain_caching", run="changed", step="nothing").code is ErrorCode.NOT_FOUND


def test_a_step_that_is_never_cached(world: World) -> None:
    flag = world.home / "buckets" / "flags" / "all" / "cache"
    flag.touch()
    world.run("waiting", "uncached", flag=flag.name)
    result = world.ask("explain_caching", run="uncached")
    assert result.content.startswith("Of 3 steps of run `uncached` ")
    assert "| wait | no | caching is turned off for this step or run |" in result.content


def test_a_step_from_the_cache_keeps_its_place(world: World) -> None:
    world.run("partly-kept", "at first")
    kept = world.run("partly-kept", "later")
    assert [(step.name, step.started is None) for step in kept.steps] == [("talk", True), ("talk-2", False)]
    explained = world.ask("explain_caching", run="later").content
    assert explained.index("| talk | yes |") < explained.index("| talk-2 | no |")
    assert world.ask("get_run_logs", run="later").content.startswith("The log of step `talk-2` (succeeded)")


def test_changed_code_is_named(world: World) -> None:
    world.upload(talking, "evolving")
    world.run("evolving", "before", lines=2)
    package = world.home / "evolving.yaml"
    package.write_text(package.read_text().replace("for n in range(lines)", "for n in range(0, lines)"))
    assert world.ask("upload_pipeline", path="evolving.yaml", name="evolving").status == "ok"
    world.run("evolving", "after", lines=2)
    assert "the component's code, command or image has changed since" in world.ask("explain_caching", run="after").content


# metrics side by side


def rows(result: Any) -> dict[str, list[Any]]:
    return {row[0]: row[1:] for row in next(a for a in result.artifacts if a.kind == "table").data["rows"]}


def test_each_metric_has_its_own_better_direction(world: World, runs: list[str]) -> None:
    result = world.ask("compare_runs", runs=["first", "second"])
    table = rows(result)
    assert table["accuracy"] == ["0.8", "0.9", "second"]
    assert table["rmse"] == ["2", "3", "first"]
    assert table["recall"] == ["0.5", "0.5", "equal"]
    assert table["rows"] == ["10", "20", "unknown which way"]
    assert table["shape"] == ["round", "flat", ""]
    assert table["only"] == ["1.5", "–", ""]
    assert table["odd"] == ["n/a", "0.3", ""]
    assert table["argument rate"] == ["0.1", "0.2", ""]
    assert result.content.startswith("No run is better throughout: `first`, `second` lead on 1 of 2 metrics each.")
    (chart,) = [a for a in result.artifacts if a.kind == "chart"]
    drawn = {trace["name"]: dict(zip(trace["x"], trace["y"], strict=True)) for trace in chart.data["data"]}
    assert drawn == {"first": {"accuracy": 0.8, "recall": 0.5}, "second": {"accuracy": 0.9, "recall": 0.5}}


def test_three_runs(world: World, runs: list[str]) -> None:
    result = world.ask("compare_runs", runs=runs)
    assert result.content.startswith("`third` is better on 2 of 2 metrics that differ")
    assert rows(result)["accuracy"] == ["0.8", "0.9", "0.9", "second and third"]
    assert [s.name for s in result.subjects] == runs


def test_only_the_metrics_asked_for_by_whatever_name(world: World, runs: list[str]) -> None:
    result = world.ask("compare_runs", runs=["first", "second"], metrics=["Accuracy", "RMSE"])
    assert [name for name in rows(result) if not name.startswith("argument")] == ["accuracy", "rmse"]
    one = world.ask("compare_runs", runs=["first", "second"], metrics=["accuracy"])
    assert one.content.startswith("`second` is better on accuracy.")
    assert [(s.name, s.standing) for s in one.subjects] == [("first", "worst"), ("second", "best")]
    assert [s.standing for s in world.ask("compare_runs", runs=runs, metrics=["rmse"]).subjects] == [None, "worst", "best"]
    unknown = world.ask("compare_runs", runs=["first", "second"], metrics=["acuracy"])
    assert (unknown.code, unknown.choices[0]) == (ErrorCode.NOT_FOUND, "accuracy")


def test_runs_without_metrics_and_the_same_run_twice(world: World, runs: list[str]) -> None:
    assert world.ask("compare_runs", runs=["first", "mute"]).content.startswith("Only `first` has metrics.")
    assert rows(world.ask("compare_runs", runs=["first", "mute"]))["pipeline"] == ["measured", "talking", ""]
    assert world.ask("compare_runs", runs=["first", "First"]).code is ErrorCode.INVALID_ARGUMENT
    assert world.ask("compare_runs", runs=["first"]).code is ErrorCode.INVALID_ARGUMENT


def test_one_metric_over_runs(world: World, runs: list[str]) -> None:
    result = world.ask("plot_runs", metric="RMSE", pipeline="measured")
    assert result.content.startswith("`rmse` over 3 runs. Best: `third` with 1.")
    assert {s.name: s.standing for s in result.subjects} == {"first": None, "second": "worst", "third": "best"}
    (chart,) = [a.data["data"][0] for a in result.artifacts if a.kind == "chart"]
    assert (chart["x"], chart["y"]) == (["first", "second", "third"], [2.0, 3.0, 1.0])
    assert world.ask("plot_runs", metric="rows", runs=["first", "second"]).content.startswith("`rows` over 2 runs.\n")
    assert world.ask("plot_runs", metric="shape", pipeline="measured").status == "no_data"
    assert world.ask("plot_runs", metric="nothing of the kind", pipeline="measured").code is ErrorCode.NOT_FOUND
    assert world.ask("plot_runs", metric="rmse", pipeline="talking").status == "no_data"


def test_a_metric_that_could_be_several_is_asked_for(world: World) -> None:
    world.run("measured", "several", values={"val_loss": 1.0, "train_loss": 2.0})
    result = world.ask("plot_runs", metric="loss", runs=["several"])
    assert (result.code, result.choices) == (ErrorCode.AMBIGUOUS, ["val_loss", "train_loss"])


def test_plotting_asks_once_a_run(world: World, runs: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    call = kfp_server_api.ApiClient.call_api

    def counted(self: Any, path: str, *args: Any, **kwargs: Any) -> Any:
        asked.append(path)
        return call(self, path, *args, **kwargs)

    monkeypatch.setattr(kfp_server_api.ApiClient, "call_api", counted)
    assert world.ask("plot_runs", metric="rmse", pipeline="measured").status == "ok"
    assert len(asked) <= 4 + 4  # two for the name of the pipeline, one for its id, one for the runs, one for each of four runs


# artifacts


def test_artifacts_are_listed_with_their_steps(world: World, produced: str) -> None:
    result = world.ask("list_run_artifacts", run=produced)
    assert result.content.startswith("Run `everything` produced 7 artifacts.")
    table = {row[0]: row[1:] for row in result.artifacts[0].data["rows"]}
    assert table["quality"][:2] == ["ClassificationMetrics", "produce"]
    assert table["numbers"][1] == "columns"
    assert all(str(row[2]).startswith("minio://mlpipeline/") for row in table.values())


@pytest.mark.parametrize("said", ["confusion matrix", "confusion_matrix", "Quality", "the confusion matrix"])
def test_a_confusion_matrix(world: World, produced: str, said: str) -> None:
    result = world.ask("show_artifact", run=produced, artifact=said)
    (chart,) = [a.data["data"][0] for a in result.artifacts if a.title.startswith("Confusion")]
    assert chart["z"] == [[10.0, 0.0], [1.0, 10.0]]
    assert "| **class 1** | 1 | 10 |" in result.content


def test_a_roc_curve_alone(world: World, produced: str) -> None:
    result = world.ask("show_artifact", run=produced, artifact="roc curve")
    assert [a.title for a in result.artifacts] == ["ROC curve of everything"]
    assert result.artifacts[0].data["data"][0]["y"] == [0.0, 0.9, 1.0]


def test_a_large_confusion_matrix_fits_a_page(world: World) -> None:
    world.run("producing", "many classes", classes=60)
    result = world.ask("show_artifact", run="many classes", artifact="confusion matrix")
    assert "of 60 classes" in result.content
    assert "class 59 taken for class" in result.content
    assert len(result.artifacts[0].data["data"][0]["z"]) == 60
    assert "of 60 classes" in world.ask("get_run_metrics", run="many classes").content


@pytest.mark.parametrize(
    ("artifact", "kind", "words"),
    [
        ("page", "html", "is shown beside this answer"),
        ("summary", None, "# Summary"),
        ("table", "table", "| age | price |"),
        ("picture", "image", "is shown beside this answer"),
        ("numbers", "table", "First 5 rows of 7"),
    ],
)
def test_reports_pictures_and_tables(world: World, produced: str, artifact: str, kind: str | None, words: str) -> None:
    result = world.ask("show_artifact", run=produced, artifact=artifact)
    assert result.status == "ok"
    assert words in result.content
    assert [a.kind for a in result.artifacts] == ([kind] if kind else [])
    if kind == "html":
        assert result.artifacts[0].data == {"html": "<h1>Report</h1>"}
    if kind == "image":
        assert base64.b64decode(result.artifacts[0].data["base64"]) == PICTURE


def test_what_cannot_be_shown(world: World, produced: str) -> None:
    assert world.ask("show_artifact", run=produced, artifact="model").code is ErrorCode.UNSUPPORTED
    unknown = world.ask("show_artifact", run=produced, artifact="sumary")
    assert unknown.code is ErrorCode.NOT_FOUND
    assert "summary" in unknown.choices
    assert world.ask("show_artifact", run="mute", artifact="anything").code is ErrorCode.NOT_FOUND
