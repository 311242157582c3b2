"""`swarm mcp` as a process, and the official client in front of it over either transport."""

import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import mcp_types as types
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from tests.swarm_command import swarm_command


class Person:
    """Whoever sits at the client: answers what it is asked, and remembers it."""

    def __init__(self, action: str = "decline") -> None:
        self.action = action
        self.asked: list[str] = []

    async def __call__(self, context: Any, params: types.ElicitRequestParams) -> types.ElicitResult:
        self.asked.append(params.message)
        return types.ElicitResult.model_validate({"action": self.action, "content": {} if self.action == "accept" else None})


def environment(home: Path, **env: str) -> dict[str, str]:
    return {**os.environ, "SWARM_HOME": str(home), "SWARM_FILES": str(home), **env}


@asynccontextmanager
async def over_stdio(home: Path, *args: str, person: Person | None = None, mode: str = "auto", **env: str) -> AsyncIterator[Client]:
    command = StdioServerParameters(command=str(swarm_command()), args=["mcp", *args], env=environment(home, **env), cwd=home)
    async with Client(command, elicitation_callback=person, mode=mode) as client:
        yield client


@asynccontextmanager
async def over_http(url: str, person: Person | None = None, mode: str = "auto", token: str = "") -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=120) as http,
        Client(streamable_http_client(url, http_client=http), elicitation_callback=person, mode=mode) as client,
    ):
        yield client


@contextmanager
def http_server(home: Path, *args: str, **env: str) -> Iterator[str]:
    """Its address, read from what it prints when it is ready."""
    command = [swarm_command(), "mcp", "--http", "--port", "0", *args]
    process = subprocess.Popen(command, env=environment(home, **env), cwd=home, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "http://" in line, line
        yield line.split()[-1]
    finally:
        process.terminate()
        assert process.wait(20) == 0
