"""Pipelines to run, and what the tests do with servers and runs."""

import time
from collections.abc import Callable
from typing import Any

from kfp import Client, dsl

from standalone.platform import ServerAddress


@dsl.component(base_image="python:3.12")
def greet(name: str, times: int, excited: bool) -> str:
    import sys

    text = ", ".join([f"hello {name}"] * times) + ("!" if excited else "")
    sys.stdout.write(text)
    return text


@dsl.component(base_image="python:3.12")
def write_table(rows: int, table: dsl.Output[dsl.Dataset]):
    table.metadata["rows"] = rows
    from pathlib import Path

    Path(table.path).write_text("x\n" * rows)


@dsl.component(base_image="python:3.12")
def count_rows(table: dsl.Input[dsl.Dataset], metrics: dsl.Output[dsl.Metrics]) -> int:
    from pathlib import Path

    rows = len(Path(table.path).read_text().splitlines())
    metrics.log_metric("rows", rows)
    return rows


@dsl.component(base_image="python:3.12")
def fail_unless(marker: str):
    from pathlib import Path

    if not Path(marker).exists():
        raise RuntimeError(f"{marker} is missing")


@dsl.component(base_image="python:3.12")
def sleep(seconds: float):
    import time

    time.sleep(seconds)


@dsl.container_component
def in_container():
    return dsl.ContainerSpec(image="alpine", command=["true"])


@dsl.pipeline(name="greeting", description="Says hello")
def greeting(name: str = "world", times: int = 1, excited: bool = False):
    greet(name=name, times=times, excited=excited).set_caching_options(False)


@dsl.pipeline(name="tables")
def tables(rows: int = 3):
    written = write_table(rows=rows)
    count_rows(table=written.outputs["table"])


@dsl.pipeline(name="fragile")
def fragile(marker: str = "there"):
    fail_unless(marker=marker)


@dsl.pipeline(name="sleepy")
def sleepy(seconds: float = 60.0):
    first = sleep(seconds=seconds).set_caching_options(False)
    greet(name="late", times=1, excited=False).after(first)


@dsl.pipeline(name="contained")
def contained():
    in_container()


PIPELINES = {"greeting": greeting, "tables": tables, "fragile": fragile, "sleepy": sleepy, "contained": contained}


def connect(address: ServerAddress) -> Client:
    return Client(host=address.url, existing_token=address.token)


def wait_until(condition: Callable[[], Any], seconds: float = 30) -> Any:
    """The first true value of `condition`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"{condition} did not hold within {seconds} s")


def finish(client: Client, run_id: str, seconds: float = 60) -> Any:
    """The run after its end."""
    return client.wait_for_run_completion(run_id, seconds, sleep_duration=0.05)
