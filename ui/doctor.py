"""`swarm doctor`: each backend tried, with what to do where it fails."""

import asyncio
from collections.abc import Callable

from pydantic import BaseModel

from agents.registry import find_agents
from knowledge.knowledge import Knowledge
from swarm.backends import open_services
from swarm.failures import explain
from swarm.models import open_model
from swarm.outside import outside_agents
from swarm.planner.catalogue import Catalogue
from swarm.platform import find_platform
from swarm.settings import BUILTIN, Settings
from tools.kfp.client import Kfp
from tools.minio.store import ObjectStore
from tools.result import ToolError
from tools.services import Services


class Finding(BaseModel):
    """How one backend is doing."""

    backend: str
    ok: bool
    message: str


async def examine(settings: Settings) -> list[Finding]:
    """Try pipelines, objects, documents and the model."""
    services = open_services(settings, find_platform())
    try:
        return [*await backends(services), await _model(settings, services), *await _outside(settings)]
    finally:
        services.close()


async def backends(services: Services) -> list[Finding]:
    """Try pipelines, objects and documents."""
    return [
        await asyncio.to_thread(_tried, "pipelines", lambda: _pipelines(services)),
        await asyncio.to_thread(_tried, "objects", lambda: _objects(services)),
        await asyncio.to_thread(_tried, "documents", lambda: _documents(services)),
    ]


async def _outside(settings: Settings) -> list[Finding]:
    """Try the outside MCP servers."""
    async with outside_agents(settings.outside_servers, find_agents()) as found:
        good = [
            Finding(backend=name, ok=True, message=f"outside server with {len(a.toolset.tools)} tools") for name, a in found.agents.items()
        ]
        return good + [Finding(backend=name, ok=False, message=why) for name, why in found.trouble.items()]


def _tried(backend: str, attempt: Callable[[], str]) -> Finding:
    try:
        return Finding(backend=backend, ok=True, message=attempt())
    except ToolError as error:
        return Finding(backend=backend, ok=False, message=error.message)


def _pipelines(services: Services) -> str:
    kfp = services.get(Kfp)
    _, total = kfp.pipelines(limit=1)
    return f"Kubeflow Pipelines API at {kfp.settings.endpoint}: {total} pipelines"


def _objects(services: Services) -> str:
    store = services.get(ObjectStore)
    return f"{store.address}: {len(store.buckets())} buckets"


def _documents(services: Services) -> str:
    documents = services.get(Knowledge).documents()
    return f"{len(documents)} documents, {sum(d.chunks for d in documents)} passages"


async def _model(settings: Settings, services: Services) -> Finding:
    if settings.model == BUILTIN:
        return Finding(
            backend="model", ok=True, message="built-in planner; set OPENAI_API_KEY or OPENAI_BASE_URL to connect a language model"
        )
    try:
        await open_model(settings, Catalogue([], services)).ainvoke("Answer with the word ok.")
    except Exception as error:  # noqa: BLE001 - whatever the endpoint does becomes a finding
        return Finding(backend="model", ok=False, message=explain(error))
    return Finding(backend="model", ok=True, message=f"{settings.model} at {settings.openai.base_url or 'the OpenAI API'} answers")
