"""The tools over Kubeflow Pipelines, against the real standalone server that runs real pipelines."""

import json
import tempfile
import threading
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from kfp import compiler, dsl
from pydantic import SecretStr

from standalone.platform import ensure_server
from tests.unit.tools.calling import answer, prepared, services
from tools.activity import Activity, activity
from tools.call import Call
from tools.kfp.client import Kfp
from tools.kfp.names import experiments, pipelines
from tools.kfp.run_names import runs
from tools.kfp.settings import KfpSettings
from tools.result import ErrorCode, ToolResult
from tools.services import Services


@dsl.component(base_image="python:3.12")
def wait(path: str) -> str:
    """Go on when the file is there."""
    import time
    from pathlib import Path

    while path and not Path(path).exists():
        time.sleep(0.02)
    return path


@dsl.component(base_image="python:3.12")
def repeat(text: str, times: int, ratio: float, loud: bool, words: list, options: dict) -> str:
    import json

    return json.dumps([text, times, ratio, loud, words, options])


@dsl.component(base_image="python:3.12")
def divide(by: int) -> float:
    return 1 / by


@dsl.pipeline(name="all-kinds", description="Takes one of each.")
def all_kinds(
    text: str,
    times: int = 1,
    ratio: float = 0.5,
    loud: bool = False,
    words: list = ["a"],  # noqa: B006 - how pipeline authors write defaults
    options: dict = {"a": 1},  # noqa: B006
):
    repeat(text=text, times=times, ratio=ratio, loud=loud, words=words, options=options)


@dsl.pipeline(name="division", description="Fails for zero.")
def division(by: int = 1):
    with dsl.ParallelFor([1], name="rounds"):
        divide(by=by)


@dsl.pipeline(name="patience", description="Waits for a file.")
def patience(path: str = ""):
    divide(by=1).after(wait(path=path).set_caching_options(False))


@pytest.fixture(scope="module")
def kfp(home: Path) -> Iterator[Kfp]:
    """A server with two sample pipelines and those above."""
    address = ensure_server(home)
    client = Kfp(lambda: KfpSettings(endpoint=address.url, token=SecretStr(address.token)))
    for sample in ("iris-classification", "breast-cancer-svm"):
        client.upload(Path(str(files("standalone.samples").joinpath(f"compiled/{sample}.yaml"))), sample, f"Sample {sample}.")
    for pipeline in (all_kinds, division, patience):
        package = home / "package.yaml"
        compiler.Compiler().compile(pipeline, str(package))
        client.upload(package, pipeline.name, pipeline.pipeline_spec.pipeline_info.description)
    yield client
    client.close()


@pytest.fixture
def flag() -> Iterator[Path]:
    """A file that is not there yet, where steps can look for it: each has a /tmp of its own."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        yield Path(folder) / "flag"


@pytest.fixture(scope="module")
def world(kfp: Kfp) -> Services:
    return services(kfp=kfp)


def ask(world: Services, tool: str, **arguments: Any) -> ToolResult:
    result = answer("kfp", tool, world, **arguments)
    json.dumps(result.model_dump(mode="json"), allow_nan=False)
    return result


def finished(world: Services, pipeline: str, name: str, **arguments: Any) -> ToolResult:
    """Start a run and wait for its end."""
    started = ask(world, "run_pipeline", pipeline=pipeline, run_name=name, arguments=arguments)
    assert started.status == "ok", started.content
    return ask(world, "wait_for_run", run=name)


@pytest.fixture(scope="module")
def iris(world: Services) -> ToolResult:
    """A finished run of the iris sample, called `iris-one`."""
    return finished(world, "Iris Classification", "iris-one", **{"max depth": "2"})


def run_of(result: ToolResult) -> dict[str, Any]:
    """The run that front-ends draw."""
    return next(a.data for a in result.artifacts if a.kind == "run")


# pipelines


def test_pipelines_newest_first(world: Services) -> None:
    result = ask(world, "list_pipelines")
    assert result.content.startswith("There are 5 pipelines.")
    assert [s.name for s in result.subjects] == ["patience", "division", "all-kinds", "breast-cancer-svm", "iris-classification"]
    assert "Fails for zero." in result.content
    assert [s.name for s in ask(world, "list_pipelines", query="i").subjects] == [
        "patience",
        "division",
        "all-kinds",
        "iris-classification",
    ]
    assert ask(world, "list_pipelines", query="nothing like it").status == "no_data"


@pytest.mark.parametrize("said", ["iris-classification", "Iris Classification", "IRIS_CLASSIFICATION", "iris"])
def test_a_pipeline_as_people_say_it(world: Services, said: str) -> None:
    result = ask(world, "get_pipeline", pipeline=said)
    assert result.content.startswith("Pipeline `iris-classification` takes 3 parameters and has 4 steps.")
    rows = {row[0]: row[1:3] for row in result.artifacts[0].data["rows"]}
    assert rows == {"max_depth": ["int", "3"], "random_state": ["int", "42"], "test_size": ["float", "0.2"]}
    assert (
        "Steps: load-data, train-model (after load-data), evaluate-model (after load-data and train-model), report (after" in result.content
    )


def test_unknown_pipelines_answer_the_nearest(world: Services) -> None:
    result = ask(world, "get_pipeline", pipeline="iris-clasification")
    assert (result.code, result.choices[0]) == (ErrorCode.NOT_FOUND, "iris-classification")
    assert ask(world, "run_pipeline", pipeline="no-such-thing-at-all").code is ErrorCode.NOT_FOUND


# runs


def test_arguments_arrive_in_the_declared_types(world: Services, kfp: Kfp) -> None:
    given = {"TEXT": 5, "times": "3", "ratio": 1, "loud": "yes", "words": '["x", 1]', "options": {"b": [True]}}
    result = finished(world, "all kinds", "typed", **given)
    assert run_of(result)["state"] == "succeeded"
    assert kfp.run("typed").arguments == {"text": "5", "times": 3, "ratio": 1.0, "loud": True, "words": ["x", 1], "options": {"b": [True]}}
    (step,) = [s for s in kfp.steps(kfp.run("typed")) if s.kind == "container"]
    assert json.loads(step.outputs["Output"]) == ["5", 3, 1.0, True, ["x", 1], {"b": [True]}]


def test_a_run_is_shown_before_it_starts(world: Services, kfp: Kfp) -> None:
    before = kfp.runs()[1]
    call = prepared("kfp", "run_pipeline", world, pipeline="iris", arguments='{"max_depth": "4"}')
    assert isinstance(call, Call)
    assert call.effect == "write"
    assert call.args["arguments"] == {"max_depth": 4}
    assert call.args["run_name"].startswith("iris-classification-")
    assert "| max_depth | 4 | given |" in call.preview
    assert "| test_size | 0.2 | default |" in call.preview
    assert kfp.runs()[1] == before


def test_wrong_arguments_start_nothing(world: Services, kfp: Kfp) -> None:
    before = kfp.runs()[1]
    result = ask(world, "run_pipeline", pipeline="all-kinds", arguments={"times": "many", "volume": 11})
    assert result.code is ErrorCode.INVALID_ARGUMENT
    for part in ("`times` takes a whole number, not `many`.", "there is no parameter `volume`", "`text` must be given"):
        assert part in result.content
    assert kfp.runs()[1] == before


def test_a_run_from_start_to_end(world: Services, iris: ToolResult) -> None:
    assert iris.content.startswith("Run `iris-one` of pipeline `iris-classification` succeeded in ")
    assert "Arguments: max_depth=2" in iris.content
    card = run_of(iris)
    assert [s["name"] for s in card["steps"]] == ["load-data", "train-model", "evaluate-model", "report"]
    assert {s["state"] for s in card["steps"]} == {"succeeded"}
    assert all(s["seconds"] >= 0 for s in card["steps"])
    assert run_of(ask(world, "get_run", run="Iris One")) == card


def test_metrics_of_a_run(world: Services, iris: ToolResult) -> None:
    result = ask(world, "get_run_metrics", run="iris-one")
    figures = dict(result.artifacts[0].data["rows"])
    assert 0.8 < figures["accuracy"] <= 1
    assert result.content.startswith(f"Run `iris-one`: accuracy {figures['accuracy']:.4g}, f1 ")
    (matrix,) = [a.data["data"][0] for a in result.artifacts if a.title.startswith("Confusion")]
    assert matrix["x"] == ["setosa", "versicolor", "virginica"]
    assert sum(map(sum, matrix["z"])) == 30
    assert ask(world, "get_run_metrics", run=iris.subjects[0].name).status == "ok"


def test_a_run_without_metrics_is_no_data(world: Services) -> None:
    finished(world, "all-kinds", "no-metrics", text="x")
    result = ask(world, "get_run_metrics", run="no-metrics")
    assert (result.status, result.content) == ("no_data", "Run `no-metrics` produced no metrics (state: succeeded).")


def test_a_failed_run_names_the_step_and_why(world: Services) -> None:
    result = finished(world, "division", "by-zero", by=0)
    assert result.content.startswith("Run `by-zero` of pipeline `division` failed")
    assert "Failed step: `divide`." in result.content
    assert "ZeroDivisionError" in result.content


def test_runs_by_state_pipeline_and_experiment(world: Services, kfp: Kfp, iris: ToolResult) -> None:
    finished(world, "division", "by-nothing", by=0)
    failed = ask(world, "list_runs", state="failed")
    assert "by-nothing" in [s.name for s in failed.subjects]
    assert {row[2] for row in failed.artifacts[0].data["rows"]} == {"failed"}
    of_iris = ask(world, "list_runs", pipeline="Iris")
    assert {row[1] for row in of_iris.artifacts[0].data["rows"]} == {"iris-classification"}
    assert ask(world, "list_runs", pipeline="breast").status == "no_data"
    newest = ask(world, "list_runs", limit=1)
    assert [s.name for s in newest.subjects] == ["by-nothing"]
    assert "the newest 1 shown" in newest.content
    default = ask(world, "list_runs", experiment="default")
    assert "iris-one" in [s.name for s in default.subjects]
    assert ask(world, "list_runs", experiment="no-such-experiment").code is ErrorCode.NOT_FOUND
    assert ask(world, "list_runs", state="green").code is ErrorCode.INVALID_ARGUMENT


# names of runs


@pytest.mark.parametrize("said", ["latest", "the last run", "Newest", "my most recent run"])
def test_the_latest_run(world: Services, said: str) -> None:
    finished(world, "all-kinds", f"newest-{said.replace(' ', '-')}", text="x")
    assert ask(world, "get_run", run=said).subjects[0].name == f"newest-{said.replace(' ', '-')}"


def test_the_newest_run_that_the_words_describe(world: Services) -> None:
    """State, pipeline and experiment, in any order; a word for a state may be part of a name."""
    finished(world, "division", "bad-luck", by=0)
    finished(world, "division", "lucky", by=3)
    finished(world, "all-kinds", "another", text="x")
    for said, meant in {
        "latest failed": "bad-luck",
        "the last failed run": "bad-luck",
        "my most recent run that failed": "bad-luck",
        "last successful Division": "lucky",
        "newest division run which succeeded": "lucky",
        "division's latest broken run": "bad-luck",
        "the latest run of the division pipeline": "lucky",
        "last successful": "another",
        "latest run in experiment Default": "another",
        "the last lucky run": "lucky",
    }.items():
        result = ask(world, "get_run", run=said)
        assert [s.name for s in result.subjects][:1] == [meant], (said, result.content)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("latest failed run of iris", "pipeline `iris-classification` has no failed run"),
        ("latest pending", "there is no pending run"),
        ("last failed nonsense", "there is no pipeline `nonsense`"),
    ],
)
def test_there_is_no_newest_run_like_that(world: Services, said: str, told: str) -> None:
    result = ask(world, "get_run", run=said)
    assert result.code is ErrorCode.NOT_FOUND
    assert told in result.content


def test_a_run_by_its_id_and_the_beginning_of_it(world: Services, iris: ToolResult) -> None:
    run_id = run_of(iris)["run_id"]
    for said in (run_id, run_id[:8]):
        assert ask(world, "get_run", run=said).subjects[0].name == "iris-one"
    assert ask(world, "get_run", run="00000000-0000-0000-0000-000000000000").code is ErrorCode.NOT_FOUND


def test_runs_of_one_name_are_told_apart_by_id(world: Services) -> None:
    ids = [run_of(ask(world, "run_pipeline", pipeline="all-kinds", run_name="twin", arguments={"text": "x"}))["run_id"] for _ in range(2)]
    result = ask(world, "get_run", run="twin")
    assert (result.code, sorted(result.choices)) == (ErrorCode.AMBIGUOUS, sorted(ids))
    assert all(f"`{run_id[:8]} (" in result.content for run_id in ids)
    for run_id in ids:
        assert run_of(ask(world, "wait_for_run", run=run_id))["run_id"] == run_id


def test_an_unknown_run_answers_the_nearest(world: Services, iris: ToolResult) -> None:
    result = ask(world, "get_run", run="iris-onn")
    assert (result.code, result.choices[0]) == (ErrorCode.NOT_FOUND, "iris-one")


# waiting


def test_waiting_tells_the_step_that_works(world: Services, flag: Path) -> None:
    """Never the root of the run, which is the pipeline itself."""
    told: list[str] = []

    def hear(text: str) -> None:
        told.append(text)
        if "wait" in text:
            flag.touch()

    assert ask(world, "run_pipeline", pipeline="patience", run_name="slow", arguments={"path": str(flag)}).status == "ok"
    with activity(Activity(hear)):
        result = ask(world, "wait_for_run", run="slow")
    assert result.content.startswith("Run `slow` of pipeline `patience` succeeded")
    assert [s["name"] for s in run_of(result)["steps"]] == ["wait", "divide"]
    assert "slow: wait" in told
    assert all(text.removeprefix("slow: ") in ("pending", "running", "wait", "divide") for text in told)


def test_nobody_waits_any_more_and_the_run_goes_on(world: Services, kfp: Kfp, flag: Path) -> None:
    ask(world, "run_pipeline", pipeline="patience", run_name="left-alone", arguments={"path": str(flag)})
    watched = Activity()
    threading.Timer(0.1, watched.canceled.set).start()
    with activity(watched):
        result = ask(world, "wait_for_run", run="left-alone")
    assert result.code is ErrorCode.CANCELED
    assert "the run itself goes on" in result.content
    assert not kfp.run("left-alone").done
    flag.touch()
    assert run_of(ask(world, "wait_for_run", run="left-alone"))["state"] == "succeeded"


def test_waiting_ends_after_its_time(kfp: Kfp, world: Services, flag: Path) -> None:
    ask(world, "run_pipeline", pipeline="patience", run_name="endless", arguments={"path": str(flag)})
    impatient = Kfp(lambda: kfp.settings.model_copy(update={"wait": 0.3}))
    result = ask(services(kfp=impatient), "wait_for_run", run="endless")
    assert result.status == "ok"
    assert result.content.startswith("Run `endless` is still ")
    assert "after 0.3 s of waiting" in result.content
    flag.touch()
    assert run_of(ask(world, "wait_for_run", run="endless"))["state"] == "succeeded"


# the rest


def test_names_for_the_planner(kfp: Kfp, iris: ToolResult) -> None:
    known = {e.name: e.facts for e in pipelines.entries(kfp)}
    assert known["iris-classification"]["parameters"] == {"max_depth": "int", "random_state": "int", "test_size": "float"}
    assert "Default" in [e.name for e in experiments.entries(kfp)]
    assert {e.name: e.facts["pipeline"] for e in runs.entries(kfp)}["iris-one"] == "iris-classification"


def test_runs_outlive_their_pipeline(world: Services, kfp: Kfp, tmp_path: Path) -> None:
    package = tmp_path / "package.yaml"
    compiler.Compiler().compile(all_kinds, str(package))
    kfp.upload(package, "short-lived")
    finished(world, "short-lived", "orphan", text="x")
    kfp.delete_pipeline(kfp.pipeline("short-lived"))
    fresh = services(kfp=Kfp(lambda: kfp.settings))
    assert "orphan" in [s.name for s in ask(fresh, "list_runs").subjects]
    result = ask(fresh, "get_run", run="orphan")
    assert result.content.startswith("Run `orphan` of a pipeline that has been deleted succeeded")
    assert [s.kind for s in result.subjects] == ["run"]


def test_a_wrong_token_is_refused(kfp: Kfp) -> None:
    stranger = Kfp(lambda: kfp.settings.model_copy(update={"token": SecretStr("guess")}))
    result = ask(services(kfp=stranger), "list_pipelines")
    assert result.code is ErrorCode.PERMISSION_DENIED
    assert str(kfp.settings.endpoint) in result.content
