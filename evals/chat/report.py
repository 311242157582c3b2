"""What the cases of a conversation suite came to: as data and as text."""

from collections.abc import Sequence
from math import comb
from statistics import fmean

from evals.chat.grading import told
from evals.chat.playing import Played
from evals.result import Evaluation, Failure, by_kind


def summarise(suite: str, model: str, played: Sequence[Played], seconds: float, loading: float) -> Evaluation:
    """The result over all that was played; a case played several times counts each time.

    Metrics: `calls_per_case`, `case_p50_s`, `case_p95_s`, `loading_s` (making the world), and, where cases were
    repeated, `pass_at_1` and `pass_hat_2`, `pass_hat_3`, ...: the chance that as many attempts at a case all pass.
    """
    passed = sum(one.passed for one in played)
    times = sorted(one.seconds for one in played)
    metrics = {
        "calls_per_case": fmean(len(one.steps) for one in played) if played else 0.0,
        "case_p50_s": times[len(times) // 2] if times else 0.0,
        "case_p95_s": times[min(len(times) - 1, int(len(times) * 0.95))] if times else 0.0,
        "loading_s": loading,
    }
    if any(one.attempt > 1 for one in played):
        ids = {one.case.id for one in played}
        results = [[one.passed for one in played if one.case.id == case_id] for case_id in ids]
        most = min(map(len, results))
        hats = {f"pass_hat_{k}": fmean(comb(sum(r), k) / comb(len(r), k) for r in results) for k in range(2, most + 1)}
        metrics |= {"pass_at_1": passed / len(played), **hats}
    usage = [reply.usage for one in played for reply in one.replies]
    return Evaluation(
        suite=suite,
        model=model,
        cases=len(played),
        passed=passed,
        pass_rate=round(passed / len(played), 4) if played else 0.0,
        by_kind=by_kind((one.case.kind, one.passed) for one in played),
        metrics={name: round(value, 4) for name, value in metrics.items()},
        failures=[_failure(one) for one in played if not one.passed],
        usage={name: sum(getattr(u, name) for u in usage) for name in ("model_calls", "prompt_tokens", "completion_tokens")},
        seconds=round(seconds, 2),
    )


def rendered(result: Evaluation) -> str:
    """The result for people: failures in full, then a table by kind."""
    parts = [_failure_text(failure) for failure in result["failures"]]
    rows = [(kind, counts["cases"], counts["passed"], counts["passed"] / counts["cases"]) for kind, counts in result["by_kind"].items()]
    rows.append(("all", result["cases"], result["passed"], result["pass_rate"]))
    lines = [f"{'kind':<12} {'cases':>6} {'passed':>7} {'rate':>8}"]
    lines += [f"{kind:<12} {cases:>6} {passed:>7} {rate:>8.1%}" for kind, cases, passed, rate in rows]
    metrics = "  ".join(f"{name} {value:g}" for name, value in result["metrics"].items())
    usage = "  ".join(f"{name} {value:,}" for name, value in result["usage"].items())
    parts.append("\n".join([*lines, "", f"model {result['model']}  {result['seconds']:g} s  {usage}", metrics]))
    return "\n\n".join(parts)


def _failure(one: Played) -> Failure:
    answer = one.replies[-1].answer if one.replies else ""
    return Failure(
        id=one.case.id, why="; ".join(one.reasons), turns=list(one.case.turns), steps=[told(step) for step in one.steps], answer=answer
    )


def _failure_text(failure: Failure) -> str:
    said = [f"  > {turn}" for turn in failure["turns"]]
    steps = [f"  {step}" for step in failure["steps"]] or ["  (no call)"]
    answer = [f"  | {line}" for line in failure["answer"].splitlines()]
    return "\n".join([f"{failure['id']}: {failure['why']}", *said, *steps, *answer])
