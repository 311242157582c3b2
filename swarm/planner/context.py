"""What a step's arguments can come from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from swarm.planner.language import STOP, words
from swarm.planner.linking import Linker, Mention
from swarm.planner.references import PRONOUN, Memory
from tools.tool import Entry

BARE = 2
"""Words of a step that says only what to do: "link please", "retry"."""


@dataclass
class Context:
    """All that a step's arguments can come from."""

    text: str
    found: list[Mention]
    entries: Callable[[str], Sequence[Entry]]
    linker: Linker
    memory: Memory
    common: frozenset[str] = frozenset()
    """Words of requests in general, which alone say nothing about a name."""
    kinds: dict[str, str] = field(default_factory=dict)
    """The kind of each argument of the tool."""
    required: frozenset[str] = frozenset()
    """Arguments that must be given."""
    destroys: bool = False
    """Whether the tool removes or overwrites: then nothing is guessed."""

    @property
    def pointing(self) -> bool:
        """Whether the text speaks of something it does not name: by a pronoun, or by saying no more than what to do."""
        if PRONOUN.search(self.text):
            return True
        said = [w for w in words(self.text) if w not in STOP]
        return 0 < len(said) <= BARE and not self.found and all(w in self.common for w in said)

    def mentioned(self, kind: str) -> list[Mention]:
        """The places where the text names things of a kind."""
        return [m for m in self.found if m.entry.kind == kind]

    def free(self, start: int, end: int) -> bool:
        """Whether no name lies in a stretch of the text."""
        return not any(m.start < end and start < m.end for m in self.found)

    def without(self, kind: str = "") -> str:
        """The text with the names of a kind, or all names, blanked; everything in its place."""
        text = self.text
        for m in self.found:
            if kind in ("", m.entry.kind):
                text = text[: m.start] + " " * (m.end - m.start) + text[m.end :]
        return text


@dataclass(frozen=True)
class Unclear:
    """An argument that the text leaves open between several things."""

    choices: list[str]


Args = dict[str, Any]
