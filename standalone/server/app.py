"""The FastAPI application of one home."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from standalone.server import experiments, lineage, page, pipelines, recurring_runs, runs, tasks
from standalone.server.database import Database
from standalone.server.errors import error_responses, error_schemas, install_error_handlers
from standalone.server.guard import Guard
from standalone.server.housekeeping import housekeeping
from standalone.server.models import Health
from standalone.server.services import Services
from standalone.server.supervisor import Supervisor

DATABASE_FILE = "standalone.db"


class _Api(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """The API's description, without the status 422: what does not fit the schema is answered with 400, as upstream."""
        schema = super().openapi()
        for operations in schema["paths"].values():
            for operation in operations.values():
                operation["responses"].pop("422", None)
        schema["components"]["schemas"].update(error_schemas())
        return schema


def create_app(home: Path, token: str, abandon: Callable[[], None] = lambda: None) -> FastAPI:
    """The server of `home`, for callers that hold `token`; runs are looked after between its start-up and shutdown.

    `abandon` is called when the home has been deleted.
    """
    for folder in (home, home / "runs", home / "buckets", home / "cache", home / "environments"):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    database = Database(home / DATABASE_FILE)
    with database.write() as connection:
        experiments.default_experiment(connection)
    supervisor = Supervisor(database, home, abandon)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        supervisor.start()
        async with housekeeping(home / "buckets"):
            yield
        supervisor.stop()
        database.close()

    app = _Api(
        title="mlops-swarm standalone platform",
        description="Kubeflow Pipelines' v2beta1 API over processes of this machine, with what that API leaves out about tasks.",
        version="v2beta1",
        lifespan=lifespan,
        docs_url=None,  # its page would load scripts from elsewhere
        redoc_url=None,
        generate_unique_id_function=_operation_id,
    )
    app.state.services = Services(home, database, supervisor.progress, supervisor.wake)
    app.add_middleware(Guard, token=token)
    install_error_handlers(app)
    for module in (pipelines, experiments, runs, recurring_runs, tasks, lineage, page):
        app.include_router(module.router)
    app.get("/healthz", tags=["health"], responses=error_responses(403))(get_health)
    app.get("/apis/v2beta1/healthz", tags=["health"], responses=error_responses(403), operation_id="get_api_health")(get_health)
    return app


def get_health() -> Health:
    """Tell that the server is up."""
    return Health()


def _operation_id(route: APIRoute) -> str:
    return route.name
