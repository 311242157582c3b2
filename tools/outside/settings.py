"""Which outside servers there are, and how they are reached."""

import json
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, model_validator

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]


class OutsideServer(BaseModel):
    """A server: a command of this machine, or an address."""

    model_config = ConfigDict(extra="forbid")

    command: list[str] = Field(default_factory=list)
    """The program and its arguments; it speaks over its standard streams."""
    env: dict[str, SecretStr] = Field(default_factory=dict)
    """Variables of its environment, beside a few usual ones; it sees none of ours."""
    url: str = Field("", pattern=r"^(https?://.+)?$")
    """Address of a server that speaks streamable HTTP."""
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    """Headers of every request to it, such as `Authorization`."""
    description: str = Field("", max_length=200)
    """One line: what to delegate to its agent."""
    timeout: float = Field(60.0, gt=0)
    """Seconds that one call may take."""

    @model_validator(mode="after")
    def _one_way(self) -> "OutsideServer":
        if bool(self.command) == bool(self.url):
            raise ValueError("a server has either a `command` or a `url`")
        return self

    @property
    def secrets(self) -> list[str]:
        """What of it nobody is to see."""
        return [value.get_secret_value() for value in [*self.env.values(), *self.headers.values()]]


_SERVERS = TypeAdapter(dict[Name, OutsideServer])


def read_servers(given: str | None) -> dict[str, OutsideServer]:
    """The servers of a setting: JSON, or the path of a file that holds it.

    Raises:
        ValueError: it is neither, or a server is not described well.
    """
    text = (given or "{}").strip()
    if not text.startswith("{"):
        try:
            text = Path(text).expanduser().read_text(encoding="utf-8")
        except OSError as error:
            raise ValueError(f"{text!r} is neither JSON nor a file that can be read: {error.strerror}") from None
    try:
        return _SERVERS.validate_python(json.loads(text))
    except json.JSONDecodeError as error:
        raise ValueError(f"no JSON: {error}") from None
