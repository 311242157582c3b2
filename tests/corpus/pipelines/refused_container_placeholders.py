"""A container component with concatenated and optional arguments."""

from typing import Optional

from kfp import dsl


@dsl.container_component
def shell(text: str, note: Optional[str] = None):
    return dsl.ContainerSpec(
        image="alpine",
        command=["echo"],
        args=[dsl.ConcatPlaceholder(["--text=", text]), dsl.IfPresentPlaceholder("note", then=["--note", note], else_=["--none"])],
    )


@dsl.pipeline(name="refused-container-placeholders")
def pipeline():
    shell(text="x")


REFUSED = "The component 'shell' runs in the container image 'alpine'"
