"""`make dist-check`: builds sdist and wheel, installs the wheel into an environment of its own, and uses it outside of this folder.

The wheel is built from the sdist, so both are shown to be whole. Libraries are those of this environment; the project's own packages
are the installed ones, because path files of another environment's folder are not followed.
"""

import os
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILT = ROOT / "build" / "dist"
UV = Path(sysconfig.get_path("scripts")) / "uv"
ASKED = {
    "which pipelines are there?": "breast-cancer-svm",
    "which buckets are there?": "datasets",
    "how do I turn off caching for one step?": "set_caching_options",
}
"""What is said to the installed command, and what the answer must tell."""


def main() -> int:
    """Build, look into, install and use the distribution; 1 with what is wrong."""
    wheel = _built()
    missing = _tracked() - set(zipfile.ZipFile(wheel).namelist())
    if missing:
        return _failed(f"{wheel.name} lacks {', '.join(sorted(missing))}; see package-data in pyproject.toml")
    with tempfile.TemporaryDirectory() as folder:
        return _use(_installed(wheel, Path(folder)), Path(folder))


def _built() -> Path:
    for old in BUILT.glob("mlops_swarm-*"):
        old.unlink()
    _run([str(UV), "build", "--quiet", "--no-build-isolation", "--python", sys.executable, "--out-dir", str(BUILT), str(ROOT)])
    return next(BUILT.glob("*.whl"))


def _tracked() -> set[str]:
    """Every file of the packages that belongs to the repository."""
    packages = sorted(path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests")
    return set(_run(["git", "-C", str(ROOT), "ls-files", *packages]).split())


def _installed(wheel: Path, folder: Path) -> Path:
    """The command `swarm` of a new environment."""
    environment = folder / "environment"
    _run([str(UV), "venv", "--quiet", "--python", sys.executable, str(environment)])
    site = next((environment / "lib").glob("python*/site-packages"))
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    _run([str(UV), "pip", "install", "--quiet", "--no-deps", "--python", str(environment / "bin" / "python"), str(wheel)])
    return environment / "bin" / "swarm"


def _use(swarm: Path, folder: Path) -> int:
    home = folder / "home"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SWARM_", "OPENAI_", "KFP_", "MINIO_"))}
    environment["SWARM_HOME"] = str(home)

    def say(*words: str) -> str:
        return _run([str(swarm), *words], cwd=folder, env=environment)

    where = _run([str(swarm.parent / "python"), "-c", "import swarm; print(swarm.__file__)"], cwd=folder).strip()
    if not Path(where).is_relative_to(folder):
        return _failed(f"the wheel was not used, but {where}")
    try:
        if "Commands:" not in say("--help"):
            return _failed("swarm --help shows no commands")
        for message, told in ASKED.items():
            answer = say("ask", message)
            if told not in answer:
                return _failed(f"{message!r} was answered without {told!r}:\n{answer}")
            print(f"ok  swarm ask {message!r}")  # noqa: T201 - the report
    finally:
        say("platform", "stop")
    return 0


def _run(command: list[str], **options: object) -> str:
    result = subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]
    if result.returncode:
        raise SystemExit(f"{' '.join(command)}\n{result.stdout}{result.stderr}")
    return str(result.stdout)


def _failed(reason: str) -> int:
    sys.stderr.write(reason + "\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
