import json
import random
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest
import yaml
from kfp import Client

from standalone.engine import alive
from standalone.platform import PlatformError, address_file, ensure_server, lock_file, log_file, server_status, stop_server
from tests.integration.standalone.server.support import connect, finish, wait_until

pytestmark = pytest.mark.filterwarnings("ignore")


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "standalone", *map(str, arguments)], capture_output=True, text=True, timeout=30)


def server_process(home: Path) -> psutil.Process:
    return psutil.Process(int(lock_file(home).read_text()))


def kill_server(home: Path) -> None:
    process = server_process(home)
    process.kill()
    wait_until(lambda: server_status(home) is None)


def worker_of(home: Path, run_id: str) -> psutil.Process:
    return psutil.Process(int((home / "runs" / run_id / "lock").read_text()))


def default_experiment(client: Client) -> str:
    return client.get_experiment(experiment_name="Default").experiment_id


def test_two_callers_at_once_start_one_server(own_home):
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(ensure_server, [own_home, own_home])
    assert first == second == ensure_server(own_home)
    assert log_file(own_home).read_text().count("serving") == 1
    assert [process.pid for process in servers_of(own_home)] == [server_process(own_home).pid]


def test_a_server_whose_home_was_deleted_ends(tmp_path):
    home = tmp_path / "home"
    ensure_server(home)
    shutil.rmtree(home)
    wait_until(lambda: not servers_of(home))


def servers_of(home: Path) -> list[psutil.Process]:
    command = ["-m", "standalone", "serve", "--home", str(home)]
    return [process for process in psutil.process_iter(["cmdline"]) if (process.info["cmdline"] or [])[1:] == command]


def test_a_proxy_in_the_environment_does_not_get_in_the_way(own_home, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert ensure_server(own_home) == server_status(own_home)


def test_the_address_is_for_the_owner_only(own_home):
    address = ensure_server(own_home)
    assert stat.S_IMODE(address_file(own_home).stat().st_mode) == 0o600
    assert json.loads(address_file(own_home).read_text()) == {"url": address.url, "token": address.token}
    listening = [connection for connection in server_process(own_home).net_connections() if connection.status == "LISTEN"]
    assert [connection.laddr.ip for connection in listening] == ["127.0.0.1"]


def test_a_stopped_server_comes_back_at_the_same_address(own_home):
    before = ensure_server(own_home)
    assert server_status(own_home) == before
    assert stop_server(own_home)
    assert server_status(own_home) is None
    assert not stop_server(own_home)
    assert ensure_server(own_home) == before


def test_a_taken_port_is_replaced(own_home):
    before = ensure_server(own_home)
    stop_server(own_home)
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", int(before.url.rsplit(":", 1)[1])))
        other.listen()
        after = ensure_server(own_home)
    assert after.url != before.url
    assert after.token == before.token


def test_data_of_a_newer_version_are_left_alone(tmp_path):
    file = tmp_path / "standalone.db"
    with sqlite3.connect(file) as newer:
        newer.execute("PRAGMA user_version = 99")
    with pytest.raises(PlatformError, match="newer version of this program \\(tables 99, this one knows 1\\)") as caught:
        ensure_server(tmp_path)
    assert "Traceback" not in str(caught.value)
    with sqlite3.connect(file) as newer:
        assert newer.execute("PRAGMA user_version").fetchone() == (99,)
        assert newer.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)


def test_data_from_before_versions_are_taken_as_the_first(own_home):
    ensure_server(own_home)
    stop_server(own_home)
    with sqlite3.connect(own_home / "standalone.db") as old:
        assert old.execute("PRAGMA user_version").fetchone() == (1,)
        old.execute("PRAGMA user_version = 0")
    assert connect(ensure_server(own_home)).list_experiments().total_size == 1


def test_a_server_that_cannot_come_up_says_why(tmp_path):
    (tmp_path / "standalone.db").write_text("this is not a database, but it is long enough to be read as the head of one " * 9)
    with pytest.raises(PlatformError, match="file is not a database") as caught:
        ensure_server(tmp_path)
    assert str(log_file(tmp_path)) in str(caught.value)
    assert "Traceback" not in str(caught.value)


def test_a_home_that_cannot_be_made_says_why(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(PlatformError, match="Choose another SWARM_HOME"):
        ensure_server(tmp_path / "file" / "home")


def test_the_command_line(own_home):
    assert command("status", "--home", own_home).returncode == 1
    address = ensure_server(own_home)
    status = command("status", "--home", own_home)
    assert (status.returncode, address.url in status.stdout, address.token in status.stdout) == (0, True, False)
    again = command("serve", "--home", own_home)
    assert (again.returncode, "Another server" in again.stderr) == (1, True)
    assert "stopped" in command("stop", "--home", own_home).stdout
    assert "No server" in command("stop", "--home", own_home).stdout
    assert command("serve").returncode == 2


def test_a_port_in_use_is_told(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = command("serve", "--home", tmp_path, "--port", port)
    assert done.returncode == 1
    assert f"Port {port}" in done.stderr
    assert "Traceback" not in done.stderr
    assert command("serve", "--home", tmp_path, "--port", "70000").returncode == 2


def test_runs_go_on_while_no_server_runs(own_home, packages):
    client = connect(ensure_server(own_home))
    run = client.run_pipeline(default_experiment(client), "goes on", packages["sleepy"], params={"seconds": 1.5})
    wait_until(lambda: client.get_run(run.run_id).state == "RUNNING")
    stop_server(own_home)
    wait_until(lambda: not alive(own_home / "runs" / run.run_id))
    done = finish(connect(ensure_server(own_home)), run.run_id, 5)
    assert (done.state, done.error) == ("SUCCEEDED", None)


def test_a_killed_worker_leaves_a_failed_run_that_can_be_retried(client, home, packages):
    run = client.run_pipeline(default_experiment(client), "worker killed", packages["sleepy"], params={"seconds": 600})
    wait_until(lambda: any(task.display_name == "sleep" and task.state == "RUNNING" for task in tasks_of(client, run.run_id)))
    worker_of(home, run.run_id).kill()
    failed = finish(client, run.run_id, 10)
    assert failed.state == "FAILED"
    assert "worker process" in failed.error.message
    states = {task.display_name: task.state for task in failed.run_details.task_details}
    assert (states["sleep"], states["greet"]) == ("FAILED", "SKIPPED")
    client._run_api.run_service_retry_run(run_id=run.run_id)
    wait_until(lambda: client.get_run(run.run_id).state == "RUNNING")
    client.delete_run(run.run_id)


def tasks_of(client: Client, run_id: str):
    return client.get_run(run_id).run_details.task_details


def test_server_and_worker_killed_together(own_home, packages):
    client = connect(ensure_server(own_home))
    run = client.run_pipeline(default_experiment(client), "both killed", packages["sleepy"], params={"seconds": 600})
    wait_until(lambda: any(task.state == "RUNNING" for task in tasks_of(client, run.run_id)))
    kill_server(own_home)
    worker_of(own_home, run.run_id).kill()
    failed = finish(connect(ensure_server(own_home)), run.run_id, 10)
    assert failed.state == "FAILED"
    assert "worker process" in failed.error.message


def test_a_termination_is_carried_out_by_the_next_server(own_home, packages):
    client = connect(ensure_server(own_home))
    run = client.run_pipeline(default_experiment(client), "canceled", packages["sleepy"], params={"seconds": 600})
    wait_until(lambda: any(task.state == "RUNNING" for task in tasks_of(client, run.run_id)))
    client.terminate_run(run.run_id)
    kill_server(own_home)
    ended = finish(connect(ensure_server(own_home)), run.run_id, 15)
    assert (ended.state, ended.error.message) == ("FAILED", "terminated")
    wait_until(lambda: not alive(own_home / "runs" / run.run_id))


@pytest.mark.parametrize("seed", range(2))
def test_a_server_killed_at_any_moment_loses_no_run_that_it_accepted(own_home, packages, seed):
    """Runs are created from several threads while the server is killed and started again."""
    chance = random.Random(seed)
    address = ensure_server(own_home)
    body = {"display_name": "accepted", "pipeline_spec": yaml.safe_load(Path(packages["greeting"]).read_text())}
    accepted = []

    def submit(_: int) -> None:
        try:
            answer = httpx.post(f"{address.url}/apis/v2beta1/runs", json=body, headers={"Authorization": f"Bearer {address.token}"})
            accepted.append(answer.json()["run_id"])
        except httpx.HTTPError:
            pass  # refused or cut off: not accepted

    for round_number in (1, 2):
        with ThreadPoolExecutor(3) as pool:
            jobs = pool.map(submit, range(5))
            wait_until(lambda enough=round_number: len(accepted) >= enough)
            time.sleep(chance.uniform(0, 0.2))
            kill_server(own_home)
            list(jobs)
        assert ensure_server(own_home) == address
    client = connect(address)
    listed = {run.run_id for run in client.list_runs(page_size=100).runs}
    assert listed >= set(accepted)
    assert {finish(client, run_id).state for run_id in listed} == {"SUCCEEDED"}


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("victims", ["worker", "worker and server"])
def test_a_worker_killed_at_any_moment_is_noticed_and_its_run_can_be_retried(own_home, packages, seed, victims):
    client = connect(ensure_server(own_home))
    run = client.run_pipeline(default_experiment(client), "killed", packages["tables"], enable_caching=False)
    wait_until(lambda: alive(own_home / "runs" / run.run_id))
    time.sleep(random.Random(seed).uniform(0, 0.6))
    if victims == "worker and server":
        kill_server(own_home)
    with suppress(psutil.NoSuchProcess, ValueError):
        worker_of(own_home, run.run_id).kill()
    client = connect(ensure_server(own_home))
    ended = finish(client, run.run_id, 10)
    if ended.state == "FAILED":
        assert "worker process" in ended.error.message
        client._run_api.run_service_retry_run(run_id=run.run_id)
        ended = finish(client, run.run_id)
    assert ended.state == "SUCCEEDED"
    assert {task.state for task in ended.run_details.task_details} == {"SUCCEEDED"}
