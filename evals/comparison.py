"""Two results of the same suite beside each other."""

import json
from pathlib import Path
from typing import cast

from evals.errors import EvalError
from evals.result import Evaluation

_NEEDED = ("suite", "model", "cases", "passed", "pass_rate", "by_kind", "metrics", "failures", "seconds")


def load_result(file: Path) -> Evaluation:
    """A result from the file that `--json` wrote.

    Raises:
        EvalError: it is none.
    """
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EvalError(f"{file} is no result of an evaluation: {error}") from error
    if not isinstance(found, dict) or (missing := [name for name in _NEEDED if name not in found]):
        raise EvalError(f"{file} is no result of an evaluation: {', '.join(missing) if isinstance(found, dict) else 'no object'} missing.")
    return cast(Evaluation, found)


def compared(earlier: Evaluation, later: Evaluation) -> str:
    """What became better and what worse: rates by kind, cases, figures."""
    lines = [f"{'kind':<14} {'earlier':>9} {'later':>9} {'change':>9}"]
    for kind in dict.fromkeys([*earlier["by_kind"], *later["by_kind"]]):
        lines.append(_line(kind, _rate(earlier, kind), _rate(later, kind)))
    lines.append(_line("all", earlier["pass_rate"], later["pass_rate"]))
    if earlier["cases"] != later["cases"]:
        lines.append(f"these are not the same cases: {earlier['cases']} and {later['cases']}")
    failing = [{failure["id"] for failure in result["failures"]} for result in (earlier, later)]
    for word, ids in (("newly passing", failing[0] - failing[1]), ("newly failing", failing[1] - failing[0])):
        lines.append(f"{word}: {', '.join(sorted(ids)) or 'none'}")
    for name in sorted(earlier["metrics"].keys() & later["metrics"].keys()):
        lines.append(f"{name}: {earlier['metrics'][name]:g} -> {later['metrics'][name]:g}")
    return "\n".join(lines)


def _rate(result: Evaluation, kind: str) -> float | None:
    counts = result["by_kind"].get(kind)
    return counts["passed"] / counts["cases"] if counts and counts["cases"] else None


def _line(name: str, before: float | None, after: float | None) -> str:
    change = "" if before is None or after is None else f"{(after - before) * 100:+.1f}"
    return f"{name:<14} {_shown(before):>9} {_shown(after):>9} {change:>9}"


def _shown(rate: float | None) -> str:
    return "-" if rate is None else f"{rate:.1%}"
