"""What all calls share: the connection, filters, and how times and states are read."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from tools.kfp.connection import Connection
from tools.kfp.settings import KfpSettings

PAGE = 100
NEWEST_FIRST = "created_at desc"


class Calls:
    """A part of the client; `connect` answers the connection's settings (see `Connection`)."""

    def __init__(self, connect: Callable[[], KfpSettings]) -> None:
        self._connection = Connection(connect)

    @property
    def settings(self) -> KfpSettings:
        """The settings of the connection in use."""
        return self._connection.settings

    def close(self) -> None:
        """Close the connections."""
        self._connection.close()

    def _ask(self, doing: str, service: str, method: str, *args: Any, **query: Any) -> Any:
        """One call of the generated client; `doing` names it in errors."""
        with self._connection.errors(doing):
            return getattr(self._connection.service(service), method)(*args, **query, **self._connection.time)


def where(*words: str, **values: str) -> str:
    """A filter for names that contain every one of the words, and for these values; empty without any. Servers may ignore case."""
    predicates = [{"operation": "EQUALS", "key": key, "stringValue": value} for key, value in values.items()]
    predicates += [{"operation": "IS_SUBSTRING", "key": "display_name", "stringValue": word} for word in words]
    return json.dumps({"predicates": predicates}) if predicates else ""


def is_id(name: str) -> bool:
    """Whether a name has the form of an id."""
    parts = name.split("-")
    return [len(p) for p in parts] == [8, 4, 4, 4, 12] and all(c in "0123456789abcdef" for p in parts for c in p.lower())


def time_of(value: datetime | None) -> datetime | None:
    """A time; servers send the epoch for "not yet"."""
    return None if value is None or value.year <= 1970 else value
