"""A step that asks for an accelerator."""

from kfp import dsl


@dsl.component
def work():
    pass


@dsl.pipeline(name="refused-accelerator")
def pipeline():
    work().set_accelerator_type("nvidia.com/gpu").set_accelerator_limit(1)


REFUSED = "The component 'work' asks for an accelerator (nvidia.com/gpu)"
