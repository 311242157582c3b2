"""Citations: `[n]` in an answer, and the passages they stand for."""

import re
from collections.abc import Sequence

from tools.result import Source

_MARK = re.compile(r"\[(\d+)\]")


def cite(answer: str, sources: Sequence[Source]) -> tuple[str, list[Source]]:
    """The answer with its citations numbered from 1 in order of appearance, and just the sources it cites.

    Numbers that stand for no source are taken out: nothing is cited that was not read.
    """
    known = {s.n: s for s in sources}
    if not known:
        return answer, []
    order: dict[int, int] = {}

    def renumber(match: re.Match[str]) -> str:
        number = int(match.group(1))
        if number not in known:
            return ""
        return f"[{order.setdefault(number, len(order) + 1)}]"

    text = _MARK.sub(renumber, answer)
    return text, [known[old].model_copy(update={"n": new}) for old, new in order.items()]
