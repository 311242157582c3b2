"""Cross-validation: each fold of the cases is played by a planner whose examples know nothing like its messages.

The planner learns from the examples that tools carry. Somebody who has read the cases may have written examples close to their
messages; so, before a fold is played, every example that shares most of its words with a message of the fold is taken away. How
many messages had such an example is told beside the result. Weights are fitted on examples and phrases, never on cases, so they
stay.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from evals.chat.cases import Case, known_tools
from evals.chat.playing import Played, play
from evals.worlds.description import World
from evals.worlds.loading import LoadedWorld
from swarm.planner.language import content
from tools.names import normal

CLOSE = 0.7
"""Share of words in common (of both together) from which on an example knows a message."""


async def play_in_folds(
    world: LoadedWorld, cases: Sequence[Case], folds: int, repeat: int = 1, tell: Callable[[Played], None] = lambda _: None
) -> tuple[list[Played], int]:
    """Play the cases fold by fold with the built-in planner; also how many of their messages had an example too close."""
    played: list[Played] = []
    known = 0
    for fold in split(cases, folds):
        with without_examples_like(_messages(fold), names_of(world.world)) as close:
            played += await play(world, fold, "builtin", repeat, tell)
            known += close
    return played, known


def split(cases: Sequence[Case], folds: int) -> list[list[Case]]:
    """The cases in so many folds, each with its share of every kind; none is empty."""
    kinds = dict.fromkeys(case.kind for case in cases)
    ordered = [case for kind in kinds for case in cases if case.kind == kind]
    return [ordered[n::folds] for n in range(folds) if ordered[n::folds]]


@contextmanager
def without_examples_like(messages: Sequence[str], names: Sequence[str]) -> Iterator[int]:
    """Tools without those examples that are close to one of the messages, whatever names stand in these; how many messages had one."""
    tools = list(known_tools().values())
    before = {tool.name: tool.examples for tool in tools}
    said = [_words(message, names) for message in messages]
    close = {n for n, words in enumerate(said) for tool in tools for e in tool.examples if _alike(words, _words(e, ()))}
    try:
        for tool in tools:
            tool.examples = tuple(e for e in tool.examples if not any(_alike(words, _words(e, ())) for words in said))
        yield len(close)
    finally:
        for tool in tools:
            tool.examples = before[tool.name]


def names_of(world: World) -> list[str]:
    """Everything that has a name in a world, the longest first."""
    names = {p.name for p in world.pipelines} | {e.name for e in world.experiments} | {r.name for r in world.runs}
    names |= {s.name for s in world.schedules} | {b.name for b in world.buckets} | {o.key for b in world.buckets for o in b.objects}
    return sorted(names, key=len, reverse=True)


def _messages(cases: Sequence[Case]) -> list[str]:
    return [turn for case in cases for turn in case.turns]


def _words(text: str, names: Sequence[str]) -> frozenset[str]:
    """The stems that carry meaning, without names, placeholders and numbers."""
    plain = f" {normal(text)} "
    for name in names:
        plain = plain.replace(f" {normal(name)} ", " ")
    braced = {word for part in text.split("{")[1:] for word in normal(part.split("}")[0]).split()}
    return frozenset(stem for stem in content(plain) if stem not in braced and not stem.isdigit())


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one) and len(one & other) >= CLOSE * len(one | other)
