"""Make what the samples ship; `python -m standalone.samples.build` rewrites `compiled/` from `pipelines/`, and `objects/`."""

import pkgutil
from importlib import import_module
from pathlib import Path

from standalone.samples import pipelines
from standalone.samples.data import sample_objects
from standalone.samples.load import OBJECTS

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


def write_objects(target: Path = OBJECTS) -> None:
    """Write every sample object to `target`, as `bucket/key`."""
    for bucket, key, content in sample_objects():
        file = target / bucket / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


if __name__ == "__main__":
    build()
    write_objects()
