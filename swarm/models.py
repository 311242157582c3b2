"""The model that answers: any OpenAI-compatible endpoint, or the built-in planner."""

from langchain_core.language_models import BaseChatModel
from pydantic import SecretStr

from swarm.errors import SettingsError
from swarm.planner.catalogue import Catalogue
from swarm.settings import BUILTIN, Settings

NO_KEY = "none"
"""Sent to endpoints that want no key; the client insists on one."""


def open_model(settings: Settings, catalogue: Catalogue) -> BaseChatModel:
    """The chat model that the settings name.

    Raises:
        SettingsError: the name is not of a known form.
    """
    name = settings.model
    if name == BUILTIN:
        from swarm.planner.model import Planner

        return Planner(catalogue=catalogue)
    provider, _, model = name.partition(":")
    if provider != "openai" or not model:
        raise SettingsError(f"SWARM_MODEL={name!r} names no model: use `builtin` or `openai:<name>`, e.g. openai:gpt-4.1-mini.")
    from langchain_openai import ChatOpenAI

    openai = settings.openai
    return ChatOpenAI(
        model=model,
        base_url=openai.base_url,
        api_key=openai.api_key or SecretStr(NO_KEY),
        timeout=openai.timeout,
        max_retries=2,
        temperature=0,
        stream_usage=True,
        streaming=True,
    )
