"""Playing one turn: the graph runs, its events go out as they happen, and whatever ends it becomes a reply."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from itertools import pairwise
from typing import Any, cast

from langchain_core.messages import AIMessage, AIMessageChunk, AnyMessage, HumanMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import StateSnapshot

from swarm import approvals
from swarm.citations import cite
from swarm.conversation import Outcome, outcomes, total, turn, usage_of
from swarm.failures import explain
from swarm.records import Record
from swarm.reply import AnswerDelta, Event, Finished, Reply, Step, StepFinished, StepProgress, StepStarted


class Turns:
    """Plays turns on the router's graph and reads what its checkpoints hold."""

    def __init__(self, graph: CompiledStateGraph[Any, Any, Any, Any]) -> None:
        self._graph = graph

    async def snapshot(self, session: str) -> StateSnapshot:
        """The state of a session as its last checkpoint has it."""
        return await self._graph.aget_state({"configurable": {"thread_id": session}}, subgraphs=False)

    async def messages(self, session: str) -> list[AnyMessage]:
        """All messages of a session."""
        return list((await self.snapshot(session)).values.get("messages", []))

    async def play(self, start: Any, config: RunnableConfig, session: str) -> AsyncIterator[Event]:
        """Run the graph until it ends or waits, passing its events on; the last one is `Finished`."""
        ended: dict[str, StepFinished] = {}
        try:
            async for event in self._events(start, config):
                if isinstance(event, StepFinished):
                    ended[event.id] = event
                yield event
        except (asyncio.CancelledError, GeneratorExit):
            await self._close(session, list(ended.values()), "The user stopped this turn.")
            raise
        except Exception as error:  # noqa: BLE001 - the boundary: whatever ends a turn becomes a reply
            answer = explain(error)
            await self._close(session, list(ended.values()), answer)
            yield Finished(reply=Reply(session=session, answer=answer, status="failed", steps=[e.step for e in ended.values()]))
            return
        yield Finished(reply=await self._reply(session, {key: e.step for key, e in ended.items()}))

    async def _events(self, start: Any, config: RunnableConfig) -> AsyncIterator[Event]:
        """What the graph tells while it runs. Answers of specialists are streamed only where one of them works alone."""
        alone = True
        async for place, mode, data in self._graph.astream(start, config, stream_mode=["custom", "messages", "updates"], subgraphs=True):
            if mode == "updates" and not place and isinstance(data, dict) and "route" in data:
                alone = len(data["route"]["messages"][-1].tool_calls) <= 1
            elif mode == "custom" and isinstance(data, StepStarted | StepProgress | StepFinished):
                yield data
            elif mode == "messages" and (alone or not place):
                chunk = cast(tuple[AnyMessage, dict[str, Any]], data)[0]
                if isinstance(chunk, AIMessageChunk) and chunk.text:
                    yield AnswerDelta(text=chunk.text)

    async def _close(self, session: str, ended: list[StepFinished], answer: str) -> None:
        """Answer what a turn that broke off left open, so that nothing approved in it is asked for, or done, a second time."""
        messages = turn(await self.messages(session))
        answered = {m.tool_call_id for m in messages if isinstance(m, ToolMessage)}
        calls = [c for m in messages if isinstance(m, AIMessage) for c in m.tool_calls if c["id"] not in answered]
        records = [Record(step=e.step, artifacts=e.artifacts) for e in ended]
        said: list[AnyMessage] = []
        for call in calls:
            outcome = Outcome(answer=answer, status="failed", records=records if not said else [])
            said.append(ToolMessage(answer, name=call["name"], tool_call_id=str(call["id"]), artifact=outcome.model_dump(mode="json")))
        said.append(AIMessage(answer, additional_kwargs={"composed": True}))
        await self._graph.aupdate_state({"configurable": {"thread_id": session}}, {"messages": said}, as_node="gather")

    async def _reply(self, session: str, seen: Mapping[str, Step]) -> Reply:
        """The reply that the session's state holds now; `seen` are steps of branches that have not come back yet."""
        snapshot = await self.snapshot(session)
        waiting = approvals.pending(snapshot)
        if waiting:
            return approvals.waiting(session, waiting, list(seen.values()))
        return told(session, turn(snapshot.values.get("messages", []))) or Reply(
            session=session, answer="The turn ended without an answer.", status="failed", steps=list(seen.values())
        )


def parts(messages: list[AnyMessage]) -> list[list[AnyMessage]]:
    """The messages of each turn, oldest first."""
    starts = [i for i, m in enumerate(messages) if isinstance(m, HumanMessage)]
    return [messages[a:b] for a, b in pairwise([*starts, len(messages)])]


def told(session: str, messages: list[AnyMessage]) -> Reply | None:
    """The reply that a turn's messages end with, if they do."""
    last = messages[-1] if messages else None
    if not isinstance(last, AIMessage) or last.tool_calls:
        return None
    found = outcomes(messages)
    usage = total([usage_of(messages), *(o.usage for o in found)])
    answer, sources = cite(last.text, [s for o in found for s in o.sources])
    status: Any = next((o.status for o in found if o.status != "done"), "done")
    return Reply(
        session=session,
        answer=answer,
        status="done" if len(found) > 1 and status == "failed" else status,
        steps=[s for o in found for s in o.steps],
        artifacts=[a for o in found for a in o.artifacts],
        sources=sources,
        usage=usage,
    )
