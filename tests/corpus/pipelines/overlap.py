"""Independent steps that wait do so at the same time."""

from kfp import dsl


@dsl.component
def span(n: int) -> list:
    import time

    start = time.time()
    time.sleep(1)
    return [start, time.time()]


@dsl.component
def overlap(a: list, b: list, c: list, d: list) -> bool:
    spans = [a, b, c, d]
    return max(start for start, _ in spans) < min(end for _, end in spans)


@dsl.pipeline(name="overlap")
def pipeline() -> bool:
    a, b, c, d = span(n=1).output, span(n=2).output, span(n=3).output, span(n=4).output
    return overlap(a=a, b=b, c=c, d=d).output


OUTPUTS = {"Output": True}
LOCAL = "runs them one after another"
