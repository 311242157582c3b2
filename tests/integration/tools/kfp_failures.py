"""Pipelines that fail, each in its own way, for the tests of the tools that explain failures."""

from kfp import dsl


@dsl.component(base_image="python:3.12")
def prepare(rows: int) -> int:
    print(f"prepared {rows} rows")  # noqa: T201 - what a step says is its log
    return rows


@dsl.component(base_image="python:3.12")
def train(trouble: str, rows: int) -> int:
    """Fail as asked."""
    import os
    import signal
    import socket
    import sys
    from pathlib import Path

    class DataQualityError(Exception):
        pass

    def silent_server() -> socket.socket:
        listening = socket.create_server(("127.0.0.1", 0))
        waiting = socket.create_connection(listening.getsockname(), timeout=0.05)
        waiting.recv(1)
        return listening

    def read_model() -> None:
        try:
            {"price": 1}["prize"]
        except KeyError as error:
            raise ValueError("the model wants a column `prize`") from error

    def unavailable() -> None:
        import surely_no_such_module  # noqa: F401 - that is the trouble

    def assert_rows() -> None:
        assert rows > 10_000, f"too few rows: {rows}"

    def low_quality() -> None:
        raise DataQualityError("37 % of the labels are missing")

    def leave(code: int) -> None:
        sys.stderr.write("the trainer gives up\n")
        sys.stderr.flush()
        os._exit(code)

    troubles = {
        "memory": lambda: bytearray(2**60),
        "module": unavailable,
        "file": lambda: Path("/nowhere/train.csv").read_text(),
        "permission": lambda: Path("/usr/model.bin").write_text("x"),
        "column": lambda: {"age": 1, "price": 2}["prize"],
        "chained": read_model,
        "value": lambda: int("three"),
        "timeout": silent_server,
        "assertion": assert_rows,
        "refused": lambda: socket.create_connection(("127.0.0.1", 1), timeout=1),
        "exit": lambda: leave(3),
        "segfault": lambda: os.kill(os.getpid(), signal.SIGSEGV),
        "exception": low_quality,
    }
    print("training on", rows)  # noqa: T201
    troubles[trouble]()
    return rows


@dsl.component(base_image="python:3.12")
def hungry() -> int:
    return len(bytearray(3 * 2**30))


@dsl.component(base_image="python:3.12", packages_to_install=["surely-no-such-package==9.9"], pip_index_urls=["file:///nowhere"])
def packed():
    pass


@dsl.component(base_image="python:3.12")
def publish(rows: int):
    print("published", rows)  # noqa: T201


@dsl.component(base_image="python:3.12")
def fit(depth: int) -> float:
    return 1 / (depth - 3)


@dsl.component(base_image="python:3.12")
def clean_up(bucket: str):
    raise OSError(28, f"No space left on device: {bucket}")


@dsl.component(base_image="python:3.12")
def sleep(seconds: float):
    import time

    print("sleeping", flush=True)  # noqa: T201
    time.sleep(seconds)


@dsl.pipeline(name="trouble", description="Fails as asked.")
def trouble(trouble: str, rows: int = 100):
    prepared = prepare(rows=rows)
    trained = train(trouble=trouble, rows=prepared.output)
    publish(rows=trained.output)


@dsl.pipeline(name="hunger")
def hunger():
    hungry().set_memory_limit("1G").set_caching_options(False)


@dsl.pipeline(name="packages")
def packages():
    packed()


@dsl.pipeline(name="search")
def search(depths: list[int] = [1, 2, 3]):  # noqa: B006 - how pipeline authors write defaults
    prepared = prepare(rows=1)
    with dsl.ParallelFor(depths, name="depths") as depth:
        fit(depth=depth).after(prepared)


@dsl.pipeline(name="inner")
def inner(depth: int) -> float:
    return fit(depth=depth).output


@dsl.pipeline(name="outer")
def outer(depth: int = 3):
    prepared = prepare(rows=1)
    inner(depth=depth).after(prepared).set_display_name("second stage")


@dsl.pipeline(name="tidy")
def tidy(bucket: str = "scratch"):
    with dsl.ExitHandler(clean_up(bucket=bucket)):
        prepare(rows=1)


@dsl.pipeline(name="slow")
def slow(seconds: float = 60.0):
    first = prepare(rows=1)
    publish(rows=2).after(sleep(seconds=seconds).set_caching_options(False).after(first))


@dsl.pipeline(name="late", pipeline_config=dsl.PipelineConfig(active_deadline_seconds=1))
def late():
    sleep(seconds=60.0).set_caching_options(False)


@dsl.pipeline(name="astray")
def astray():
    dsl.importer(artifact_uri="minio://data/nothing.csv", artifact_class=dsl.Dataset)


PIPELINES = (trouble, hunger, packages, search, outer, tidy, slow, late, astray)
