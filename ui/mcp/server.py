"""The server: what it lists, and what becomes of a call."""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Mapping
from importlib.metadata import version
from typing import Any

import mcp_types as types
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS

from swarm.assistant import Assistant
from swarm.errors import SwarmError
from tools.result import ErrorCode, ToolResult
from tools.speaker import speaking
from ui.mcp import handbook
from ui.mcp.asking import ELSEWHERE, Person, Unanswered
from ui.mcp.listing import ASK, ASK_SWARM, CALL, FIND, META_TOOLS, described, found, offered
from ui.mcp.progress import progress
from ui.mcp.results import ARTIFACT, Shelf, called
from ui.mcp.task import work

Context = ServerRequestContext[Any, Any]
NAME = "mlops-swarm"
LOCAL = "local"
"""The user where nobody has to sign in."""
INSTRUCTIONS = (
    "Machine-learning operations: Kubeflow pipelines and runs, buckets and datasets, documentation. Names may be given as people say them. "
    "Calls that change something are first shown to a person for approval."
)


class SwarmServer:
    """One assistant, offered to clients of the protocol. Each user has tools by role, and artifacts of their own."""

    def __init__(self, assistant: Assistant, progressive: bool) -> None:
        self._assistant = assistant
        self._progressive = progressive
        self._shelves: defaultdict[str, Shelf] = defaultdict(Shelf)

    def protocol(self) -> Server[Any]:
        """The protocol's side of it."""
        server: Server[Any] = Server(
            NAME,
            version=version(NAME),
            title="mlops-swarm",
            instructions=INSTRUCTIONS,
            on_list_tools=self._list_tools,
            on_call_tool=self._call_tool,
            on_list_resources=self._list_resources,
            on_list_resource_templates=_list_templates,
            on_read_resource=self._read_resource,
            on_list_prompts=_list_prompts,
            on_get_prompt=_get_prompt,
        )
        seconds = self._assistant.permissions(LOCAL).approval_minutes * 60
        security = RequestStateSecurity(keys=[secrets.token_bytes(32)], ttl=seconds, bind_principal=lambda _: _user())
        server.middleware.append(RequestStateBoundary(security, default_audience=NAME))
        return server

    async def _list_tools(self, context: Context, params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(tools=self.listed(_user()))

    def listed(self, user: str) -> list[types.Tool]:
        """The tools as this user sees them."""
        if self._progressive:
            return META_TOOLS
        return [ASK_SWARM, *(described(agent, tool) for agent, tool in offered(self._assistant.tools_of(user).tools))]

    async def _call_tool(self, context: Context, params: types.CallToolRequestParams) -> types.CallToolResult | types.InputRequiredResult:
        name, arguments, user = params.name, params.arguments or {}, _user()
        person = Person(context, params, user)
        making: Awaitable[types.CallToolResult]
        if name == ASK:
            making = work(self._assistant, person, arguments, self._shelves[user])
        elif self._progressive and name == FIND:
            making = self._find(str(arguments.get("query", "")), user)
        elif self._progressive and name == CALL:
            given = arguments.get("arguments") or {}
            making = self._call(str(arguments.get("name", "")), given if isinstance(given, dict) else {}, person)
        elif not self._progressive and name in self._names(user):
            making = self._call(name, arguments, person)
        else:
            raise MCPError(INVALID_PARAMS, f"there is no tool {name!r}.")
        try:
            return await making
        except Unanswered as waiting:
            return waiting.question
        except SwarmError as error:
            return types.CallToolResult(content=[types.TextContent(text=str(error))], is_error=True)

    async def _call(self, name: str, arguments: Mapping[str, Any], person: Person) -> types.CallToolResult:
        """One tool, for whoever sits at the client."""
        if name not in self._names(person.user):
            hint = f"there is no tool `{name}`; {FIND} finds those there are." if self._progressive else f"there is no tool `{name}`."
            result = ToolResult(status="error", code=ErrorCode.INVALID_ARGUMENT, content=f"{ErrorCode.INVALID_ARGUMENT}: {hint}")
            return called(result, self._shelves[person.user])
        async with progress(person.context) as report:
            with speaking(self._assistant.apart(person.user)):
                result = await self._assistant.tools_of(person.user).call(name, arguments, person.decide, report)
        if result.code == ErrorCode.CANCELED and not person.can_be_asked:
            result = result.model_copy(update={"content": f"{result.content} {ELSEWHERE}"})
        return called(result, self._shelves[person.user])

    async def _find(self, query: str, user: str) -> types.CallToolResult:
        tools = await asyncio.to_thread(found, offered(self._assistant.tools_of(user).tools), query)
        structured = {"tools": tools}
        lines = [f"- {tool['name']} ({tool['effect']}): {tool['description']}\n  {tool['input_schema']}" for tool in tools]
        return types.CallToolResult(content=[types.TextContent(text="\n".join(lines))], structured_content=structured)

    async def _list_resources(self, context: Context, params: types.PaginatedRequestParams | None) -> types.ListResourcesResult:
        return types.ListResourcesResult(resources=[*handbook.resources(), *self._shelves[_user()].resources()])

    async def _read_resource(self, context: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        read = handbook.read(params.uri) or self._shelves[_user()].read(params.uri)
        if read is None:
            raise MCPError(INVALID_PARAMS, f"there is no resource {params.uri!r}.", {"uri": params.uri})
        return types.ReadResourceResult(contents=[read])

    def _names(self, user: str) -> set[str]:
        return {tool.name for _, tool in offered(self._assistant.tools_of(user).tools)}


def _user() -> str:
    """Who calls: whom the token names, or the one user of this machine."""
    token = get_access_token()
    return token.client_id if token else LOCAL


async def _list_templates(context: Context, params: types.PaginatedRequestParams | None) -> types.ListResourceTemplatesResult:
    page = types.ResourceTemplate(uri_template=f"{handbook.PAGE}{{page}}", name="handbook page", mime_type="text/markdown")
    artifact = types.ResourceTemplate(uri_template=f"{ARTIFACT}{{id}}", name="artifact of a call")
    return types.ListResourceTemplatesResult(resource_templates=[page, artifact])


async def _list_prompts(context: Context, params: types.PaginatedRequestParams | None) -> types.ListPromptsResult:
    return types.ListPromptsResult(prompts=handbook.prompts())


async def _get_prompt(context: Context, params: types.GetPromptRequestParams) -> types.GetPromptResult:
    try:
        return handbook.prompt(params.name, params.arguments or {})
    except LookupError as error:
        raise MCPError(INVALID_PARAMS, str(error)) from None
