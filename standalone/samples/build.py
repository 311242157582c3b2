"""Compile the sample pipelines: `python -m standalone.samples.build` rewrites `compiled/` from `pipelines/`."""

import pkgutil
from importlib import import_module
from pathlib import Path

from standalone.samples import pipelines

COMPILED = Path(__file__).with_name("compiled")


def build(target: Path = COMPILED) -> list[Path]:
    """Compile every module of `pipelines` into `target` and return the packages written, one `<pipeline>.yaml` each.

    A module `some_name` holds its pipeline under its own name and the pipeline is called `some-name`. The same sources and the same
    kfp give the same bytes.
    """
    from kfp.compiler import Compiler

    packages = []
    for module in pkgutil.iter_modules(pipelines.__path__):
        pipeline = getattr(import_module(f"{pipelines.__name__}.{module.name}"), module.name)
        package = target / f"{pipeline.name}.yaml"
        Compiler().compile(pipeline, str(package))
        packages.append(package)
    return packages


if __name__ == "__main__":
    build()
