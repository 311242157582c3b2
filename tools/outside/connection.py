"""A connection to an outside server, held open by a task of its own and opened anew where it broke."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import mcp_types as types
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from tools.activity import current
from tools.outside.settings import OutsideServer
from tools.result import ErrorCode, ToolError

log = logging.getLogger(__name__)

OPENING = 15.0
"""Seconds that a server has to answer at first."""
MOST_TOOLS = 200


class Connection:
    """Calls a server's tools. `call` blocks and is for other threads than that of the event loop which `open` ran in."""

    def __init__(self, name: str, server: OutsideServer) -> None:
        self.name = name
        self._server = server
        self._lock = asyncio.Lock()
        self._client: Client | None = None
        self._holder: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()

    async def tools(self) -> list[types.Tool]:
        """What the server offers.

        Raises:
            ToolError: it does not answer.
        """
        client = await self._opened()
        found: list[types.Tool] = []
        try:
            async with asyncio.timeout(OPENING):
                cursor: str | None = None
                while len(found) < MOST_TOOLS:
                    page = await client.list_tools(cursor=cursor)
                    found += page.tools
                    cursor = page.next_cursor
                    if not cursor:
                        break
        except Exception as error:
            await self.close()
            raise self._down(error) from error
        return found[:MOST_TOOLS]

    def call(self, tool: str, arguments: dict[str, Any]) -> types.CallToolResult:
        """The result of one tool.

        Raises:
            ToolError: the server does not answer, or not in time.
        """
        waiting = asyncio.run_coroutine_threadsafe(self._call(tool, arguments), self._loop)
        activity = current()
        while True:
            try:
                return waiting.result(0.2)
            except TimeoutError:
                if waiting.done():
                    raise
                if activity.canceled.is_set():
                    waiting.cancel()
                    raise ToolError(ErrorCode.CANCELED, f"the call of {self.name} was stopped; what it has done stays done.") from None

    async def close(self) -> None:
        """Hang up."""
        if self._holder is not None:
            self._holder.cancel()
            await asyncio.gather(self._holder, return_exceptions=True)
        self._holder = self._client = None

    async def _call(self, tool: str, arguments: dict[str, Any]) -> types.CallToolResult:
        client = await self._opened()
        try:
            async with asyncio.timeout(self._server.timeout):
                return await client.call_tool(tool, arguments)
        except TimeoutError:
            message = f"{self.name} did not answer within {self._server.timeout:g} seconds; whether `{tool}` was done is unknown."
            raise ToolError(ErrorCode.TIMEOUT, message) from None
        except MCPError as error:
            if error.code != types.CONNECTION_CLOSED:
                raise ToolError(ErrorCode.INTERNAL, f"the outside server {self.name} refused `{tool}`: {str(error)[:300]}") from error
            await self.close()
            raise self._broke_off(tool) from error
        except Exception as error:
            log.error("the connection to %s broke", self.name, exc_info=error)
            await self.close()
            raise self._broke_off(tool) from error

    async def _opened(self) -> Client:
        async with self._lock:
            if self._client is not None and self._holder is not None and not self._holder.done():
                return self._client
            ready: asyncio.Future[Client] = self._loop.create_future()
            self._holder = asyncio.create_task(self._hold(ready))
            try:
                self._client = await asyncio.wait_for(asyncio.shield(ready), OPENING)
            except Exception as error:
                await self.close()
                raise self._down(error) from error
            return self._client

    async def _hold(self, ready: asyncio.Future[Client]) -> None:
        """Keep the connection open until the task is cancelled: what opened it has to close it."""
        try:
            async with _connected(self._server) as client:
                ready.set_result(client)
                await asyncio.Event().wait()
        except BaseException as error:
            if not ready.done():
                ready.set_exception(error if isinstance(error, Exception) else ConnectionError("stopped"))
                ready.exception()
            raise

    def _broke_off(self, tool: str) -> ToolError:
        message = f"the outside server {self.name} broke off; whether `{tool}` was done is unknown. The next call connects anew."
        return ToolError(ErrorCode.UNAVAILABLE, message)

    def _down(self, error: Exception) -> ToolError:
        where = self._server.url or self._server.command[0]
        why = _first(error)
        return ToolError(
            ErrorCode.UNAVAILABLE,
            f"the outside server {self.name} ({where}) does not answer: {why}. Check SWARM_MCP_SERVERS and the server.",
        )


def _first(error: BaseException) -> str:
    """The reason inside of a group of errors."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return (str(error) or type(error).__name__)[:200]


@asynccontextmanager
async def _connected(server: OutsideServer) -> AsyncIterator[Client]:
    if server.command:
        program, *arguments = server.command
        env = {name: value.get_secret_value() for name, value in server.env.items()}
        async with Client(StdioServerParameters(command=program, args=arguments, env=env)) as client:
            yield client
        return
    import httpx2

    headers = {name: value.get_secret_value() for name, value in server.headers.items()}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=httpx2.Timeout(30, read=300)) as http,
        Client(streamable_http_client(server.url, http_client=http)) as client,
    ):
        yield client
