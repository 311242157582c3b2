"""`python -m evals.planner.fuzz --count 20000 --seed N`: no text breaks the planner, and noise changes nothing.

Three kinds of texts: noise (of `evals.planner.noise`: no action that changes something may come of it), mutated requests
(letters lost, doubled or swapped, words shuffled, names torn, several glued together) and very long ones.
"""

import argparse
import random
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Console

from agents.registry import find_agents
from evals.benchmarks.planner import Names
from evals.planner.data import tools_of
from evals.planner.noise import Noise
from knowledge.embeddings import WordLlamaEmbedding
from swarm.planner import talk
from swarm.planner.planner import Planner
from swarm.planner.references import Memory

NAMES = 200
SLOW = 1.0
"""Seconds that no text may take."""


@dataclass
class Found:
    """What went wrong."""

    broken: list[tuple[str, str]] = field(default_factory=list)
    """Text and traceback."""
    changing: list[tuple[str, str]] = field(default_factory=list)
    """Noise and the tool that it called."""
    slow: list[tuple[str, float]] = field(default_factory=list)


class Texts:
    """Endless texts, the same for the same seed."""

    def __init__(self, seed: int, names: Sequence[str] = ()) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - texts, not secrets
        self._noise = Noise(self._chance, names)
        self._requests = [example for tool in tools_of(find_agents()) for example in tool.examples]

    def noise(self) -> str:
        """What asks for nothing."""
        return self._noise.text()

    def mutated(self) -> str:
        """A request, or several, after a few accidents."""
        text = self._chance.choice([" and ", "\n", ", then ", " "]).join(self._chance.choices(self._requests, k=self._chance.randint(1, 3)))
        for _ in range(self._chance.randint(1, 8)):
            text = self._chance.choice([self._lost, self._doubled, self._inserted, self._shuffled, str.upper])(text) or text
        return text

    def long(self) -> str:
        """Up to 20,000 characters: the most that a message may have."""
        piece = self._chance.choice([self.mutated, self.noise])() or "a"
        return (piece + self._chance.choice(["", " ", "\n", " and ", "("])) * (20_000 // (len(piece) + 5))

    def _place(self, text: str) -> int:
        return self._chance.randrange(len(text) + 1)

    def _lost(self, text: str) -> str:
        place = self._place(text)
        return text[:place] + text[place + self._chance.randint(1, 4) :]

    def _doubled(self, text: str) -> str:
        place = self._place(text)
        return text[:place] + text[place : place + self._chance.randint(1, 20)] * 2 + text[place + 1 :]

    def _inserted(self, text: str) -> str:
        place = self._place(text)
        return text[:place] + self._noise.characters()[:3] + text[place:]

    def _shuffled(self, text: str) -> str:
        words = text.split(" ")
        self._chance.shuffle(words)
        return " ".join(words)


def fuzz(count: int, seed: int) -> Found:
    """Let the planner decide on this many texts; one in fifty is very long."""
    tools = tools_of(find_agents())
    changing = {tool.name for tool in tools if tool.effect != "read"}
    names = Names(NAMES)
    planner = Planner(tools, names, WordLlamaEmbedding())
    texts, found = Texts(seed, [entry.name for kind in names.kinds for entry in names.entries(kind)]), Found()
    for number in range(count):
        noise = number % 2 == 0
        text = texts.long() if number % 50 == 1 else texts.noise() if noise else texts.mutated()
        started = time.perf_counter()
        try:
            called = decided(planner, names, text)
        except Exception:  # noqa: BLE001 - what it looks for
            found.broken.append((text, traceback.format_exc()))
            continue
        if time.perf_counter() - started > SLOW:
            found.slow.append((text, time.perf_counter() - started))
        if noise:
            found.changing += [(text, tool) for tool in called if tool in changing]
    return found


def decided(planner: Planner, names: Names, text: str) -> list[str]:
    """The tools that a message would call, as the chat model asks for them."""
    if talk.small_talk(text, names) is not None:
        return []
    steps = [step.text for step in planner.plan(text, Memory()) if step.delegate]
    return [action.tool for step in steps for action in [planner.act(step, Memory())] if action.tool]


def main() -> int:
    """Print what was found."""
    parser = argparse.ArgumentParser(description="Random, mutated and very long messages for the built-in planner.")
    parser.add_argument("--count", type=int, default=20_000, help="messages")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same messages")
    given = parser.parse_args()
    started = time.perf_counter()
    found = fuzz(given.count, given.seed)
    console = Console(markup=False, highlight=False)
    for text, why in found.broken[:5]:
        console.print(f"BROKEN {text[:200]!r}\n{why}")
    for text, tool in found.changing[:20]:
        console.print(f"CHANGES {tool}: {text[:200]!r}")
    for text, seconds in found.slow[:10]:
        console.print(f"SLOW {seconds:.1f} s, {len(text):,} characters: {text[:120]!r}")
    said = f"{given.count:,} messages in {time.perf_counter() - started:.0f} s: {len(found.broken)} exceptions, "
    console.print(f"{said}{len(found.changing)} changes out of noise, {len(found.slow)} slower than {SLOW:g} s.")
    return 1 if found.broken or found.changing or found.slow else 0


if __name__ == "__main__":
    raise SystemExit(main())
