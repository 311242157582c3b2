"""Several artifacts and a parameter returned at once."""

from typing import NamedTuple

from kfp import dsl


@dsl.component
def make() -> NamedTuple("Outputs", a=dsl.Dataset, b=dsl.Model, n=int):
    from kfp import dsl

    a = dsl.Dataset(uri=dsl.get_uri("a"), metadata={"k": 1})
    b = dsl.Model(uri=dsl.get_uri("b"))
    open(a.path, "w").write("A")
    open(b.path, "w").write("B")
    outputs = NamedTuple("Outputs", a=dsl.Dataset, b=dsl.Model, n=int)
    return outputs(a=a, b=b, n=2)


@dsl.component
def read(a: dsl.Input[dsl.Dataset], b: dsl.Input[dsl.Model], n: int) -> str:
    return (open(a.path).read() + open(b.path).read()) * n + str(a.metadata["k"])


@dsl.pipeline(name="several-returned-artifacts")
def pipeline() -> str:
    made = make().outputs
    return read(a=made["a"], b=made["b"], n=made["n"]).output


OUTPUTS = {"Output": "ABAB1"}
LOCAL = "does not set the folder that dsl.get_uri uses"
