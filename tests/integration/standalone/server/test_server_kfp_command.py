"""Every subcommand of the unmodified `kfp` command line that talks to a server."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from kfp.cli.cli import cli

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def kfp(server):
    def run(*arguments: str):
        """The JSON that the command prints, or its text when that is none."""
        options = ["--endpoint", server.url, "--existing-token", server.token, "--output", "json"]
        result = CliRunner().invoke(cli, [*options, *map(str, arguments)], obj={}, input="y\n")
        assert result.exit_code == 0, f"{arguments}: {result.output} {result.exception!r}"
        start = min((place for place in (result.stdout.find("{"), result.stdout.find("[")) if place >= 0), default=-1)
        try:
            return json.JSONDecoder().raw_decode(result.stdout[start:])[0] if start >= 0 else result.output
        except json.JSONDecodeError:
            return result.output

    return run


def test_the_installed_command_works(server):
    kfp = Path(sys.executable).with_name("kfp")
    done = subprocess.run(
        [kfp, "--endpoint", server.url, "--existing-token", server.token, "experiment", "list"], capture_output=True, text=True, check=True
    )
    assert "Default" in done.stdout


def test_pipeline_commands(kfp, packages):
    created = kfp("pipeline", "create", packages["greeting"], "-p", "by command", "-d", "from the shell")
    pipeline_id = created["pipeline_id"]
    version = kfp("pipeline", "create-version", packages["tables"], "-v", "second", "-n", "by command")
    assert kfp("pipeline", "get", pipeline_id)["display_name"] == "by command"
    assert kfp("pipeline", "get-version", pipeline_id, version["pipeline_version_id"])["display_name"] == "second"
    assert pipeline_id in str(kfp("pipeline", "list"))
    versions = kfp("pipeline", "list-versions", pipeline_id)
    assert len(versions) == 2
    for listed in versions:
        kfp("pipeline", "delete-version", pipeline_id, listed["pipeline_version_id"])
    kfp("pipeline", "delete", pipeline_id)
    assert pipeline_id not in str(kfp("pipeline", "list"))


def test_experiment_commands(kfp):
    experiment_id = kfp("experiment", "create", "shell experiment", "-d", "x")["experiment_id"]
    assert kfp("experiment", "get", experiment_id)["display_name"] == "shell experiment"
    assert experiment_id in str(kfp("experiment", "list"))
    kfp("experiment", "archive", "--experiment-id", experiment_id)
    assert kfp("experiment", "get", experiment_id)["storage_state"] == "ARCHIVED"
    kfp("experiment", "unarchive", "--experiment-id", experiment_id)
    kfp("experiment", "delete", experiment_id)
    assert experiment_id not in str(kfp("experiment", "list"))


def test_run_commands(kfp, packages, client):
    kfp("experiment", "create", "shell runs")
    run = kfp("run", "create", "-e", "shell runs", "-r", "from the shell", "-f", packages["greeting"], "times=2", "name=4", "-w")
    run_id = run["run_id"]
    assert kfp("run", "get", run_id)["state"] == "SUCCEEDED"
    assert client.get_run(run_id).runtime_config.parameters == {"name": "4", "times": 2}
    assert run_id in str(kfp("run", "list"))
    kfp("run", "archive", run_id)
    kfp("run", "unarchive", run_id)
    kfp("run", "delete", run_id)
    assert run_id not in str(kfp("run", "list"))


def test_run_by_pipeline_name(kfp, packages):
    created = kfp("pipeline", "create", packages["greeting"], "-p", "run by name")
    (version,) = kfp("pipeline", "list-versions", created["pipeline_id"])
    run = kfp("run", "create", "-e", "Default", "-r", "named", "-n", "run by name", "-v", version["pipeline_version_id"], "-w")
    assert kfp("run", "get", run["run_id"])["state"] == "SUCCEEDED"


def test_recurring_run_commands(kfp, packages):
    create = ("recurring-run", "create", "--experiment-name", "Default", "--pipeline-package-path", packages["greeting"])
    recurring = kfp(*create, "--job-name", "by interval", "--interval-second", "86400", "times=3")
    recurring_id = recurring["recurring_run_id"]
    assert kfp("recurring-run", "get", recurring_id)["status"] == "DISABLED"
    kfp("recurring-run", "enable", recurring_id)
    assert kfp("recurring-run", "get", recurring_id)["status"] == "ENABLED"
    kfp("recurring-run", "disable", recurring_id)
    by_cron = kfp(*create, "--job-name", "by cron", "--cron-expression", "0 0 9 ? * 2-6", "--enabled", "--max-concurrency", "2")
    listed = kfp("recurring-run", "list")
    assert {recurring_id, by_cron["recurring_run_id"]} <= {entry["recurring_run_id"] for entry in listed}
    for identifier in (recurring_id, by_cron["recurring_run_id"]):
        kfp("recurring-run", "delete", identifier)
