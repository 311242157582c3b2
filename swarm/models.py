"""The models that answer, in order of preference: a language model, those that stand in for it, and the built-in planner last."""

import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import cached_property

from langchain_core.exceptions import ModelConnectionError, ModelError
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.tools import BaseTool

from swarm.answers import stopped, tidied
from swarm.errors import SettingsError
from swarm.failures import cause, explain
from swarm.mandate import Mandate
from swarm.planner.catalogue import Catalogue
from swarm.settings import BUILTIN, Settings
from swarm.streams import StreamWatch, TooLongError

NO_KEY = "none"
"""Sent to endpoints that want no key; the client insists on one."""
PAUSE = 30.0
"""Seconds for which a model that failed is passed over."""
log = logging.getLogger(__name__)


class Choice:
    """One model by its name, opened when it is first asked."""

    def __init__(self, name: str, opened: Callable[[], BaseChatModel]) -> None:
        self.name = name
        self._open = opened
        self.trouble: Exception | None = None
        self.down_until = 0.0

    @cached_property
    def model(self) -> BaseChatModel:
        """The chat model."""
        model = self._open()
        model.callbacks = [StreamWatch()]
        return model

    @property
    def builtin(self) -> bool:
        """Whether it is the built-in planner."""
        return self.name == BUILTIN

    @property
    def down(self) -> bool:
        """Whether it failed a moment ago."""
        return time.monotonic() < self.down_until


class Models:
    """Asks the first model that can answer."""

    def __init__(self, choices: Sequence[Choice]) -> None:
        self._choices = list(choices)

    @property
    def first(self) -> Choice:
        """The model that the settings name."""
        return self._choices[0]

    def warm(self, tools: Sequence[BaseTool]) -> None:
        """Let the built-in planner read now what its first answer over these tools needs."""
        for choice in self._choices:
            if choice.builtin:
                choice.model.bind_tools(tools).invoke([HumanMessage("Hello")])

    async def answer(self, ask: Callable[[Choice], Awaitable[AIMessage]], mandate: Mandate, messages: Sequence[BaseMessage]) -> AIMessage:
        """An answer, tidied and counted; where no model gives one, a message that says why and what was done so far. Never raises.

        The built-in planner takes over only at the beginning of a piece of work: it would not know what another model had in mind.
        """
        why = mandate.exhausted()
        if why is not None:
            return stopped(why, messages)
        before = next((m for m in reversed(messages) if isinstance(m, AIMessage)), None)
        beginning = not messages or not isinstance(messages[-1], ToolMessage)
        its_own = beginning or (before is not None and before.additional_kwargs.get("model") == BUILTIN)
        able = [c for c in self._choices if not c.builtin or its_own]
        error: Exception | None = None
        for choice in [c for c in able if not c.down] or able[:1]:
            try:
                message = _masked(tidied(await self._asked(ask, choice)), mandate)
            except Exception as failure:  # noqa: BLE001 - the boundary: whatever a provider throws is told, and the next model is asked
                log.warning("model %s failed: %s", choice.name, failure)
                error = failure
                choice.trouble, choice.down_until = failure, time.monotonic() + PAUSE
                continue
            mandate.spend(message)
            message.additional_kwargs["model"] = choice.name
            if choice is not self.first and self.first.trouble is not None:
                who = "the built-in planner" if choice.builtin else choice.name
                message.additional_kwargs["note"] = f"{cause(self.first.trouble)} {who[0].upper()}{who[1:]} answered instead."
            return message
        return stopped(explain(error or RuntimeError("no model")), messages)

    async def _asked(self, ask: Callable[[Choice], Awaitable[AIMessage]], choice: Choice) -> AIMessage:
        """An answer of one model. The clients wait and try again by themselves where an endpoint says no (429, 5xx, no connection);
        an answer that breaks off or cannot be read is asked for once more here."""
        try:
            return await ask(choice)
        except TooLongError as error:
            return AIMessage(error.text)
        except Exception as error:
            if isinstance(error, ModelError) and not isinstance(error, ModelConnectionError):
                raise
            log.info("model %s gave a broken answer, asked again: %s", choice.name, error)
            return await ask(choice)


def open_models(settings: Settings, catalogue: Catalogue) -> Models:
    """The models that the settings name.

    Raises:
        SettingsError: a name is not of a known form, or the package of its provider is not installed.
    """
    given = settings.swarm.fallback_models
    names = [settings.model, *(n for n in given if n != "none")]
    if "none" not in given:
        names.append(BUILTIN)
    choices = [Choice(name, _opener(name, settings, catalogue)) for name in dict.fromkeys(names)]
    if not choices[0].builtin:
        _ = choices[0].model  # a wrong name is a matter of now, not of the first message
    return Models(choices)


def open_model(settings: Settings, catalogue: Catalogue) -> BaseChatModel:
    """The chat model that the settings name first.

    Raises:
        SettingsError: see `open_models`.
    """
    return _opener(settings.model, settings, catalogue)()


def _opener(name: str, settings: Settings, catalogue: Catalogue) -> Callable[[], BaseChatModel]:
    provider, _, model = name.partition(":")
    if name != BUILTIN and not model:
        where = "in SWARM_MODEL or SWARM_FALLBACK_MODELS"
        raise SettingsError(f"{name!r} {where} names no model: use `builtin` or `<provider>:<name>`, e.g. openai:gpt-4.1-mini.")
    if name == BUILTIN:
        return lambda: _planner(catalogue)
    return lambda: _openai(model, settings) if provider == "openai" else _other(provider, model, settings)


def _planner(catalogue: Catalogue) -> BaseChatModel:
    from swarm.planner.model import Planner

    return Planner(catalogue=catalogue)


def _openai(model: str, settings: Settings) -> BaseChatModel:
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    openai = settings.openai
    return ChatOpenAI(
        model=model,
        base_url=openai.base_url,
        api_key=openai.api_key or SecretStr(NO_KEY),
        timeout=openai.timeout,
        max_retries=openai.retries,
        temperature=0,
        stream_usage=True,
        streaming=True,
    )


def _other(provider: str, model: str, settings: Settings) -> BaseChatModel:
    """A model of any other provider that LangChain knows; keys and addresses are those of the provider's own package."""
    from langchain.chat_models import init_chat_model

    try:
        return init_chat_model(
            model, model_provider=provider, temperature=0, max_retries=settings.openai.retries, timeout=settings.openai.timeout
        )
    except ImportError as error:
        package = f"langchain-{provider.replace('_', '-')}"
        raise SettingsError(f"{provider}:{model} needs a package that is not installed ({error}); try: pip install {package}.") from None
    except Exception as error:  # noqa: BLE001 - every provider's package complains in its own way
        raise SettingsError(f"{provider}:{model} cannot be used: {error}") from None


def _masked(message: AIMessage, mandate: Mandate) -> AIMessage:
    """The message without secrets: a model may have put one together, or have known it before."""
    content, calls = mandate.mask(message.content), mandate.mask(message.tool_calls)
    if content == message.content and calls == message.tool_calls:
        return message
    extra = {name: value for name, value in message.additional_kwargs.items() if name != "tool_calls"}
    return message.model_copy(update={"content": content, "tool_calls": calls, "additional_kwargs": extra})
