"""A component that writes to `/tmp` by name, as in a container: each step has its own, and an artifact may be left there."""

from kfp import dsl


@dsl.component
def make(data: dsl.Output[dsl.Dataset]):
    import os
    import shutil
    import tempfile

    os.makedirs("/tmp/swarm-work")
    with open("/tmp/swarm-work/draft.txt", "w") as file:
        file.write("mine")
    with tempfile.NamedTemporaryFile("w", dir="/tmp") as file:
        file.write("gone")
    shutil.copy("/tmp/swarm-work/draft.txt", "/tmp/swarm-work/final.txt")
    data.custom_path = "/tmp/swarm-work/final.txt"


@dsl.component
def read(data: dsl.Input[dsl.Dataset]) -> str:
    import os

    return f"{open(data.path).read()}, others: {os.path.exists('/tmp/swarm-work')}"


@dsl.pipeline(name="temporary-files")
def pipeline() -> str:
    return read(data=make().outputs["data"]).output


OUTPUTS = {"Output": "mine, others: False"}
LOCAL = "shares one /tmp"
