"""A component that was compiled before and loaded from its YAML."""

from kfp import dsl

from kfp import compiler, components
import tempfile


@dsl.component
def add(a: int, b: int = 2) -> int:
    return a + b


with tempfile.NamedTemporaryFile(suffix=".yaml") as file:
    compiler.Compiler().compile(add, file.name)
    loaded = components.load_component_from_file(file.name)


@dsl.pipeline(name="component-from-yaml")
def pipeline() -> int:
    return loaded(a=loaded(a=1).output, b=4).output


OUTPUTS = {"Output": 7}
