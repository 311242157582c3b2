"""The documents keep their word: what is marked `<!-- run -->` runs, and whatever they name exists."""

import functools
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from swarm.settings import Settings, variables
from tests.swarm_command import swarm_command
from ui.cli import app

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")] + [
    page for page in sorted((ROOT / "docs").rglob("*.md")) if "example_agent" not in page.parts
]
BLOCK = re.compile(r"^(<!-- run -->\n)?```(sh|console|bash|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FOLDERS = "swarm|agents|tools|knowledge|standalone|ui|evals|tests|docs|deploy"
OF_OTHERS = {"SWARM_PASSWORD"}
"""Variables of compose.yaml, not of the application."""

each_page = pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])


def blocks(page: Path) -> Iterator[tuple[bool, str, str]]:
    """Whether to run it, language and text of each block of code."""
    return ((bool(mark), language, text) for mark, language, text in BLOCK.findall(page.read_text()))


def commands(page: Path) -> Iterator[list[str]]:
    """The words of each command of the product in blocks and in `code`."""
    text = page.read_text()
    lines = [line for _, language, block in blocks(page) if language != "python" for line in block.splitlines()]
    lines += re.findall(r"`([^`\n]+)`", text)
    for line in lines:
        found = re.match(r"(?:\$ )?(?:\.venv/bin/)?(swarm|make) (.*)", line)
        if found:
            yield [found[1], *shlex.split(found[2], comments=True)]


@functools.cache
def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


@each_page
def test_commands_exist(page: Path) -> None:
    for program, *words in commands(page):
        if program == "make":
            assert set(words) <= targets(), f"make {' '.join(words)}"
        else:
            _exists(words)


def _exists(words: list[str]) -> None:
    command: Any = get_command(app)
    rest = [word for word in words if word != "..."]
    while isinstance(command, TyperGroup) and rest and not rest[0].startswith(("-", "<")):
        assert rest[0] in command.commands, f"swarm {' '.join(words)}"
        command = command.commands[rest.pop(0)]
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}
    assert {word.partition("=")[0] for word in rest if word.startswith("-") and word != "-"} <= known, f"swarm {' '.join(words)}"


@each_page
def test_settings_exist(page: Path) -> None:
    named = set(re.findall(r"\b((?:SWARM|OPENAI|KFP|MINIO|CHROMA|SLACK)_[A-Z_]*[A-Z])\b", page.read_text()))
    assert named - OF_OTHERS - {"MINIO_PASSWORD"} <= set(variables(Settings()))


@each_page
def test_links_and_files_exist(page: Path) -> None:
    text = page.read_text()
    for link in re.findall(r"\]\((?!https?://|#)([^)#\s]+)", text):
        assert (page.parent / link).exists(), link
    for named in re.findall(rf"`((?:{FOLDERS})/[\w./-]+)`", text):
        assert "<" in named or (ROOT / named).exists(), named


RUN = [page for page in PAGES if any(mark for mark, *_ in blocks(page))]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A new installation without settings, with `swarm` on the PATH."""
    kept = {name: value for name, value in os.environ.items() if name.split("_")[0] not in ("SWARM", "OPENAI", "KFP", "MINIO", "CHROMA")}
    command = swarm_command()
    paths = {"PATH": os.pathsep.join([str(command.parent), str(Path(sys.executable).parent), kept["PATH"]]), "PYTHONPATH": str(ROOT)}
    made = {**kept, **paths, "SWARM_HOME": str(tmp_path_factory.mktemp("home"))}
    yield made
    subprocess.run([command, "platform", "stop"], env=made, capture_output=True, check=False)


@pytest.mark.parametrize("page", RUN, ids=[str(page.relative_to(ROOT)) for page in RUN])
def test_marked_blocks_run(page: Path, environment: dict[str, str], tmp_path: Path) -> None:
    for mark, language, text in blocks(page):
        if mark:
            command = [sys.executable, "-c", text] if language == "python" else ["bash", "-euo", "pipefail", "-c", text]
            result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=150, check=False)
            assert result.returncode == 0, f"{text}\n{result.stdout}{result.stderr}"


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        for link in re.findall(r"\]\((?!https?://|#)([^)#\s]+\.md)", page.read_text()):
            target = (page.parent / link).resolve()
            if target not in reached:
                waiting.append(target)
    assert set(PAGES) <= reached


def test_versions_of_python_agree() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"].removeprefix(">=")
    assert f"Python {wanted}" in (ROOT / "README.md").read_text()
