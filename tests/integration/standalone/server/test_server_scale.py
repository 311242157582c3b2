import json
from pathlib import Path

import httpx
import pytest
import yaml
from sqlalchemy import insert

from standalone.platform import ensure_server, stop_server
from standalone.server.app import DATABASE_FILE
from standalone.server.database import Database, runs

RUNS = 5_000
STATES = ("SUCCEEDED", "FAILED", "SKIPPED")


@pytest.fixture(scope="module")
def crowded(tmp_path_factory, packages):
    """A server whose database holds 5,000 finished runs, each with its specification."""
    spec = yaml.safe_load(Path(packages["tables"]).read_text())
    rows = [
        {
            "run_id": f"run-{number:05}",
            "experiment_id": f"experiment-{number % 50}",
            "display_name": f"training {number % 97}",
            "storage_state": "ARCHIVED" if number % 10 == 0 else "AVAILABLE",
            "created_at": f"2026-01-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}.000000Z",
            "scheduled_at": "2026-01-01T00:00:00.000000Z",
            "finished_at": "2026-01-02T00:00:00.000000Z",
            "state": STATES[number % 3],
            "state_history": [],
            "error": None,
            "runtime_config": {"parameters": {"rows": number}},
            "pipeline_spec": spec,
        }
        for number in range(RUNS)
    ]
    home = tmp_path_factory.mktemp("crowded")
    database = Database(home / DATABASE_FILE)
    with database.write() as connection:
        connection.execute(insert(runs), rows)
    database.close()
    yield ensure_server(home)
    stop_server(home)


@pytest.fixture
def http(crowded):
    with httpx.Client(base_url=crowded.url, headers={"Authorization": f"Bearer {crowded.token}"}) as client:
        yield client


def predicates(*conditions):
    return json.dumps({"predicates": [{"operation": operation, "key": key, "stringValue": value} for operation, key, value in conditions]})


@pytest.mark.parametrize(
    ("query", "meant", "order"),
    [
        ({"sort_by": "created_at desc"}, lambda run: True, "created_at"),
        (
            {"filter": predicates(("EQUALS", "state", "FAILED")), "sort_by": "created_at desc"},
            lambda run: run["state"] == "FAILED",
            "created_at",
        ),
        (
            {"filter": predicates(("IS_SUBSTRING", "display_name", "ing 9"), ("EQUALS", "storage_state", "AVAILABLE"))},
            lambda run: "ing 9" in run["display_name"] and run["storage_state"] == "AVAILABLE",
            "",
        ),
        (
            {"experiment_id": "experiment-7", "filter": predicates(("NOT_EQUALS", "state", "FAILED"))},
            lambda run: run["experiment_id"] == "experiment-7" and run["state"] != "FAILED",
            "",
        ),
    ],
)
def test_a_filtered_page_of_many_runs_holds_what_was_asked_for(http, query, meant, order):
    page = http.get("/apis/v2beta1/runs", params=query).json()
    assert len(page["runs"]) == 20
    assert all(meant(run) for run in page["runs"])
    if order:
        assert page["runs"] == sorted(page["runs"], key=lambda run: run[order], reverse=True)


def test_paging_through_all_of_them_gives_each_once(http):
    seen, query = [], {"sort_by": "display_name desc", "page_size": 200}
    while True:
        page = http.get("/apis/v2beta1/runs", params=query).json()
        seen += [(run["display_name"], run["run_id"]) for run in page["runs"]]
        if not page["next_page_token"]:
            break
        query = {"page_size": 200, "page_token": page["next_page_token"]}
    assert len(seen) == RUNS
    assert seen == sorted(set(seen), reverse=True)
