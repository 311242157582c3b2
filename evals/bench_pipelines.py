"""The small pipelines that the engine's benchmarks run, compiled here. Nothing in them is cached."""

from pathlib import Path

from kfp import compiler, dsl

EMPTY, PARALLEL, LOOP = "bench-empty", "bench-parallel", "bench-loop"


@dsl.component(base_image="python:3.11")
def nothing(text: str) -> str:
    """Do nothing."""
    return text


@dsl.component(base_image="python:3.11")
def rest(seconds: float) -> float:
    """Wait, as a step does that waits for something."""
    import time

    time.sleep(seconds)
    return seconds


@dsl.pipeline(name=EMPTY)
def empty() -> None:
    """Five steps in a row."""
    text = "x"
    for _ in range(5):
        text = nothing(text=text).set_caching_options(False).output


@dsl.pipeline(name=PARALLEL)
def parallel() -> None:
    """Four steps that do not depend on each other."""
    for _ in range(4):
        rest(seconds=1.0).set_caching_options(False)


@dsl.pipeline(name=LOOP)
def loop() -> None:
    """Eight iterations of one step."""
    with dsl.ParallelFor([1.0] * 8) as seconds:
        rest(seconds=seconds).set_caching_options(False)


def compile_all(folder: Path) -> dict[str, Path]:
    """Package files by pipeline name."""
    packages = {}
    for pipeline in (empty, parallel, loop):
        packages[pipeline.name] = folder / f"{pipeline.name}.yaml"
        compiler.Compiler().compile(pipeline, str(packages[pipeline.name]))
    return packages
