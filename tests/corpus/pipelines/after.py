"""An order without data."""

from kfp import dsl


@dsl.component
def nap():
    import time

    time.sleep(0.2)


@dsl.component
def now() -> float:
    import time

    return time.time()


@dsl.component
def earlier(a: float, b: float) -> bool:
    return a < b


@dsl.pipeline(name="after")
def pipeline() -> bool:
    first = now().set_caching_options(False)
    rest = nap().after(first)
    second = now().set_caching_options(False).after(rest)
    return earlier(a=first.output, b=second.output).output


OUTPUTS = {"Output": True}
