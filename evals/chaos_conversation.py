"""kill -9 at random moments of a conversation with writes: no message lost, no write done twice, no approval lost.

    python -m evals.chaos_conversation --kills 100 --seed 7

A child process talks: it asks for a write, gets the approval, approves, and reports every step over a pipe; what its model is asked tells
the rest. It is killed at a random moment: of one of its phases, each as likely as the others however short it is, also in the middle of
the approved call. Another process then looks at what is left, decides what still waits, and goes on.
"""

import argparse
import asyncio
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from rich.console import Console

from evals.ledger import install
from tests.scripted_model import Calls, Reply, Says, scripted_model

SESSION = "chaos"
PHASES = ("open", "routing", "calling", "asked", "running", "written", "answering", "done")
"""What a round comes through: the assistant is open, its router's model is asked, then its specialist's; the approval is asked for; the
approved call runs, and has ended; the model is asked for the answer; the reply is there."""
PATIENCE = 60.0
"""Seconds in which a child comes to its next phase, however busy the machine is."""
PRELOAD = ["swarm.assistant", "swarm.planner.model", "langchain_openai", "langgraph.checkpoint.sqlite.aio"]


@dataclass
class Seen:
    """What was observed."""

    killed: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def main(arguments: list[str] | None = None) -> int:
    """Run the kills; 1 when anything was lost or done twice."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))  # noqa: S311 - no secret
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        seen = torment(Path(folder), options.kills, random.Random(options.seed))  # noqa: S311
    killed = ", ".join(f"{seen.killed[phase]} {phase}" for phase in PHASES)
    Console().print(f"seed {options.seed}; killed while: {killed}; wrong: {seen.wrong or 'none'}", highlight=False)
    return 1 if seen.wrong else 0


def torment(folder: Path, kills: int, dice: random.Random) -> Seen:
    """Kill a conversation again and again, and look each time at what is left."""
    book = folder / "book.txt"
    plugin = install(folder / "plugin")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)
    seen = Seen()
    asked, bell = context.Pipe(duplex=False)
    with scripted_model(iter(lambda: partial(_answer, bell), None)) as model:

        def child(work: Callable[..., Any], *args: Any) -> tuple[Any, Connection]:
            near, far = context.Pipe()
            environment = {"path": str(plugin), "book": str(book), "home": str(folder / "home"), "url": model.url}
            process = context.Process(target=_run, args=(work, environment, far, args))
            process.start()
            far.close()
            return process, near

        def begun(token: str) -> tuple[Any, list[Connection]]:
            _drained(asked)
            process, reports = child(_converse, token)
            return process, [reports, asked]

        lengths = [_timed(begun, f"entry-calibration-{number}") for number in range(2)][-1]
        for number in range(kills):
            token = f"entry-{number}"
            process, reports = begun(token)
            phase = dice.choice(PHASES[:-1])
            told = list(_told_until(reports, phase))
            time.sleep(dice.uniform(0, lengths[phase]))
            process.kill()
            process.join()
            told += [word for pipe in reports for word in _drained(pipe)]
            seen.killed[max(told, key=PHASES.index)] += 1
            checker, answers = child(_settle, token)
            left = answers.recv()
            checker.join()
            seen.wrong += _judge(token, told, left, book)
    return seen


def _judge(token: str, told: list[str], left: dict[str, Any], book: Path) -> list[str]:
    """What is wrong after one kill."""
    lines = book.read_text().splitlines() if book.exists() else []
    times = lines.count(token)
    wrong = [f"{token} was written {times} times"] if times > 1 else []
    if "routing" in told and not left["message"]:
        wrong.append(f"the message of {token} is lost")
    if "asked" in told and not (left["waited"] or left["begun"]):
        wrong.append(f"the approval of {token} is lost")
    if "done" in told and times != 1:
        wrong.append(f"{token} was said to be done, but it stands {times} times in the ledger")
    if left["waited"] and times != 1:
        wrong.append(f"{token} was approved after the kill, but it stands {times} times in the ledger")
    if times and left["message"] and not left["told"]:
        wrong.append(f"{token} was written, but no reply tells of it")
    return wrong


def _answer(bell: Connection, request: dict[str, Any]) -> Reply:
    """The model: it delegates, calls, answers, and rings the bell for what it is asked."""
    last = request["messages"][-1]
    names = [t["function"]["name"] for t in request["tools"]]
    bell.send("answering" if last["role"] == "tool" else "calling" if "write_entry" in names else "routing")
    if last["role"] == "tool":
        return Says(str(last["content"]))
    token = next(w for w in reversed(str(last["content"]).split("\n")[0].split()) if w.startswith("entry-"))
    if "write_entry" in names:
        return Calls([("write_entry", {"text": token})])
    return Calls([("ask_ledger", {"task": f"Write into the ledger: {token}"})])


def _run(work: Callable[..., Any], environment: dict[str, str], pipe: Connection, args: tuple[Any, ...]) -> None:
    """In the child: an assistant in the shared home, and some work with it."""
    sys.path.insert(0, environment["path"])
    os.environ["LEDGER"] = environment["book"]

    async def talk() -> None:
        from swarm import Assistant, Settings

        given = {
            "swarm": {"home": environment["home"], "samples": False, "fallback_models": "none"},
            "openai": {"base_url": environment["url"], "api_key": "x"},
        }
        async with Assistant.open(Settings.model_validate(given)) as assistant:
            await work(assistant, pipe, *args)

    asyncio.run(talk())


async def _converse(assistant: Any, pipe: Connection, token: str) -> None:
    """Ask for a write and approve it, reporting each step."""
    pipe.send("open")
    reply = await assistant.ask(f"please write entry {token}", SESSION)
    if reply.approval:
        pipe.send("asked")
    words = {"step_started": "running", "step_finished": "written", "finished": "done"}
    async for event in assistant.stream_decision(SESSION, "approve"):
        if event.type in words:
            pipe.send(words[event.type])


async def _settle(assistant: Any, pipe: Connection, token: str) -> None:
    """What is left of a round; what still waits is approved now."""
    waited = [a.args.get("text") for a in await assistant.pending(SESSION)]
    if waited:
        await assistant.decide(SESSION, "approve")
    else:
        await assistant.ask("hello entry-none", SESSION, approve="none")
    turns = [(said, reply) for said, reply in await assistant.turns(SESSION) if token in said.split()]
    replies = [reply for _, reply in turns if reply is not None]
    steps = [s for reply in replies for s in reply.steps if s.tool == "write_entry"]
    pipe.send({"message": bool(turns), "waited": token in waited, "begun": bool(steps), "told": bool(steps)})


def _timed(begun: Callable[[str], tuple[Any, list[Connection]]], token: str) -> dict[str, float]:
    """Seconds that each phase of a round takes when nobody kills it."""
    process, reports = begun(token)
    moments = {word: time.monotonic() for word in _told_until(reports, "done")}
    process.join()
    return {phase: max(moments[following] - moments[phase], 0.0) for phase, following in pairwise(PHASES)}


def _told_until(reports: list[Connection], last: str) -> Iterator[str]:
    """What is reported of a child, as it comes, up to this word."""
    told = ""
    while told != last:
        ready = wait(reports, PATIENCE)
        if not ready:
            raise TimeoutError(f"a child did not come to {last!r}, only to {told!r}")
        told = str(next(pipe for pipe in reports if pipe in ready).recv())
        yield told


def _drained(reports: Connection) -> list[str]:
    told: list[str] = []
    try:
        while reports.poll(0):
            told.append(reports.recv())
    except EOFError:
        pass
    return told


if __name__ == "__main__":
    sys.exit(main())
