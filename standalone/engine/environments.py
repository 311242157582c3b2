"""Python environments for components that want packages: one for each set of requirements, made once, shared by all runs."""

import asyncio
import fcntl
import hashlib
import os
import shutil
import sys
import venv
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from standalone.engine.child import run_process
from standalone.engine.command import Command
from standalone.engine.contract import EngineError

_READY = "ready"
_POLL_SECONDS = 0.05


def satisfied(requirement: str) -> bool:
    """Whether the running interpreter already has what a requirement asks for."""
    wanted = _read(requirement)
    if wanted is None or wanted.url or wanted.extras:
        return False
    try:
        return wanted.specifier.contains(version(wanted.name), prereleases=True)
    except PackageNotFoundError:
        return False


def _applies(requirement: str) -> bool:
    """Whether a requirement's marker, if it has one, is true here."""
    wanted = _read(requirement)
    return wanted is None or wanted.marker is None or wanted.marker.evaluate()


def _read(requirement: str) -> Requirement | None:
    """None for what is no requirement."""
    try:
        return Requirement(requirement)
    except InvalidRequirement:
        return None


async def python_for(command: Command, environments: Path, log: Path) -> Path:
    """The interpreter to run a component with: the running one, or one that has the component's packages besides.

    Nothing is ever installed beside the running interpreter. Raises EngineError when the packages cannot be installed.
    """
    wanted = sorted(requirement for requirement in set(command.packages) if _applies(requirement))
    if all(satisfied(requirement) for requirement in wanted):
        return Path(sys.executable)
    folder = _folder(environments, wanted, command.pip_options)
    async with _locked(folder.with_suffix(".lock")):
        if not (folder / _READY).exists():
            await _build(folder, wanted, command.pip_options, log)
    return folder / "bin" / "python3"


def _folder(environments: Path, packages: list[str], options: tuple[str, ...]) -> Path:
    environments.mkdir(parents=True, exist_ok=True)
    key = "\n".join([sys.executable, sys.version, *packages, *options])
    return environments / hashlib.sha256(key.encode()).hexdigest()[:24]


async def _build(folder: Path, packages: list[str], options: tuple[str, ...], log: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    own_pip = find_spec("pip") is not None
    venv.create(folder, with_pip=not own_pip, symlinks=True)
    python = folder / "bin" / "python3"
    packages_folder = next((folder / "lib").glob("python*/site-packages"))
    lines = [f"import site; site.addsitedir({path!r})" for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    (packages_folder / "base_interpreter.pth").write_text("\n".join(lines) + "\n")
    pip = [sys.executable, "-m", "pip", "--python", str(python)] if own_pip else [str(python), "-m", "pip"]
    with log.open("ab") as file:
        file.write(f"Installing {', '.join(packages)} for this component.\n".encode())
        file.flush()
        end = await run_process(
            [*pip, "install", "--quiet", "--disable-pip-version-check", "--no-input", *options, *packages],
            environment=dict(os.environ),
            folder=folder,
            output=file,
        )
    if end.failed:
        shutil.rmtree(folder, ignore_errors=True)
        raise EngineError(f"The packages {', '.join(packages)} could not be installed. {end.describe(log)}")
    (folder / _READY).touch()


@asynccontextmanager
async def _locked(path: Path) -> AsyncIterator[None]:
    """Hold the lock of an environment, which a worker of another run may be making."""
    with path.open("wb") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(_POLL_SECONDS)
        yield
