"""Readings of a step: what its pronouns and unknown names may stand for, each with a doubt."""

import re
from collections.abc import Callable, Iterator, Sequence

from swarm.planner.references import NOUNS, Memory
from swarm.planner.requests import Core
from swarm.planner.shape import Shape, clauses
from swarm.planner.wording import IT, NEWLY, ONES, THE_NEW, THERE

LATER = 0.5
"""Doubt that each kind of things adds which was spoken of more lately than the one that a pronoun is taken for."""
CUT = 0.1
"""Doubt that a step is no more than its core."""
TOLD = 1.5
"""Doubt that what is only told beside a request says what is to be done."""
UNKNOWN = 3.5
"""Doubt that a name which nothing has is one of some kind."""


def readings(
    first: Shape, memory: Memory, kinds: Sequence[str], begins: Callable[[str], bool], core: Core
) -> Iterator[tuple[Shape, float]]:
    """Ways to read a step, each with a doubt: pronouns as the things they may stand for, unknown names as each kind, clauses, and the core
    of what it asks for, with the name that is told beside it."""
    found = list(_pointed(first, memory, kinds))
    if core.told:
        found = [(reading, doubt + TOLD) for reading, doubt in found]
    if core.text != first.text:
        found += [(reading, doubt + CUT) for reading, doubt in _pointed(_named(Shape(core.text), first), memory, kinds)]
    for reading, doubt in found:
        yield reading, doubt
        yield from ((clause, doubt) for clause in clauses(reading) if begins(clause.text))


def _pointed(first: Shape, memory: Memory, kinds: Sequence[str]) -> Iterator[tuple[Shape, float]]:
    """A shape, and what it is with the things that its pronouns and unknown names may stand for."""
    present = {kind for kinds in first.kinds for kind in kinds}
    several = ONES.search(first.text) is not None
    pointed = several or THE_NEW.search(first.text) is not None
    found = [(first, 1.0 if pointed and memory.kinds(several) else 0.0)]
    for number, kind in enumerate(memory.kinds(several)[:4]):
        noun = re.compile(rf"\b(?:the|this|that|its|these|those)\s+(?:new\s+)?(?:{NOUNS.get(kind, kind)})\b(?!\s*\{{)", re.I)
        pointing = noun if noun.search(first.text) else IT
        said = pointing.search(first.text)
        if kind not in present and said and re.fullmatch(r"the .*[^s]s", said.group().strip(), re.I) and not several:
            continue  # "the runs" are more than the one spoken of
        if kind == "bucket" and kind not in present and THERE.search(first.text):
            found.append((Shape(THERE.sub(" to {bucket}", first.text, count=1)), 0.1))
        if kind not in present and said:
            found.append((Shape(pointing.sub(f" {{{kind}}} ", first.text, count=1)), LATER * number))
        if kind not in present and several:
            found.append((Shape(ONES.sub(f" {kind} ", first.text, count=1)), LATER * number + 0.1))
    if "{name}" in first.text and not present & set(NOUNS) and not NEWLY.search(first.text):
        found += [(Shape(first.text.replace("{name}", f"{{{kind}}}", 1)), UNKNOWN) for kind in kinds]
    yield from found


def _named(core: Shape, whole: Shape) -> Shape:
    """The core of a step with the thing that only the rest of the step names, where the core points at it or names none."""
    missing = [kinds for kinds in whole.kinds if kinds not in core.kinds and set(kinds) & set(NOUNS)]
    if not missing:
        return core
    name = f" {{{'|'.join(missing[0])}}} "
    return Shape(IT.sub(name, core.text, count=1) if IT.search(core.text) else f"{core.text}{name}")
