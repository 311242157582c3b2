"""List[int] and Dict[str, float] annotations."""

from typing import Dict, List

from kfp import dsl


@dsl.component
def total(xs: List[int], weights: Dict[str, float]) -> float:
    return sum(xs) * weights["w"]


@dsl.pipeline(name="typed-collections")
def pipeline() -> float:
    return total(xs=[1, 2], weights={"w": 0.5}).output


OUTPUTS = {"Output": 1.5}
