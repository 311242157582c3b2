"""A conversation with a scripted language model over real HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from swarm import Assistant, Settings
from tests.scripted_model import Script, ScriptedModel, scripted_model


@asynccontextmanager
async def talking(
    home: Path, script: Script, openai: dict[str, Any] | None = None, **swarm: Any
) -> AsyncIterator[tuple[Assistant, ScriptedModel]]:
    """An assistant whose model answers by a script."""
    with scripted_model(script) as model:
        given = {"swarm": {"home": home, **swarm}, "openai": {"base_url": model.url, "api_key": "sk-test", "timeout": 10, **(openai or {})}}
        async with Assistant.open(Settings.model_validate(given)) as assistant:
            yield assistant, model


def task(text: str) -> dict[str, Any]:
    """The arguments of a delegation."""
    return {"task": text}
