"""A measured figure beside its baseline, and how such figures are taken."""

import statistics
import time
from collections.abc import Callable
from typing import Literal

from pydantic import BaseModel, computed_field


class Measurement(BaseModel):
    """One figure of a benchmark; `ratio` is value / baseline of the same run."""

    name: str
    value: float
    unit: str
    spread: float = 0.0
    """Half the distance between the slowest and the fastest repetition, in `unit`."""
    baseline: str = ""
    baseline_value: float | None = None
    ratios: list[float] = []
    """Of each pair, where value and baseline were measured in pairs: what drifts from pair to pair concerns both alike."""
    target: float | None = None
    """Bound on `value`, or on `ratio` where `of` says so."""
    of: Literal["value", "ratio"] = "value"
    better: Literal["less", "more"] = "less"

    @computed_field  # type: ignore[prop-decorator]
    @property
    def ratio(self) -> float | None:
        """Value divided by the baseline's value; of pairs the median of their ratios."""
        if self.ratios:
            return statistics.median(self.ratios)
        return self.value / self.baseline_value if self.baseline_value else None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def ratio_spread(self) -> float | None:
        """Half the distance between the quartiles of the pairs' ratios."""
        if len(self.ratios) < 2:
            return None
        low, _, high = statistics.quantiles(self.ratios, n=4)
        return (high - low) / 2

    @computed_field  # type: ignore[prop-decorator]
    @property
    def ok(self) -> bool | None:
        """Whether the target is met; None without one."""
        figure = self.ratio if self.of == "ratio" else self.value
        if self.target is None or figure is None:
            return None
        return figure <= self.target if self.better == "less" else figure >= self.target


def seconds(work: Callable[[], object], repeat: int = 5, warm_up: int = 1) -> tuple[float, float]:
    """Median wall time of some work and half its range, in seconds."""
    for _ in range(warm_up):
        work()
    times = []
    for _ in range(repeat):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times), (max(times) - min(times)) / 2
