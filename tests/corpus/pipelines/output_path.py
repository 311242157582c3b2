"""Outputs written to paths: parameters of every type, and an artifact."""

from kfp import dsl


@dsl.component
def write(
    i: dsl.OutputPath(int),
    f: dsl.OutputPath(float),
    b: dsl.OutputPath(bool),
    s: dsl.OutputPath(str),
    xs: dsl.OutputPath(list),
    data: dsl.OutputPath("Dataset"),
):
    for path, text in ((i, "3"), (f, "0.5"), (b, "true"), (s, "x y"), (xs, "[1, 2]"), (data, "rows")):
        open(path, "w").write(text)


@dsl.component
def read(i: int, f: float, b: bool, s: str, xs: list, data: dsl.InputPath("Dataset")) -> str:
    return f"{i!r} {f!r} {b!r} {s!r} {xs!r} {open(data).read()}"


@dsl.pipeline(name="output-path")
def pipeline() -> str:
    made = write().outputs
    return read(i=made["i"], f=made["f"], b=made["b"], s=made["s"], xs=made["xs"], data=made["data"]).output


OUTPUTS = {"Output": "3 0.5 True 'x y' [1, 2] rows"}
LOCAL = "ints inside lists arrive as floats"
