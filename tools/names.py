"""How the names that people say find the things that exist."""

import re
from collections.abc import Callable, Sequence

from rapidfuzz import fuzz, process

from tools.result import ErrorCode, ToolError


def normal(name: str) -> str:
    """Case and separators ignored: `Breast_Cancer SVM` -> `breast cancer svm`."""
    return " ".join(re.findall(r"[^\W_]+", name.lower()))


def nearest(given: str, names: Sequence[str], limit: int = 5) -> list[str]:
    """The names most like what was given, best first."""
    found = process.extract(normal(given), {name: normal(name) for name in names}, scorer=fuzz.WRatio, limit=limit, score_cutoff=55)
    return [name for _, _, name in found]


def matching(given: str, names: Sequence[str]) -> list[str]:
    """The names that `given` can mean: exact, else by normal form, else by unique prefix or word; empty when none."""
    if given in names:
        return [given]
    wanted = normal(given)
    if not wanted:
        return []
    tests: tuple[Callable[[str], bool], ...] = (
        lambda name: normal(name) == wanted,
        lambda name: normal(name).startswith(wanted),
        lambda name: set(wanted.split()) <= set(normal(name).split()),
    )
    for fits in tests:
        found = [name for name in names if fits(name)]
        if found:
            return found
    return []


def resolve(kind: str, given: str, names: Sequence[str]) -> str:
    """The one existing name that `given` means.

    Raises:
        ToolError: AMBIGUOUS with the candidates, or NOT_FOUND with the nearest names.
    """
    found = matching(given, names)
    if len(found) == 1:
        return found[0]
    if found:
        raise ToolError(ErrorCode.AMBIGUOUS, f"several {kind}s fit `{given}`: {listed(found)}. Say which one.", found)
    raise not_found(kind, given, names)


def not_found(kind: str, given: str, names: Sequence[str]) -> ToolError:
    """The error for a name that fits nothing."""
    near = nearest(given, names)
    if near:
        return ToolError(ErrorCode.NOT_FOUND, f"there is no {kind} `{given}`. Nearest: {listed(near)}.", near)
    if names:
        return ToolError(ErrorCode.NOT_FOUND, f"there is no {kind} `{given}`. There are: {listed(names)}.", list(names[:10]))
    return ToolError(ErrorCode.NOT_FOUND, f"there is no {kind} `{given}`: there are no {kind}s at all yet.")


def listed(names: Sequence[str], limit: int = 8) -> str:
    """Names in backticks, the tail as a count."""
    shown = ", ".join(f"`{name}`" for name in names[:limit])
    return shown if len(names) <= limit else f"{shown} and {len(names) - limit} more"
