"""What the engine is measured against: one flat agent that carries all tools, and langgraph-supervisor."""

import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from langchain.agents import create_agent
from langchain_core.tools import BaseTool, StructuredTool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from agents.agent import Agent
from evals.scripted_chat import ScriptedChat
from swarm.specialist import langchain_tool
from swarm.toolbox import Toolbox
from tools.call import Call
from tools.tool import Tool


class Flat:
    """An agent or a team of them, asked like the assistant."""

    def __init__(self, graph: Any) -> None:
        self._graph = graph

    async def ask(self, message: str, session: str) -> str:
        """The answer."""
        state = await self._graph.ainvoke({"messages": [("user", message)]}, {"configurable": {"thread_id": session}})
        return str(state["messages"][-1].text)


def flat_agent(url: str, toolbox: Toolbox) -> Flat:
    """One agent with the prompts and the tools of all, over the server at this address."""
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    model = ChatOpenAI(model="flat", base_url=url, api_key=SecretStr("x"), streaming=True, stream_usage=True)
    owners: dict[str, Agent] = {agent.name: agent for agent, _ in toolbox.tools}
    prompt = "\n\n".join(agent.prompt for agent in owners.values())
    tools = [_runnable(tool, toolbox) for _, tool in toolbox.tools]
    return Flat(create_agent(model, tools, system_prompt=prompt, checkpointer=InMemorySaver()))


@asynccontextmanager
async def supervisor(database: Path) -> AsyncIterator[Flat]:
    """langgraph-supervisor with one agent that has the ledger's tools, over the model inside the process, checkpoints in SQLite."""
    from langgraph_supervisor import create_supervisor

    agent: Agent = importlib.import_module("ledger_agent").agent

    database.parent.mkdir(parents=True, exist_ok=True)
    tools = [StructuredTool.from_function(t.function, name=t.name, description=t.summary) for t in agent.toolset.tools.values()]
    worker = create_agent(ScriptedChat(), tools, system_prompt=agent.prompt, name="ledger")
    async with AsyncSqliteSaver.from_conn_string(str(database)) as saver:
        team = create_supervisor([worker], model=ScriptedChat(), prompt="You delegate.", output_mode="last_message")
        yield Flat(team.compile(checkpointer=saver))


def _runnable(tool: Tool, toolbox: Toolbox) -> BaseTool:
    """A tool as the flat agent runs it."""
    shown = langchain_tool(tool)

    async def run(**arguments: Any) -> str:
        call = await toolbox.prepare(tool.name, arguments)
        return (await toolbox.run(call, approved_by="evals")).content if isinstance(call, Call) else call.content

    return StructuredTool(name=shown.name, description=shown.description, args_schema=shown.args_schema, coroutine=run)
