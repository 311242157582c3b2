"""The example package of the documentation, installed as anybody would and talked to, with the planner and with a model."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scripted_model import Calls, Says, scripted_model

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "docs" / "developers" / "example_agent"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the package is installed into, from a copy, without the network."""
    source = tmp_path_factory.mktemp("source") / "example_agent"
    shutil.copytree(EXAMPLE, source)
    target = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "--target",
        str(target),
        str(source),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return target


def ask(site: Path, home: Path, message: str, **settings: str) -> dict[str, object]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("SWARM_", "OPENAI_"))}
    environment |= {"PYTHONPATH": str(site), "SWARM_HOME": str(home), "SWARM_SAMPLES": "false", **settings}
    command = [sys.executable, "-c", "from ui.cli import main; main()", "ask", message, "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    reply: dict[str, object] = json.loads(done.stdout)
    return reply


def test_the_planner_uses_the_agent(site: Path, home: Path) -> None:
    reply = ask(site, home, "how much disk space is left on this machine?")
    assert [(s["agent"], s["tool"], s["status"]) for s in reply["steps"]] == [("capacity", "get_disk_space", "ok")]  # type: ignore[attr-defined]
    assert "GiB" in str(reply["answer"])


def test_a_model_uses_the_agent(site: Path, home: Path) -> None:
    script = [
        Calls([("ask_capacity", {"task": "Free space?"})]),
        Calls([("get_disk_space", {"path": "/nowhere/at/all"})]),
        Says("No such folder."),
    ]
    with scripted_model(script) as model:
        reply = ask(site, home, "is there room in /nowhere/at/all?", OPENAI_BASE_URL=model.url, OPENAI_API_KEY="sk-test-example-key")
    assert [(s["tool"], s["code"]) for s in reply["steps"]] == [("get_disk_space", "NOT_FOUND")]  # type: ignore[attr-defined]
    assert "Capacity of this machine" in json.dumps(model.requests[0])
    assert "never estimate" in json.dumps(model.requests[1])


def test_an_entry_point_that_is_no_agent_is_named(site: Path, tmp_path: Path) -> None:
    broken = tmp_path / "site"
    shutil.copytree(site, broken)
    entry = next(broken.glob("*.dist-info/entry_points.txt"))
    entry.write_text(entry.read_text().replace("capacity_agent:agent", "capacity_agent:Agent"))
    code = "from agents.registry import find_agents; find_agents()"
    environment = {**os.environ, "PYTHONPATH": str(broken)}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "mlops_swarm.agents must be agents" in done.stderr
