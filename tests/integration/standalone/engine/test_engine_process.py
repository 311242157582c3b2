"""Workers: detached, resumable after any death, and gone without a trace when terminated."""

import os
import signal
from pathlib import Path
from typing import Any

import psutil
import pytest
from kfp import dsl
from standalone import engine
from standalone.engine import RunActiveError, State
from tests.integration.standalone.engine.harness import Platform, Result, compile_pipeline, wait_for
from tests.run_processes import run_processes


@dsl.component
def quick(n: int) -> int:
    return n


@dsl.component
def sleeper(n: int) -> int:
    import time

    print("sleeping", flush=True)
    time.sleep(60)
    return n


@dsl.component
def once(n: int, flag: str) -> int:
    """Wait until there is a file named by the flag."""
    import os
    import time

    print("waiting", flush=True)
    while not os.path.exists(flag):
        time.sleep(0.01)
    return n


@dsl.component
def stubborn(n: int) -> int:
    """Ignore signals, and leave a process in a session of its own."""
    import signal
    import subprocess
    import time

    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    subprocess.Popen(["sleep", "61"], start_new_session=True)
    subprocess.Popen(["env", "-i", "/bin/sleep", "62"], start_new_session=True)
    print("sleeping", flush=True)
    time.sleep(60)
    return n


@dsl.component
def leaver() -> int:
    """End, and leave a process behind."""
    import subprocess

    return subprocess.Popen(["sleep", "63"], start_new_session=True).pid


@dsl.pipeline(name="two-steps")
def two_steps(flag: str) -> int:
    return once(n=quick(n=7).output, flag=flag).output


@dsl.pipeline(name="long")
def long() -> int:
    return quick(n=sleeper(n=quick(n=1).output).output).output


@dsl.pipeline(name="hard")
def hard():
    stubborn(n=1)


def says(folder: Path, step: str, text: str) -> bool:
    log = folder / "logs" / f"{step}.log"
    return log.exists() and text in log.read_text()


def worker_of(folder: Path) -> psutil.Process:
    return psutil.Process(int(wait_for((folder / "lock").read_text)))


def test_worker_is_detached_and_holds_the_lock(platform: Platform) -> None:
    folder = platform.start(long)
    assert engine.alive(folder)
    worker = worker_of(folder)
    assert os.getsid(worker.pid) == worker.pid
    with pytest.raises(RunActiveError, match="already has a worker"):
        engine.launch(folder)
    engine.terminate(folder)
    assert not engine.alive(folder)


def test_a_worker_is_started_though_what_it_is_forked_from_was_killed(platform: Platform) -> None:
    first = worker_of(platform.start(long))
    forkserver = first.parent()
    assert forkserver
    forkserver.kill()
    wait_for(lambda: not forkserver.is_running() or forkserver.status() == psutil.STATUS_ZOMBIE)
    assert first.is_running(), "it goes on"
    second = worker_of(platform.start(long))
    assert second.is_running() and second.parent() not in (None, forkserver)
    for folder in platform.started:
        engine.terminate(folder)


def test_killed_worker_resumes_without_repeating_finished_steps(platform: Platform) -> None:
    flag = platform.object("minio://data/flag")
    folder = platform.start(two_steps, {"flag": str(flag)})
    wait_for(lambda: says(folder, "once", "waiting"))
    worker_of(folder).send_signal(signal.SIGKILL)
    wait_for(lambda: not engine.alive(folder))
    with (folder / "events.jsonl").open("ab") as journal:
        journal.write(b'{"time": "2026-01-01T00:00:00Z", "ru')
    before, offset = engine.read_events(folder, 0)
    assert before[-1].task and before[-1].task.state is State.RUNNING
    engine.launch(folder)
    wait_for(lambda: (folder / "logs" / "once.log").read_text().count("waiting") == 2)
    assert len(run_processes(folder)) == 2, "the worker and one step: the killed worker's step is gone"
    after, _ = engine.read_events(folder, offset)
    assert "quick" not in [event.task.path for event in after if event.task]
    flag.touch()
    engine.terminate(folder)


def test_retry_of_a_failed_run_repeats_only_what_did_not_succeed(platform: Platform) -> None:
    @dsl.component
    def read(data: dsl.Input[dsl.Dataset], n: int) -> str:
        return open(data.path).read() + str(n)

    @dsl.pipeline(name="retry")
    def pipeline() -> str:
        made = dsl.importer(artifact_uri="minio://data/late.txt", artifact_class=dsl.Dataset)
        return read(data=made.output, n=quick(n=3).output).output

    failed = platform.execute(pipeline, caching=False)
    assert failed.state is State.FAILED
    started = failed.tasks["quick"]
    platform.object("minio://data/late.txt").write_text("late")
    engine.launch(failed.folder)
    result = platform.finish(failed.folder)
    assert result.outputs == {"Output": "late3"}
    assert [task.state for task in result.history if task.path == "quick"] == ["PENDING", "RUNNING", "SUCCEEDED"]
    assert result.tasks["quick"] == started


def test_terminate_ends_the_run_as_failed_and_its_tasks_as_canceled(platform: Platform) -> None:
    folder = platform.start(long)
    wait_for(lambda: says(folder, "sleeper", "sleeping"))
    engine.terminate(folder)
    result = Result(folder)
    assert (result.state, result.error) == (State.FAILED, "terminated")
    assert {path: task.state for path, task in result.tasks.items()} == {
        "": State.CANCELED,
        "quick": State.SUCCEEDED,
        "sleeper": State.CANCELED,
        "quick-2": State.CANCELED,
    }
    assert not engine.alive(folder)
    assert run_processes(folder) == []
    assert not (folder / "tmp").exists()


def test_terminate_leaves_no_process_whatever_the_step_does(platform: Platform) -> None:
    folder = platform.start(hard)
    wait_for(lambda: says(folder, "stubborn", "sleeping"))
    worker = worker_of(folder)
    tree = [worker, *worker.children(recursive=True)]
    assert {"61", "62"} <= {process.cmdline()[-1] for process in tree}
    engine.terminate(folder)
    wait_for(lambda: not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in tree), 5)
    assert Result(folder).error == "terminated"


def test_terminate_ends_a_worker_that_does_not_listen(platform: Platform) -> None:
    folder = platform.start(hard)
    wait_for(lambda: says(folder, "stubborn", "sleeping"))
    worker_of(folder).suspend()
    engine.terminate(folder)
    result = Result(folder)
    assert (result.state, result.error) == (State.FAILED, "terminated")
    assert result.tasks["stubborn"].state is State.CANCELED
    assert run_processes(folder) == []


def test_terminate_after_the_end_changes_nothing(platform: Platform) -> None:
    @dsl.pipeline(name="short")
    def pipeline() -> int:
        return quick(n=1).output

    result = platform.execute(pipeline)
    engine.terminate(result.folder)
    assert Result(result.folder).history == result.history
    assert Result(result.folder).state is State.SUCCEEDED


def test_terminate_of_a_dead_worker_closes_the_journal(platform: Platform) -> None:
    folder = platform.start(long)
    wait_for(lambda: says(folder, "sleeper", "sleeping"))
    worker_of(folder).kill()
    wait_for(lambda: not engine.alive(folder))
    engine.terminate(folder)
    assert (Result(folder).state, Result(folder).error) == (State.FAILED, "terminated")
    assert run_processes(folder) == []


def test_what_a_step_leaves_behind_ends_with_it(platform: Platform) -> None:
    @dsl.pipeline(name="leave")
    def pipeline(flag: str) -> int:
        left = leaver()
        once(n=left.output, flag=flag)
        return left.output

    folder = platform.start(pipeline, {"flag": str(platform.object("minio://data/flag"))})
    wait_for(lambda: says(folder, "once", "waiting"))
    left = Result(folder).tasks["leaver"].outputs.parameters["Output"]
    assert not psutil.pid_exists(left) or psutil.Process(left).status() == psutil.STATUS_ZOMBIE
    engine.terminate(folder)


def test_log_is_written_while_the_step_runs(platform: Platform) -> None:
    folder = platform.start(long)
    wait_for(lambda: says(folder, "sleeper", "sleeping"))
    assert Result(folder).tasks["sleeper"].log == "logs/sleeper.log"
    assert Result(folder).tasks["sleeper"].state is State.RUNNING
    engine.terminate(folder)


def test_time_limit(platform: Platform) -> None:
    @dsl.pipeline(name="asleep")
    def pipeline():
        sleeper(n=1)

    result = platform.execute(pipeline, limits={"seconds": 0.5})
    assert result.state is State.FAILED
    assert result.error == "sleeper: Stopped after 0.5 seconds, the time limit of a step."


def test_memory_limit_of_the_run(platform: Platform) -> None:
    @dsl.component
    def fill() -> int:
        return len(bytearray(2_000_000_000))

    @dsl.pipeline(name="fill")
    def pipeline():
        fill()

    assert "MemoryError" in platform.execute(pipeline, limits={"memory_bytes": 1_000_000_000}).error


def test_unsupported_pipeline_fails_before_its_first_task(platform: Platform, tmp_path: Path) -> None:
    @dsl.container_component
    def shell():
        return dsl.ContainerSpec(image="alpine", command=["true"])

    @dsl.pipeline(name="mixed")
    def pipeline():
        quick(n=1)
        shell()

    result = platform.execute(pipeline)
    assert result.state is State.FAILED
    assert "The component 'shell' runs in the container image 'alpine'" in result.error
    assert result.tasks == {}


@pytest.mark.parametrize(
    ("change", "message"),
    [({"pipeline_root": "gs://elsewhere/x"}, "gs://elsewhere/x"), ({"pipeline_root": "minio://a/../../x"}, "without '..'")],
)
def test_bad_pipeline_root_is_refused(platform: Platform, change: dict[str, Any], message: str) -> None:
    result = platform.execute(long, **change)
    assert result.state is State.FAILED
    assert message in result.error


def test_missing_request_is_reported(tmp_path: Path) -> None:
    engine.launch(tmp_path)
    wait_for(lambda: not engine.alive(tmp_path))
    assert "run.json is missing" in Result(tmp_path).error


def test_given_pipeline_root_holds_the_artifacts_of_each_run_apart(platform: Platform, tmp_path: Path) -> None:
    @dsl.component
    def write(data: dsl.Output[dsl.Dataset]):
        open(data.path, "w").write("x")

    @dsl.pipeline(name="rooted")
    def pipeline():
        write()

    compiled = compile_pipeline(pipeline, tmp_path)
    results = [platform.execute(compiled, pipeline_root="s3://mine/sub", caching=False) for _ in range(2)]
    uris = [result.tasks["write"].outputs.artifacts["data"][0].uri for result in results]
    assert uris == [f"minio://mine/sub/rooted/{result.folder.name}/write/data" for result in results]
