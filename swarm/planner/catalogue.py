"""A read-only view of what exists, for linking words to names."""

import logging
import time
from collections.abc import Sequence
from typing import Protocol

from tools.result import ToolError
from tools.services import Services
from tools.tool import Entry, Toolset

log = logging.getLogger(__name__)

FRESH = 3.0
"""Seconds for which a listing is used again."""


class Known(Protocol):
    """What exists, by kind."""

    @property
    def kinds(self) -> list[str]:
        """The kinds of things there are names for."""
        ...

    def entries(self, kind: str) -> Sequence[Entry]:
        """What exists of a kind."""
        ...


class Catalogue:
    """Names by kind, from the listers of all toolsets. A backend that is down has no names; the tool itself will say so."""

    def __init__(self, toolsets: Sequence[Toolset], services: Services) -> None:
        self._listers = {kind: lister for toolset in toolsets for kind, lister in toolset.listers.items()}
        self._services = services
        self._known: dict[str, tuple[float, list[Entry]]] = {}

    @property
    def kinds(self) -> list[str]:
        """The kinds of things there are names for."""
        return list(self._listers)

    def entries(self, kind: str) -> list[Entry]:
        """What exists of a kind."""
        lister = self._listers.get(kind)
        if lister is None:
            return []
        known = self._known.get(kind)
        if known is not None and time.monotonic() - known[0] < FRESH:
            return known[1]
        try:
            entries = lister.entries(*(self._services.get(service) for service in lister.services))
        except ToolError as error:
            log.info("no names of kind %s: %s", kind, error.message)
            entries = []
        self._known[kind] = (time.monotonic(), entries)
        return entries
