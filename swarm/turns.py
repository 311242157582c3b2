"""Playing one turn: the graph runs, its events go out as they happen, and whatever ends it becomes a reply."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, cast

from langchain_core.messages import AIMessage, AIMessageChunk, AnyMessage, HumanMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.graph import START
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command, Durability, StateSnapshot, StreamMode

from swarm import approvals, asides
from swarm.answers import MAX_ANSWER, composed
from swarm.citations import cite
from swarm.conversation import Outcome, notes_of, outcomes, total, turn, usage_of
from swarm.failures import explain
from swarm.journal import Entry, Journal
from swarm.mandate import Mandate
from swarm.plan import plan
from swarm.records import Record, drawn
from swarm.reply import AnswerDelta, Approval, Event, Finished, PlanStep, PlanUpdated, Reply, Step, StepFinished, StepProgress, StepStarted
from swarm.sessions import Remembering
from swarm.telemetry import Telemetry
from swarm.workers import Workers

RECURSION = 100
"""Steps of the graph in one turn; the limits of the mandate are reached long before."""


class Turns:
    """Plays turns on the router's graph and reads what its checkpoints hold."""

    def __init__(self, graph: CompiledStateGraph[Any, Any, Any, Any], journal: Journal, workers: Workers, telemetry: Telemetry) -> None:
        self._graph = graph
        self._telemetry = telemetry
        self._journal = journal
        self._workers = workers

    @property
    def checkpoints(self) -> Remembering:
        """Where the conversations are kept."""
        saver = self._graph.checkpointer
        if not isinstance(saver, Remembering):
            raise TypeError("the graph of turns has checkpoints")
        return saver

    async def snapshot(self, session: str) -> StateSnapshot:
        """The state of a session as its last checkpoint has it."""
        return await self._graph.aget_state({"configurable": {"thread_id": session}}, subgraphs=False)

    async def messages(self, session: str) -> list[AnyMessage]:
        """All messages of a session."""
        return list((await self.snapshot(session)).values.get("messages", []))

    async def record(self, session: str) -> list[AnyMessage]:
        """All that was said in a session, what was said beside an open approval included."""
        return [*await self.messages(session), *asides.closed(asides.added(await self.messages(asides.thread(session))))]

    async def rests(self, session: str) -> bool:
        """Whether nothing is open in a session: no approval, and no turn that a dead program left behind."""
        return not (await self.snapshot(session)).tasks

    async def pending(self, snapshot: StateSnapshot) -> list[Approval]:
        """The approvals that still wait: not those whose calls were begun before the program ended."""
        waiting = approvals.pending(snapshot)
        return [a for a in waiting if await self._workers.run(self._journal.find, approvals.call_of(a)) is None]

    async def recover(self, mandate: Mandate) -> Reply | None:
        """Bring a turn that a dead program left behind to its honest end; its reply, or None when there is none.

        A call that was approved and begun goes on from the journal, so that other approvals beside it keep waiting. Any other turn
        is closed rather than repeated: whoever asked will ask again.
        """
        snapshot = await self.snapshot(mandate.session)
        if not snapshot.tasks:
            return None
        await self._workers.run(self._journal.lost)
        if snapshot.interrupts:
            if len(await self.pending(snapshot)) == len(snapshot.interrupts):
                return None
            async for event in self.play(None, mandate):
                if isinstance(event, Finished):
                    return event.reply
        known = await self._workers.run(self._journal.untold, mandate.session)
        await self._close(mandate.session, [_step(e) for e in known], _broken_off(known))
        return told(mandate.session, turn(await self.messages(mandate.session)))

    async def play(self, start: Any, mandate: Mandate) -> AsyncIterator[Event]:
        """Run the graph until it ends or waits, passing its events on; the last one is `Finished`."""
        session = mandate.session
        ended: dict[str, StepFinished] = {}
        try:
            async for event in self._within_time(self._events(start, mandate), mandate):
                if isinstance(event, StepFinished):
                    ended[event.id] = event
                yield event
        except (asyncio.CancelledError, GeneratorExit):
            await self._close(session, list(ended.values()), "The user stopped this turn.")
            raise
        except Exception as error:  # noqa: BLE001 - the boundary: whatever ends a turn becomes a reply
            answer = mandate.out_of_time if isinstance(error, TimeoutError) else explain(error)
            await self._close(session, list(ended.values()), answer)
        reply = await self._reply(session, {key: e.step for key, e in ended.items()})
        if any(s.effect != "read" for s in reply.steps) and reply.status != "needs_approval":
            await self._workers.run(self._journal.settle, session)
        if isinstance(start, Command) and reply.status != "needs_approval":
            await self._join(session)
        yield Finished(reply=reply)

    async def aside(self, message: str, pending: Sequence[Approval], mandate: Mandate) -> AsyncIterator[Event]:
        """A turn beside the one that waits, on a thread of its own: the approvals are not touched."""
        given = asides.mandate(mandate)
        await self.recover(given)
        known = await self.messages(given.session)
        opening = [] if known else asides.opening(await self.messages(mandate.session), pending)
        async for event in self.play({"messages": [*opening, HumanMessage(message)]}, given):
            if isinstance(event, Finished):
                event = Finished(reply=asides.reply(mandate.session, event.reply, pending))
            yield event

    async def _join(self, session: str) -> None:
        """Take what was said beside the turn into its conversation, now that nothing waits any more."""
        said = asides.closed(asides.added(await self.messages(asides.thread(session))))
        if said:
            await self._add(session, said, "gather")
            await self._forget(asides.thread(session))

    async def _add(self, session: str, messages: Sequence[AnyMessage], node: str) -> None:
        """Keep messages as if this node had brought them."""
        with self.checkpoints.replacing(session):
            await self._graph.aupdate_state({"configurable": {"thread_id": session}}, {"messages": messages}, as_node=node)

    async def _forget(self, thread: str) -> None:
        await self.checkpoints.adelete_thread(thread)

    async def _within_time(self, events: AsyncIterator[Event], mandate: Mandate) -> AsyncIterator[Event]:
        """The events as long as there is time.

        Raises:
            TimeoutError: the turn's time is up.
        """
        while True:
            async with asyncio.timeout(max(mandate.seconds_left, 0)):
                event = await anext(events, None)
            if event is None:
                return
            yield event

    async def _events(self, start: Any, mandate: Mandate) -> AsyncIterator[Event]:
        """What the graph tells while it runs. Answers of specialists are streamed only where one of them works alone.

        A new message is kept before anything else happens, the rest of its turn when it ends or waits: a turn whose program dies is
        closed, never repeated, so nothing between matters. A turn that goes on after an approval is repeated: each of its steps is kept.
        """
        config: RunnableConfig = {
            "configurable": {"thread_id": mandate.session},
            "recursion_limit": RECURSION,
            "callbacks": [self._telemetry.models(mandate.measured)],
        }
        durability: Durability = "sync"
        kept: AbstractContextManager[None] = nullcontext()
        if isinstance(start, dict):
            await self._add(mandate.session, start["messages"], START)
            messages, start, durability = list(start["messages"]), None, "exit"
            kept = self.checkpoints.beginning(mandate.session)
        else:
            messages = await self.messages(mandate.session)
        alone, streamed, shown = True, 0, list[PlanStep]()
        modes: list[StreamMode] = ["custom", "updates", "messages"] if mandate.aloud else ["custom", "updates"]
        told = self._graph.astream(start, config, context=mandate, stream_mode=modes, subgraphs=True, durability=durability)
        with kept:
            async for place, mode, data in told:
                if mode == "updates" and not place:
                    messages += _said(data)
                    steps = plan(messages)
                    alone = len(steps) <= 1 and alone
                    if steps and steps != shown:
                        shown = steps
                        yield PlanUpdated(steps=steps)
                elif mode == "custom" and isinstance(data, StepStarted | StepProgress | StepFinished):
                    yield data
                elif mode == "messages" and (alone or not place) and streamed < MAX_ANSWER:
                    chunk = cast(tuple[AnyMessage, dict[str, Any]], data)[0]
                    if isinstance(chunk, AIMessageChunk) and chunk.text:
                        streamed += len(chunk.text)
                        yield AnswerDelta(text=chunk.text)

    async def _close(self, session: str, ended: Sequence[StepFinished], answer: str) -> None:
        """Answer what a turn that broke off left open, so that nothing approved in it is asked for, or done, a second time."""
        messages = turn(await self.messages(session))
        answered = {m.tool_call_id for m in messages if isinstance(m, ToolMessage)}
        calls = [c for m in messages if isinstance(m, AIMessage) for c in m.tool_calls if c["id"] not in answered]
        known = {s.id for o in outcomes(messages) for s in o.steps}
        fresh = [e for e in ended if e.id not in known]
        begun = [e for e in await self._workers.run(self._journal.untold, session) if e.id not in known | {f.id for f in fresh}]
        if begun:
            under_way = ", ".join(f"`{e.tool}`" for e in begun)
            answer += f" At that moment {under_way} was under way: look whether it took effect before you ask again."
        answer += _done(fresh)
        records = [Record(step=e.step, artifacts=e.artifacts) for e in [*fresh, *map(_step, begun)]]
        # What branches brought that had ended is kept beside the last checkpoint only, and goes with it unless it is said again.
        said: list[AnyMessage] = [m for m in messages if isinstance(m, ToolMessage)]
        for number, call in enumerate(calls):
            outcome = Outcome(answer=answer, status="failed", records=[] if number else records)
            said.append(ToolMessage(answer, name=call["name"], tool_call_id=str(call["id"]), artifact=outcome.model_dump(mode="json")))
        said.append(composed(answer, stopped=True))
        await self._add(session, said, "gather")
        await self._workers.run(self._journal.settle, session)

    async def _reply(self, session: str, seen: Mapping[str, Step]) -> Reply:
        """The reply that the session's state holds now; `seen` are steps of branches that have not come back yet."""
        snapshot = await self.snapshot(session)
        waiting = await self.pending(snapshot)
        if waiting:
            return approvals.waiting(session, waiting, list(seen.values()))
        return told(session, turn(snapshot.values.get("messages", []))) or Reply(
            session=session, answer="The turn ended without an answer.", status="failed", steps=list(seen.values())
        )


def told(session: str, messages: list[AnyMessage]) -> Reply | None:
    """The reply that a turn's messages end with, if they do."""
    last = messages[-1] if messages else None
    if not isinstance(last, AIMessage) or last.tool_calls:
        return None
    found = outcomes(messages)
    usage = total([usage_of(messages), *(o.usage for o in found)])
    answer, sources = cite(last.text, [s for o in found for s in o.sources])
    notes = dict.fromkeys([*notes_of(messages), *(note for o in found for note in o.notes)])
    status: Any = next((o.status for o in found if o.status != "done"), "done")
    if last.additional_kwargs.get("stopped"):
        status = "failed"
    elif len(found) > 1 and status == "failed":
        status = "done"
    return Reply(
        session=session,
        answer="\n\n".join([answer, *(f"*{note}*" for note in notes)]),
        status=status,
        steps=[s for o in found for s in o.steps],
        artifacts=drawn([r for o in found for r in o.records]),
        sources=sources,
        usage=usage,
    )


def _said(update: Any) -> list[AnyMessage]:
    """The messages that a step of the graph added."""
    values = update.values() if isinstance(update, dict) else []
    return [m for value in values if isinstance(value, dict) for m in value.get("messages", [])]


def _step(entry: Entry) -> StepFinished:
    """A journaled call as the end of a step."""
    outcome = entry.outcome
    step = Step(
        id=entry.id,
        agent=entry.agent,
        tool=entry.tool,
        args=entry.args,
        effect=entry.effect,
        status=outcome.status,
        code=outcome.code,
        ms=0,
    )
    return StepFinished(id=entry.id, step=step, artifacts=outcome.artifacts)


def _done(ended: Sequence[StepFinished]) -> str:
    """What had been changed by then."""
    changed = [f"`{e.step.tool}` ({e.step.status})" for e in ended if e.step.effect != "read"]
    return f" Done before that: {', '.join(changed)}." if changed else ""


def _broken_off(known: Sequence[Entry]) -> str:
    """The answer of a turn that ended with its program."""
    lines = [f"- {e.outcome.content.splitlines()[0]}" for e in known]
    found = "What is known of the changes it had begun:\n\n" + "\n".join(lines) if lines else "It had changed nothing."
    return f"The program ended in the middle of this turn. {found} Please ask again for what is missing."
