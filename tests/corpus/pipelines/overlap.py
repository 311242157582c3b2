"""Independent steps run at the same time: each waits for the others to be there."""

from kfp import dsl


@dsl.component
def meet(folder: str, name: str) -> int:
    import os
    import time

    os.makedirs(folder, exist_ok=True)
    open(os.path.join(folder, name), "w").close()
    deadline = time.time() + 30
    while len(os.listdir(folder)) < 4 and time.time() < deadline:
        time.sleep(0.01)
    return len(os.listdir(folder))


@dsl.component
def total(a: int, b: int, c: int, d: int) -> int:
    return a + b + c + d


@dsl.pipeline(name="overlap")
def pipeline() -> int:
    folder = f"{dsl.PIPELINE_ROOT_PLACEHOLDER}/meeting"
    a, b, c, d = (meet(folder=folder, name=name).output for name in "abcd")
    return total(a=a, b=b, c=c, d=d).output


OUTPUTS = {"Output": 16}
LOCAL = "runs them one after another"
