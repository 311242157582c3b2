"""Caching across runs, and what the events say about it."""

from pathlib import Path

from kfp import dsl
from standalone.engine import CacheMiss, State, TaskEvent
from tests.integration.standalone.engine.harness import Platform, compile_pipeline


@dsl.component
def write(n: int, data: dsl.Output[dsl.Dataset]):
    open(data.path, "w").write("x" * n)


@dsl.component
def read(data: dsl.Input[dsl.Dataset], suffix: str = "") -> str:
    return open(data.path).read() + suffix


@dsl.component
def moment() -> float:
    import time

    return time.time()


@dsl.pipeline(name="cached")
def cached(n: int = 2, suffix: str = "") -> str:
    return read(data=write(n=n).outputs["data"], suffix=suffix).output


def test_the_second_run_takes_both_results_from_the_first(platform: Platform) -> None:
    first, second = platform.execute(cached), platform.execute(cached)
    assert second.outputs == first.outputs == {"Output": "xx"}
    for path in ("write", "read"):
        task = second.tasks[path]
        assert task.cached and task.caching and task.caching.miss is None
        assert task.caching.run_id == first.folder.name
        assert task.caching.fingerprint == first.tasks[path].caching.fingerprint
        assert task.outputs == first.tasks[path].outputs, "artifacts keep their address"
        assert not first.tasks[path].cached
        assert first.tasks[path].caching.miss is CacheMiss.NO_EARLIER_RESULT


def test_a_changed_parameter_is_named(platform: Platform) -> None:
    platform.execute(cached)
    result = platform.execute(cached, {"suffix": "!"})
    assert result.outputs == {"Output": "xx!"}
    assert result.tasks["write"].cached
    assert miss(result.tasks["read"]) == (CacheMiss.INPUTS_CHANGED, ["suffix"])


def test_a_changed_artifact_is_named(platform: Platform) -> None:
    platform.execute(cached)
    result = platform.execute(cached, {"n": 3})
    assert result.outputs == {"Output": "xxx"}
    assert miss(result.tasks["read"]) == (CacheMiss.INPUTS_CHANGED, ["data"])


def test_a_changed_command_is_named(platform: Platform, tmp_path: Path) -> None:
    spec, _ = compile_pipeline(cached, tmp_path)
    platform.execute((spec, None))
    command = spec["deploymentSpec"]["executors"]["exec-write"]["container"]["command"]
    command[-1] = command[-1].replace('"x"', '"y"').replace("'x'", "'y'")
    result = platform.execute((spec, None))
    assert result.outputs == {"Output": "yy"}
    assert miss(result.tasks["write"]) == (CacheMiss.COMMAND_CHANGED, [])


def test_more_memory_or_another_compiler_changes_no_result(platform: Platform, tmp_path: Path) -> None:
    spec, _ = compile_pipeline(cached, tmp_path)
    platform.execute((spec, None))
    container = spec["deploymentSpec"]["executors"]["exec-write"]["container"]
    container["resources"] = {"resourceMemoryLimit": "4G"}
    container["command"][2] = container["command"][2].replace("kfp==", "kfp==2.7.0 ")
    assert platform.execute((spec, None)).tasks["write"].cached


def test_an_artifact_without_a_file_is_no_obstacle(platform: Platform) -> None:
    @dsl.component
    def measure(metrics: dsl.Output[dsl.Metrics], unused: dsl.Output[dsl.Dataset]):
        metrics.log_metric("score", 1.0)

    @dsl.pipeline(name="measuring")
    def pipeline():
        measure()

    platform.execute(pipeline)
    task = platform.execute(pipeline).tasks["measure"]
    assert task.cached
    assert task.outputs.artifacts["metrics"][0].metadata == {"score": 1.0}


def test_an_imported_object_that_changed_is_noticed(platform: Platform) -> None:
    @dsl.pipeline(name="importing")
    def pipeline() -> str:
        return read(data=dsl.importer(artifact_uri="minio://data/greeting.txt", artifact_class=dsl.Dataset).output).output

    assert platform.execute(pipeline).outputs == {"Output": "hello"}
    assert platform.execute(pipeline).tasks["read"].cached
    platform.object("minio://data/greeting.txt").write_text("good day")
    result = platform.execute(pipeline)
    assert result.outputs == {"Output": "good day"}
    assert miss(result.tasks["read"]) == (CacheMiss.INPUTS_CHANGED, ["data"])


def test_a_result_whose_artifact_was_removed_is_made_again(platform: Platform) -> None:
    first = platform.execute(cached)
    platform.object(first.tasks["write"].outputs.artifacts["data"][0].uri).unlink()
    second = platform.execute(cached)
    assert second.outputs == {"Output": "xx"}
    assert miss(second.tasks["write"]) == (CacheMiss.NO_EARLIER_RESULT, [])


def test_caching_can_be_turned_off_for_a_step_and_for_a_run(platform: Platform) -> None:
    @dsl.pipeline(name="off")
    def pipeline() -> float:
        return moment().set_caching_options(False).output

    @dsl.pipeline(name="on")
    def other() -> float:
        return moment().output

    first, second = platform.execute(pipeline), platform.execute(pipeline)
    assert first.outputs != second.outputs
    assert miss(second.tasks["moment"]) == (CacheMiss.DISABLED, [])
    first, second = platform.execute(other, caching=False), platform.execute(other, caching=False)
    assert first.outputs != second.outputs
    assert miss(second.tasks["moment"]) == (CacheMiss.DISABLED, [])


def test_a_failed_step_is_not_cached(platform: Platform) -> None:
    @dsl.component
    def fail():
        raise ValueError("no")

    @dsl.pipeline(name="failing")
    def pipeline():
        fail()

    for _ in range(2):
        result = platform.execute(pipeline)
        assert result.state is State.FAILED
        assert miss(result.tasks["fail"]) == (CacheMiss.NO_EARLIER_RESULT, [])


def test_a_damaged_cache_is_no_cache(platform: Platform) -> None:
    platform.execute(cached)
    for path in (platform.home / "cache").rglob("*.json"):
        path.write_text("{")
    result = platform.execute(cached)
    assert result.outputs == {"Output": "xx"}
    assert not result.tasks["write"].cached


def miss(task: TaskEvent) -> tuple[CacheMiss | None, list[str]]:
    assert task.caching and task.caching.fingerprint
    return task.caching.miss, task.caching.changed
