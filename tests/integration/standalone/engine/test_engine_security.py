"""What a pipeline, a parameter or a component may not do to the machine it runs on."""

import copy
import json
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from kfp import dsl
from standalone import engine
from standalone.engine import State, landlock, private_tmp
from tests.integration.standalone.engine.harness import Platform, compile_pipeline

needs_landlock = pytest.mark.skipif(landlock.version() == 0, reason="this kernel offers no Landlock")

INJECTIONS = [
    "x' == 'y' or [c for c in ().__class__.__base__.__subclasses__() if c.__name__ == '_wrap_close'][0]"
    ".__init__.__globals__['system']('touch {canary}') or 'x",
    "heads' || true || 'x",
    "'; import os; os.system('touch {canary}'); '",
    "__import__('os').system('touch {canary}')",
    "$(touch {canary})",
    "`touch {canary}`",
    "{{$.inputs.parameters['v']}}",
]


@dsl.component
def attempt(path: str, what: str) -> str:
    """Try something with a path, and say how it went."""
    import os

    actions = {
        "read": lambda: open(path).read(),
        "list": lambda: str(os.listdir(path)),
        "write": lambda: open(path, "a").write("x"),
        "remove": lambda: os.remove(path),
    }
    try:
        return f"done: {actions[what]()}"
    except OSError as error:
        return type(error).__name__


@dsl.pipeline(name="attempting")
def attempting(path: str, what: str) -> str:
    return attempt(path=path, what=what).output


@dsl.component
def environment() -> dict:
    import os

    return dict(os.environ)


@dsl.component
def echo(text: str) -> str:
    return text


@pytest.mark.parametrize("injection", INJECTIONS)
def test_a_value_in_a_condition_is_only_a_value(platform: Platform, tmp_path: Path, injection: str) -> None:
    @dsl.pipeline(name="condition")
    def pipeline(v: str):
        with dsl.If(v == "heads"):
            echo(text="heads")

    canary = tmp_path / "canary"
    result = platform.execute(pipeline, {"v": injection.replace("{canary}", str(canary))})
    assert result.state is State.SUCCEEDED
    assert result.tasks["condition-1"].state is State.SKIPPED
    assert not canary.exists()


@pytest.mark.parametrize(
    "condition",
    [
        "__import__('os').system('touch {canary}') == 0",
        "[].__class__ == 1",
        "open('/etc/passwd') != ''",
        "inputs.parameter_values['nowhere'] == 'x'",
        "1 + 1",
    ],
)
def test_a_condition_in_the_pipeline_cannot_run_code_and_never_fails_in_silence(platform: Platform, tmp_path: Path, condition: str) -> None:
    @dsl.pipeline(name="condition")
    def pipeline(v: str):
        with dsl.If(v == "heads"):
            echo(text="heads")

    canary = tmp_path / "canary"
    spec, _ = compile_pipeline(pipeline, tmp_path)
    spec["root"]["dag"]["tasks"]["condition-1"]["triggerPolicy"]["condition"] = condition.replace("{canary}", str(canary))
    result = platform.execute((spec, None), {"v": "heads"})
    assert result.state is State.FAILED
    assert not canary.exists()
    assert not any(task.state is State.SKIPPED for task in result.tasks.values())


def renamed(spec: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    return json.loads(json.dumps(spec).replace(json.dumps(old), json.dumps(new)))


@pytest.mark.parametrize("name", ["../../../elsewhere", "/etc/x", "a/b", "..", "", "a\0b", "a\nb"])
@pytest.mark.parametrize("what", ["pipeline", "task", "artifact", "output"])
def test_names_cannot_lead_elsewhere(tmp_path: Path, name: str, what: str) -> None:
    @dsl.component
    def write(thing: dsl.Output[dsl.Dataset]) -> int:
        return 1

    @dsl.pipeline(name="innocent")
    def pipeline():
        write()

    spec, _ = compile_pipeline(pipeline, tmp_path)
    spec = renamed(spec, {"pipeline": "innocent", "task": "write", "artifact": "thing", "output": "Output"}[what], name)
    assert engine.check(spec, None)


def test_a_key_of_the_request_cannot_lead_elsewhere(platform: Platform) -> None:
    result = platform.execute(attempting, {"path": "/", "what": "list"}, pipeline_name="../../../elsewhere")
    assert result.state is State.FAILED
    assert not (platform.home.parent / "elsewhere").exists()


def test_the_environment_is_scrubbed(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    @dsl.pipeline(name="look")
    def pipeline() -> dict:
        return environment().output

    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    monkeypatch.setenv("PIP_INDEX_URL", "https://user:secret@example.org")
    monkeypatch.setenv("LC_TIME", "C.UTF-8")
    seen = platform.execute(pipeline).outputs["Output"]
    assert "secret" not in str(seen)
    assert seen["LC_TIME"] == "C.UTF-8"
    assert seen["HOME"] == seen["TMPDIR"]


@pytest.fixture
def private() -> Iterator[Path]:
    """A file of the user outside /tmp."""
    with TemporaryDirectory(dir="/var/tmp") as folder:
        file = Path(folder) / "private.txt"
        file.write_text("secret")
        yield file


@needs_landlock
@pytest.mark.parametrize("what", ["read", "write", "remove"])
def test_files_of_the_user_are_out_of_reach(platform: Platform, private: Path, what: str) -> None:
    result = platform.execute(attempting, {"path": str(private), "what": what})
    assert result.outputs == {"Output": "PermissionError"}
    assert private.read_text() == "secret"


@needs_landlock
@pytest.mark.parametrize(("what", "seen"), [("read", "FileNotFoundError"), ("write", "done"), ("remove", "FileNotFoundError")])
def test_the_tmp_of_a_step_is_its_own(platform: Platform, tmp_path: Path, what: str, seen: str) -> None:
    shared = tmp_path / "shared.txt"
    shared.write_text("secret")
    result = platform.execute(attempting, {"path": str(shared), "what": what})
    assert result.outputs["Output"].startswith(seen if private_tmp.available() else "PermissionError")
    assert shared.read_text() == "secret"


@needs_landlock
def test_other_runs_and_the_own_journal_are_out_of_reach(platform: Platform) -> None:
    first = platform.execute(attempting, {"path": "/usr", "what": "list"})
    assert first.outputs["Output"].startswith("done")
    for path in (first.folder / "run.json", first.folder / "events.jsonl", platform.object("minio://data/greeting.txt")):
        result = platform.execute(attempting, {"path": str(path), "what": "read"})
        assert result.outputs["Output"] in ("PermissionError", "FileNotFoundError")


@needs_landlock
def test_the_environment_of_the_worker_is_out_of_reach(platform: Platform) -> None:
    @dsl.component
    def spy() -> str:
        import os

        try:
            return open(f"/proc/{os.getppid()}/environ").read()
        except OSError as error:
            return type(error).__name__

    @dsl.pipeline(name="spy")
    def pipeline() -> str:
        return spy().output

    assert platform.execute(pipeline).outputs == {"Output": "PermissionError"}


@needs_landlock
def test_a_step_sees_itself_but_not_the_others(platform: Platform) -> None:
    @dsl.component
    def look() -> str:
        import os

        import psutil

        others = [pid for pid in psutil.pids() if pid != os.getpid()]
        seen = []
        for pid in others:
            try:
                seen.append(open(f"/proc/{pid}/cmdline").read())
            except OSError:
                continue
        return f"{psutil.Process().memory_info().rss > 0} {len(others) > 0} {len(seen)}"

    @dsl.pipeline(name="look")
    def pipeline() -> str:
        return look().output

    assert platform.execute(pipeline).outputs == {"Output": "True True 0"}


@pytest.mark.parametrize("inside", [False, True], ids=["the artifact", "below the artifact"])
def test_a_link_that_leads_out_is_refused(platform: Platform, tmp_path: Path, inside: bool) -> None:
    @dsl.component
    def link(target: str, inside: bool, data: dsl.Output[dsl.Dataset]):
        import os

        if inside:
            os.makedirs(data.path)
        os.symlink(target, os.path.join(data.path, "x") if inside else data.path)

    @dsl.component
    def read(data: dsl.Input[dsl.Dataset]) -> str:
        return open(data.path).read()

    @dsl.pipeline(name="link")
    def pipeline(target: str, inside: bool) -> str:
        return read(data=link(target=target, inside=inside).outputs["data"]).output

    private = tmp_path / "private.txt"
    private.write_text("secret")
    result = platform.execute(pipeline, {"target": str(private), "inside": inside})
    assert result.state is State.FAILED
    assert "leads out of the run's folder" in result.error
    assert "read" not in {path for path, task in result.tasks.items() if task.state is State.SUCCEEDED}


@pytest.mark.parametrize("uri", ["/etc/hostname", "minio://data/../../x", "{home}/runs/x/run.json"])
def test_an_address_that_leads_out_is_refused(platform: Platform, uri: str) -> None:
    @dsl.component
    def point(uri: str, data: dsl.Output[dsl.Dataset]):
        data.uri = uri

    @dsl.pipeline(name="point")
    def pipeline(uri: str):
        point(uri=uri)

    result = platform.execute(pipeline, {"uri": uri.replace("{home}", str(platform.home))})
    assert result.state is State.FAILED


def test_a_link_in_a_bucket_does_not_widen_what_a_step_reads(platform: Platform, tmp_path: Path) -> None:
    @dsl.component
    def read(data: dsl.Input[dsl.Dataset]) -> str:
        return open(data.path).read()

    @dsl.pipeline(name="linked")
    def pipeline() -> str:
        return read(data=dsl.importer(artifact_uri="minio://data/link", artifact_class=dsl.Dataset).output).output

    private = tmp_path / "private.txt"
    private.write_text("secret")
    platform.object("minio://data/link").symlink_to(private)
    result = platform.execute(pipeline)
    assert result.state is State.FAILED
    assert "leads out of the buckets" in result.error


@pytest.mark.parametrize("name", ["executor_output.json", ".parameters"])
def test_linked_output_files_are_not_followed(platform: Platform, tmp_path: Path, name: str) -> None:
    @dsl.component
    def cheat(target: str, name: str, out: dsl.OutputPath(str)):
        import os
        import shutil
        import sys

        folder = os.path.dirname(os.path.dirname(out))
        shutil.rmtree(os.path.join(folder, ".parameters"), ignore_errors=True)
        os.symlink(target, os.path.join(folder, name))
        sys.stdout.flush()
        os._exit(0)

    @dsl.pipeline(name="cheat")
    def pipeline(target: str, name: str):
        cheat(target=target, name=name)

    folder = tmp_path / "private"
    folder.mkdir()
    (folder / "out").write_text("secret")
    (tmp_path / "report.json").write_text('{"parameterValues": {"out": "secret"}}')
    target = tmp_path / "report.json" if name.endswith("json") else folder
    result = platform.execute(pipeline, {"target": str(target), "name": name})
    assert result.state is State.FAILED
    assert "secret" not in (result.folder / "events.jsonl").read_text()
    assert (folder / "out").exists()


def test_the_platforms_own_files_cannot_be_imported(platform: Platform) -> None:
    @dsl.pipeline(name="importing")
    def pipeline(uri: str):
        dsl.importer(artifact_uri=uri, artifact_class=dsl.Dataset)

    (platform.home / "token").write_text("secret")
    for uri in (f"{platform.home}/token", f"file://{platform.home}/token", f"{platform.home}/buckets/../token"):
        result = platform.execute(pipeline, {"uri": uri})
        assert "the platform's own data" in result.error


def test_local_files_can_be_imported(platform: Platform, tmp_path: Path) -> None:
    @dsl.component
    def read(data: dsl.Input[dsl.Dataset]) -> str:
        return open(data.path).read()

    @dsl.pipeline(name="importing")
    def pipeline(uri: str) -> str:
        return read(data=dsl.importer(artifact_uri=uri, artifact_class=dsl.Dataset).output).output

    (tmp_path / "mine.txt").write_text("mine")
    for uri in (f"{tmp_path}/mine.txt", f"file://{tmp_path}/mine.txt"):
        assert platform.execute(pipeline, {"uri": uri}).outputs == {"Output": "mine"}


def test_a_worker_ignores_modules_in_the_run_folder(platform: Platform, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "pydantic.py").write_text(f"open({str(tmp_path / 'canary')!r}, 'w')")
    engine.launch(folder)
    while engine.alive(folder):
        os.sched_yield()
    assert not (tmp_path / "canary").exists()


def test_a_damaged_pipeline_is_refused_in_words(tmp_path: Path) -> None:
    spec, _ = compile_pipeline(attempting, tmp_path)
    for damage in (
        {"root": {}},
        {"components": {}},
        {"deploymentSpec": {}},
        {"pipelineInfo": {}},
        {"root": {"dag": {"tasks": {"a": {"unknown": 1}}}}},
    ):
        problems = engine.check({**copy.deepcopy(spec), **damage}, None)
        assert problems and all(problem.endswith(".") for problem in problems), (damage, problems)
