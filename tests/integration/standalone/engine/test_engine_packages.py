"""Packages of components: one environment for each set, none for what is there, never the running one."""

import zipfile
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import distributions
from pathlib import Path

import pytest
from kfp import dsl
from tests.integration.standalone.engine.harness import Platform


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A package that no index has."""
    path = tmp_path / "swarmtestpkg-1.0-py3-none-any.whl"
    info = "swarmtestpkg-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("swarmtestpkg.py", "VALUE = 'from the package'\n")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: swarmtestpkg\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", f"swarmtestpkg.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return path


def using(wheel: Path) -> object:
    @dsl.component(packages_to_install=[str(wheel), "pydantic>=2"])
    def use() -> str:
        import sys

        import pydantic
        import swarmtestpkg

        return f"{swarmtestpkg.VALUE} {pydantic.VERSION[0]} {sys.prefix}"

    @dsl.pipeline(name="packages")
    def pipeline() -> str:
        return use().output

    return pipeline


def test_an_environment_is_made_once_and_shared_by_concurrent_runs(platform: Platform, wheel: Path) -> None:
    before = sorted(distribution.name for distribution in distributions())
    pipeline = using(wheel)
    folders = [platform.start(pipeline, caching=False) for _ in range(2)]
    with ThreadPoolExecutor() as pool:
        results = list(pool.map(platform.finish, folders))
    (environment,) = [path for path in (platform.home / "environments").iterdir() if path.is_dir()]
    for result in results:
        assert result.outputs == {"Output": f"from the package 2 {environment}"}, result.error
    assert sum("Installing" in result.log("use") for result in results) == 1
    assert sorted(distribution.name for distribution in distributions()) == before


def test_a_package_that_cannot_be_installed_fails_the_step_by_name(
    platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "empty"))

    @dsl.component(packages_to_install=["no-such-package-of-ours==1.2"])
    def use():
        pass

    @dsl.pipeline(name="packages")
    def pipeline():
        use()

    result = platform.execute(pipeline)
    assert "The packages no-such-package-of-ours==1.2 could not be installed." in result.error
    assert "No matching distribution" in result.error
    assert [path for path in (platform.home / "environments").iterdir() if path.is_dir()] == []


def test_the_users_pip_configuration_counts(platform: Platform, wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))

    @dsl.component(packages_to_install=["swarmtestpkg"])
    def use() -> str:
        import swarmtestpkg

        return swarmtestpkg.VALUE

    @dsl.pipeline(name="packages")
    def pipeline() -> str:
        return use().output

    result = platform.execute(pipeline)
    assert result.outputs == {"Output": "from the package"}, result.error
