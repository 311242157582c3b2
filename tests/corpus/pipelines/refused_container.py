"""A container component needs containers."""

from kfp import dsl


@dsl.container_component
def shell(text: str):
    return dsl.ContainerSpec(image="alpine", command=["echo", text])


@dsl.pipeline(name="refused-container")
def pipeline():
    shell(text="x")


REFUSED = "The component 'shell' runs in the container image 'alpine'"
