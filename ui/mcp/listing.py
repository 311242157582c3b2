"""The tools as the protocol lists them: all of them with their schemas, or a few through which all can be found and called."""

import json
from collections.abc import Iterable
from typing import Any

import mcp_types as types

from agents.agent import Agent
from swarm.specialist import langchain_tool, plain_schema
from swarm.toolchoice import ToolChoice
from tools.names import normal
from tools.tool import Tool
from tools.watch.watchlist import Watchlist
from ui.mcp.results import REPLY_SCHEMA, RESULT_SCHEMA

ASK, FIND, CALL = "ask_swarm", "find_tools", "call_tool"
FOUND = 5
"""Tools that one search brings."""

ASK_SWARM = types.Tool(
    name=ASK,
    title="Ask the swarm",
    description="Give a whole task in words, e.g. 'run churn with C=10, wait for it and compare it with the run before'. "
    "To go on with it, pass the `session` of the answer.",
    input_schema={
        "type": "object",
        "properties": {"message": {"type": "string"}, "session": {"type": "string"}},
        "required": ["message"],
        "additionalProperties": False,
    },
    output_schema=REPLY_SCHEMA,
    annotations=types.ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=False),
)
_BRIEF_ASK = ASK_SWARM.model_copy(update={"output_schema": None, "annotations": None, "title": None})
META_TOOLS = [
    types.Tool(
        name=FIND,
        description="Find tools for pipelines, runs, buckets, datasets, documents. Gives names, descriptions and schemas.",
        input_schema={"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]},
        annotations=types.ToolAnnotations(read_only_hint=True),
    ),
    types.Tool(
        name=CALL,
        description="Call a tool that find_tools named.",
        input_schema={
            "type": "object",
            "properties": {"name": {"type": "string"}, "arguments": {"type": "object"}},
            "required": ["name"],
        },
    ),
    _BRIEF_ASK,
]


def offered(tools: Iterable[tuple[Agent, Tool]]) -> list[tuple[Agent, Tool]]:
    """The tools that work by themselves: watches report into a conversation, so they are had by `ask_swarm`."""
    return [(agent, tool) for agent, tool in tools if Watchlist not in tool.services]


def described(agent: Agent, tool: Tool) -> types.Tool:
    """A tool with its schemas, and hints about what it does to the world."""
    return types.Tool(
        name=tool.name,
        title=normal(tool.name).capitalize(),
        description=tool.summary,
        input_schema=plain_schema(tool),
        output_schema=RESULT_SCHEMA,
        annotations=types.ToolAnnotations(
            read_only_hint=tool.effect == "read",
            destructive_hint=tool.effect == "destroy",
            idempotent_hint=tool.effect == "read",
            open_world_hint=agent.outside,
        ),
        meta={"agent": agent.name},
    )


def found(tools: list[tuple[Agent, Tool]], query: str) -> list[dict[str, Any]]:
    """The tools nearest in meaning to a query; blocks. A name finds its tool first."""
    by_name = {tool.name: tool for _, tool in tools}
    near = ToolChoice([langchain_tool(tool) for tool in by_name.values()], FOUND).nearest(query)
    names = list(dict.fromkeys([*(name for name in by_name if name in query), *near]))[:FOUND]
    return [
        {"name": name, "effect": by_name[name].effect, "description": by_name[name].summary, "input_schema": plain_schema(by_name[name])}
        for name in names
    ]


def tokens(tools: list[types.Tool]) -> int:
    """Tokens of a list of tools as it goes over the wire, counted by the Llama 2 tokenizer that ships with `wordllama`."""
    from importlib.resources import files

    from tokenizers import Tokenizer

    written = types.ListToolsResult(tools=tools).model_dump(mode="json", by_alias=True, exclude_none=True)["tools"]
    file = files("wordllama").joinpath("tokenizers", "l2_supercat_tokenizer_config.json")
    tokenizer = Tokenizer.from_str(file.read_text(encoding="utf-8"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return len(tokenizer.encode(json.dumps(written, ensure_ascii=False), add_special_tokens=False).ids)
