"""Every pipeline of the corpus, compiled by the KFP SDK and run for real, ends as its module says."""

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from standalone import engine
from tests.integration.standalone.engine.harness import CORPUS, Platform, Result, compile_pipeline, load

MODULES = sorted(CORPUS.glob("*.py"))


def runnable(path: Path) -> bool:
    return not path.stem.startswith("refused_")


@pytest.mark.parametrize("path", [path for path in MODULES if not runnable(path)], ids=lambda path: path.stem)
def test_refused_by_name(path: Path, tmp_path: Path) -> None:
    module = load(path)
    problems = engine.check(*compile_pipeline(module.pipeline, tmp_path))
    assert any(module.REFUSED in problem for problem in problems), problems


@pytest.mark.parametrize("path", [path for path in MODULES if runnable(path)], ids=lambda path: path.stem)
def test_runs_as_its_module_says(path: Path, platform: Platform, tmp_path: Path) -> None:
    module = load(path)
    result = platform.execute(module.pipeline, getattr(module, "ARGUMENTS", {}))
    assert result.state == getattr(module, "STATE", "SUCCEEDED"), (result.error, (result.folder / "worker.log").read_text())
    assert getattr(module, "ERROR", "") in result.error
    if hasattr(module, "OUTPUTS"):
        assert result.outputs == module.OUTPUTS
    check_tasks(module, result)
    check_artifacts(module, result, platform)


def check_tasks(module: ModuleType, result: Result) -> None:
    for path, state in getattr(module, "STATES", {}).items():
        task = result.tasks.get(path)
        assert (task.state if task else None) == state, (path, sorted(result.tasks))
    for path, outputs in getattr(module, "TASK_OUTPUTS", {}).items():
        assert result.tasks[path].outputs.parameters == outputs
    for path, attempts in getattr(module, "ATTEMPTS", {}).items():
        assert result.tasks[path].attempt == attempts
    for path, text in getattr(module, "LOGS", {}).items():
        assert text in result.log(path.strip())


def check_artifacts(module: ModuleType, result: Result, platform: Platform) -> None:
    expected: dict[str, dict[str, Any]] = getattr(module, "ARTIFACTS", {})
    for path, artifacts in expected.items():
        for name, (kind, metadata) in artifacts.items():
            (artifact,) = result.tasks[path].outputs.artifacts[name]
            assert artifact.type == kind
            assert artifact.uri.startswith(f"minio://mlpipeline/v2/artifacts/{result.tasks[''].name}/{result.folder.name}/")
            assert artifact.metadata == metadata or (metadata is ... and artifact.metadata)
    for path, files in getattr(module, "FILES", {}).items():
        for name, text in files.items():
            assert platform.object(result.tasks[path].outputs.artifacts[name][0].uri).read_text() == text
    for path, uris in getattr(module, "URIS", {}).items():
        for name, uri in uris.items():
            assert result.tasks[path].outputs.artifacts[name][0].uri == uri
