"""A turn under pressure: results that pile up, a write that is canceled midway, more tools that wait than there are threads."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agents.registry import find_agents
from evals.ledger import install
from swarm.modelcalls import KEPT
from tests.integration.swarm.talking import talking, task
from tests.scripted_model import Calls, Says
from tools.tool import discover

HOLD = '''

@tool(effect="write", examples=["hold the ledger"])
def hold_ledger(text: Text) -> ToolResult:
    """Write an entry, then hold the ledger until it is let go."""
    from tools.activity import current
    from tools.result import ErrorCode, ToolError

    with BOOK.open("a") as book:
        book.write(text + "\\n")
    while not BOOK.with_name("go").exists():
        if current().canceled.wait(0.02):
            BOOK.with_name(f"{text}.canceled").touch()
            raise ToolError(ErrorCode.CANCELED, "stopped after the first half")
    return ToolResult(content=f"Held for {text}.")
'''


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file of an agent that keeps a ledger; its tool `hold_ledger` waits until there is a file `go` beside it."""
    folder = tmp_path_factory.mktemp("ledger")
    plugin = install(folder / "plugin")
    with (plugin / "ledger_tools" / "ledger.py").open("a") as source:
        source.write(HOLD)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(plugin))
        patch.setenv("LEDGER", str(folder / "book.txt"))
        find_agents.cache_clear()
        discover.cache_clear()
        yield folder / "book.txt"
    find_agents.cache_clear()
    discover.cache_clear()
    for name in [m for m in sys.modules if m.startswith("ledger_")]:
        del sys.modules[name]


@pytest.fixture
def book(ledger: Path) -> Iterator[Path]:
    """The same, empty; whoever holds it is let go in the end."""
    ledger.unlink(missing_ok=True)
    ledger.with_name("go").unlink(missing_ok=True)
    yield ledger
    ledger.with_name("go").touch()


def written(book: Path) -> list[str]:
    return book.read_text().split() if book.exists() else []


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 - it is files that are waited for
            await asyncio.sleep(0.01)


def holds(request: dict[str, Any]) -> Calls | Says:
    """A model that holds the ledger for the last word of what it hears, and chats about everything else."""
    last, names = request["messages"][-1], {t["function"]["name"] for t in request["tools"]}
    said = str(last["content"]).partition("\n")[0]
    if last["role"] == "tool" or not said.startswith("hold"):
        return Says("I see.")
    return Calls([("hold_ledger", {"text": said.split()[-1]})]) if "hold_ledger" in names else Calls([("ask_ledger", task(said))])


async def test_old_results_are_cleared_for_the_model_and_kept_on_the_record(home: Path) -> None:
    calls = [Calls([("preview_object", {"bucket": "datasets", "key": "wine.csv", "rows": 20 + n})]) for n in range(14)]
    async with talking(home, [Calls([("ask_minio", task("Look at wine.csv."))]), *calls, Says("Seen.")]) as (assistant, model):
        reply = await assistant.ask("look at wine.csv again and again", "clearing")
    results = [m["content"] for m in model.requests[-1]["messages"] if m["role"] == "tool"]
    cleared = ["cleared to save space" in r for r in results]
    assert cleared[0]
    assert not any(cleared[-KEPT:])
    assert len(reply.steps) == len([a for a in reply.artifacts if a.kind == "table"]) == 14


async def test_a_write_that_is_canceled_midway_is_told_of_and_not_repeated(home: Path, book: Path) -> None:
    async with talking(home, iter(lambda: holds, None), samples=False, approval="destroy") as (assistant, _):
        turn = asyncio.create_task(assistant.ask("hold it for half-a-write", "cancel"))
        await until(lambda: written(book) == ["half-a-write"])
        turn.cancel()
        with pytest.raises(asyncio.CancelledError):
            await turn
        await until(book.with_name("half-a-write.canceled").exists)
        after = await assistant.ask("hello again", "cancel")
        told = (await assistant.turns("cancel"))[0][1]
    assert (after.status, after.answer) == ("done", "I see.")
    assert told is not None
    assert told.status == "failed"
    assert "`hold_ledger`" in told.answer
    assert [s.tool for s in told.steps] == ["hold_ledger"]
    assert written(book) == ["half-a-write"]


async def test_tools_that_wait_for_threads_hold_nobody_else_up(home: Path, book: Path) -> None:
    async with talking(home, iter(lambda: holds, None), samples=False, approval="destroy", threads=2) as (assistant, _):
        turns = [asyncio.create_task(assistant.ask(f"hold it for number-{n}", f"crowd-{n}")) for n in range(6)]
        await until(lambda: len(written(book)) == 2)
        async with asyncio.timeout(30):
            chat = await assistant.ask("how are you?", "beside the crowd")
        assert (chat.answer, [t.done() for t in turns]) == ("I see.", [False] * 6)
        book.with_name("go").touch()
        replies = await asyncio.gather(*turns)
    assert [(r.status, [s.status for s in r.steps]) for r in replies] == [("done", ["ok"])] * 6
    assert sorted(written(book)) == [f"number-{n}" for n in range(6)]
