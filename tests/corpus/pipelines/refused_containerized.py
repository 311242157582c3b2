"""A Python component built into an image of its own."""

from kfp import dsl


@dsl.component(base_image="python:3.11", target_image="registry.example.org/mine")
def work():
    pass


@dsl.pipeline(name="refused-containerized")
def pipeline():
    work()


REFUSED = "The component 'work' runs in the container image 'registry.example.org/mine'"
