"""kill -9 at random moments of a conversation with writes: no message lost, no write done twice, no approval lost.

    python -m evals.chaos_conversation --kills 100 --seed 7

A child process talks: it asks for a write, gets the approval, approves, and reports every step over a pipe. It is killed at a random
moment, also in the middle of the approved call. Another process then looks at what is left, decides what still waits, and goes on.
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
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from rich.console import Console

from evals.ledger import install
from tests.scripted_model import Calls, Reply, Says, scripted_model

SESSION = "chaos"
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
    Console().print(f"seed {options.seed}; killed while: {dict(seen.killed)}; wrong: {seen.wrong or 'none'}", highlight=False)
    return 1 if seen.wrong else 0


def torment(folder: Path, kills: int, dice: random.Random) -> Seen:
    """Kill a conversation again and again, and look each time at what is left."""
    book = folder / "book.txt"
    plugin = install(folder / "plugin")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)
    seen = Seen()
    with scripted_model(iter(lambda: _answer, None)) as model:

        def child(work: Callable[..., Any], *args: Any) -> tuple[Any, Connection]:
            near, far = context.Pipe()
            environment = {"path": str(plugin), "book": str(book), "home": str(folder / "home"), "url": model.url}
            process = context.Process(target=_run, args=(work, environment, far, args))
            process.start()
            far.close()
            return process, near

        whole = _timed(child, "calibration")
        for number in range(kills):
            token = f"entry-{number}"
            process, reports = child(_converse, token)
            told = _told_until(reports, "open", 60)
            time.sleep(dice.uniform(0, whole * 1.1))
            process.kill()
            process.join()
            told += _drained(reports)
            seen.killed[told[-1] if told else "starting"] += 1
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
    if "heard" in told and not left["message"]:
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


def _answer(request: dict[str, Any]) -> Reply:
    """The model: it delegates, calls, answers."""
    last = request["messages"][-1]
    names = [t["function"]["name"] for t in request["tools"]]
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
    async for event in assistant.stream(f"please write entry {token}", SESSION):
        pipe.send("heard" if event.type != "finished" else "asked" if event.reply.approval else "answered")
    async for event in assistant.stream_decision(SESSION, "approve"):
        pipe.send("running" if event.type != "finished" else "done")


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


def _timed(child: Callable[..., tuple[Any, Connection]], token: str) -> float:
    """Seconds that a whole round takes when nobody kills it."""
    process, reports = child(_converse, f"entry-{token}")
    _told_until(reports, "open", 60)
    begun = time.monotonic()
    _told_until(reports, "done", 60)
    process.join()
    return time.monotonic() - begun


def _told_until(reports: Connection, word: str, patience: float) -> list[str]:
    """What a child reported up to a word."""
    told: list[str] = []
    while word not in told:
        if not reports.poll(patience):
            raise TimeoutError(f"a child did not come to {word!r}, only to {told}")
        told.append(reports.recv())
    return told


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
