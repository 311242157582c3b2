"""How a command begins and ends: the settings, exit codes, and errors that a person can put right as one line."""

import asyncio
import gc
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from swarm.settings import Settings

T = TypeVar("T")
OK, FAILED, USAGE = 0, 1, 2
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


@contextmanager
def loading() -> Iterator[None]:
    """Around the imports of a command: they make much and drop little, and a quarter of their time would go into looking for garbage."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # nor is any to be found there later
        gc.enable()


def read_settings() -> "Settings":
    """The settings of the environment, or a clear word on the one that is wrong."""
    from pydantic import ValidationError

    from swarm.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        problems = []
        for problem in error.errors():
            name = "_".join(str(part) for part in problem["loc"]).upper()
            known = problem["type"] != "extra_forbidden"
            problems.append(f"{name}={problem['input']!r}: {problem['msg'].lower()}" if known else f"{name} is no setting of mlops-swarm")
        fail(f"wrong setting: {'; '.join(problems)}. `swarm config` lists all.", USAGE)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's work; errors that a person can put right become one line."""
    from swarm.errors import MessageError, SettingsError, SwarmError

    try:
        return asyncio.run(work)
    except (MessageError, SettingsError) as error:
        fail(str(error), USAGE)
    except SwarmError as error:
        fail(str(error), FAILED)
    except KeyboardInterrupt:
        fail("stopped.", 130)


def fail(message: str, code: int) -> NoReturn:
    """Say why on stderr and end with this code."""
    typer.echo(f"swarm: {message}", err=True)
    raise typer.Exit(code)
