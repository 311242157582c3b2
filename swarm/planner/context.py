"""What a step's arguments can come from."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from swarm.planner.linking import Mention
from tools.tool import Entry


@dataclass
class Context:
    """All that a step's arguments can come from."""

    text: str
    found: list[Mention]
    entries: Callable[[str], list[Entry]]
    recent: list[dict[str, Any]] = field(default_factory=list)
    """Things spoken of, the most recent first: `{kind, name, bucket?}`."""

    def mentioned(self, kind: str) -> list[Entry]:
        """The things of a kind that the text names."""
        return list(dict.fromkeys(m.entry for m in self.found if m.entry.kind == kind)) if self.found else []

    def last(self, kind: str) -> dict[str, Any] | None:
        """The thing of a kind spoken of last."""
        return next((thing for thing in self.recent if thing["kind"] == kind), None)
