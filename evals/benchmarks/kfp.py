"""Lists of runs out of a large store: how long they take, beside the bare HTTP answer, and how much of a model's attention they cost."""

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import insert

from evals.measurement import Measurement, seconds
from standalone.platform import ServerAddress, ensure_server, stop_server
from standalone.server.app import DATABASE_FILE
from standalone.server.database import Database, pipelines, runs
from tools.call import Call, prepare, run
from tools.kfp.client import Kfp
from tools.kfp.settings import KfpSettings
from tools.result import ToolResult
from tools.services import Services
from tools.tool import discover

RUNS = 5_000
STATES = ("SUCCEEDED", "FAILED", "SKIPPED")
PAGE = 2400
"""Characters of an answer: about 600 tokens."""


def measure() -> Iterator[Measurement]:
    """`list_runs` with and without filters, the resolution of a name, and the sizes of the answers, all with 5,000 runs stored."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _fill(home)
        address = ensure_server(home)
        try:
            yield from _figures(address)
        finally:
            stop_server(home)


def _figures(address: ServerAddress) -> Iterator[Measurement]:
    settings = KfpSettings.model_validate({"endpoint": address.url, "token": address.token})
    services = Services({Kfp: lambda: Kfp(lambda: settings)})
    with httpx.Client(base_url=address.url, headers={"Authorization": f"Bearer {address.token}"}) as http:
        bare, _ = seconds(lambda: http.get("/apis/v2beta1/runs", params={"page_size": 10, "sort_by": "created_at desc"}).raise_for_status())
    baseline: dict[str, Any] = {"baseline": "GET /runs", "baseline_value": bare}
    questions: dict[str, tuple[str, dict[str, Any]]] = {
        f"kfp.list_runs_{RUNS}": ("list_runs", {}),
        f"kfp.list_runs_{RUNS}_filtered": ("list_runs", {"state": "failed", "pipeline": "pipeline 7"}),
        f"kfp.get_run_of_{RUNS}": ("get_run", {"run": "training 17"}),
    }
    for name, (tool, arguments) in questions.items():
        took, spread = seconds(partial(_ask, services, tool, arguments))
        yield Measurement(name=name, value=took, unit="s", spread=spread, target=0.2, **baseline)
    pages: dict[str, dict[str, Any]] = {"list_runs": {"limit": 100}, "list_pipelines": {}}
    for tool, arguments in pages.items():
        size = len(_ask(services, tool, arguments).content)
        yield Measurement(name=f"kfp.{tool}_page", value=size, unit="characters", target=PAGE)


def _ask(services: Services, tool: str, arguments: dict[str, Any]) -> ToolResult:
    """The tool as an agent calls it, its names resolved; an error would not be worth measuring."""
    toolset = discover("tools.kfp")
    call = prepare(toolset.tools[tool], arguments, services, toolset.resolvers)
    result = run(call, services) if isinstance(call, Call) else call
    if result.status != "ok":
        raise RuntimeError(result.content)
    return result


def _fill(home: Path) -> None:
    """Write what thousands of runs would have left, before the server starts."""
    database = Database(home / DATABASE_FILE)
    with database.write() as connection:
        connection.execute(insert(pipelines), [_pipeline(number) for number in range(50)])
        connection.execute(insert(runs), [_run(number) for number in range(RUNS)])
    database.close()


def _pipeline(number: int) -> dict[str, Any]:
    name = f"pipeline {number}"
    description = "Trains a model on the data of last week and compares it with the one in use."
    created = "2026-01-01T00:00:00.000000Z"
    return {"pipeline_id": f"pipeline-{number}", "name": name, "display_name": name, "description": description, "created_at": created}


def _run(number: int) -> dict[str, Any]:
    moment = f"2026-01-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}.000000Z"
    return {
        "run_id": f"{number:08x}-0000-4000-8000-{number:012x}",
        "experiment_id": f"experiment-{number % 20}",
        "display_name": f"training {number}",
        "storage_state": "AVAILABLE",
        "created_at": moment,
        "scheduled_at": moment,
        "finished_at": "2026-01-02T00:00:00.000000Z",
        "state": STATES[number % 3],
        "state_history": [],
        "pipeline_id": f"pipeline-{number % 50}",
        "pipeline_version_id": "version",
        "runtime_config": {"parameters": {"rows": number, "rate": 0.1}},
    }
