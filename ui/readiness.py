"""What is connected: each backend tried at most every few seconds, however many ask."""

import asyncio
import time

from pydantic import SecretStr

from swarm.failures import explain
from swarm.models import NO_KEY
from swarm.settings import BUILTIN, Settings
from tools.services import Services
from ui.doctor import Finding, backends

FRESH = 15.0
"""Seconds that an answer stays good."""
PATIENCE = 5.0
"""Seconds to wait for the model's endpoint."""


class Readiness:
    """The state of pipelines, objects, documents and model."""

    def __init__(self, settings: Settings, services: Services) -> None:
        self._settings = settings
        self._services = services
        self._lock = asyncio.Lock()
        self._findings: list[Finding] = []
        self._at = float("-inf")

    async def findings(self) -> list[Finding]:
        """How each backend is doing, with the reason where it fails."""
        async with self._lock:
            if time.monotonic() - self._at > FRESH:
                self._findings = [*await backends(self._services), await _model(self._settings)]
                self._at = time.monotonic()
            return self._findings


async def _model(settings: Settings) -> Finding:
    """Whether the model's endpoint answers; asking it for its models costs nothing, unlike a question."""
    if settings.model == BUILTIN:
        return Finding(backend="model", ok=True, message="built-in planner, no language model")
    import openai

    key = settings.openai.api_key or SecretStr(NO_KEY)
    client = openai.AsyncOpenAI(
        api_key=key.get_secret_value(), base_url=settings.openai.base_url, timeout=min(PATIENCE, settings.openai.timeout), max_retries=0
    )
    async with client:
        try:
            await client.models.list()
        except (openai.NotFoundError, openai.UnprocessableEntityError):
            pass  # an endpoint that keeps no list of models can answer all the same
        except openai.OpenAIError as error:
            return Finding(backend="model", ok=False, message=explain(error))
    return Finding(backend="model", ok=True, message=f"{settings.model} at {settings.openai.base_url or 'the OpenAI API'}")
