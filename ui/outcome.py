"""How a command ends: its exit codes, and errors that a person can put right as one line."""

import asyncio
from collections.abc import Coroutine
from typing import Any, NoReturn, TypeVar

import typer

T = TypeVar("T")
OK, FAILED, USAGE = 0, 1, 2


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
