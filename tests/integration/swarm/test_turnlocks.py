"""One turn of a session at a time: within a process, across processes, and after one that died. On SQLite and PostgreSQL."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from swarm.store import Store
from swarm.tables import claims
from swarm.turnlocks import TurnLocks

HOLDER = """
import asyncio, sys
from pathlib import Path
from swarm.store import Store
from swarm.turnlocks import TurnLocks

async def hold(home, url):
    async with TurnLocks.open(Store.open(home, url), home) as locks, locks.turn("s"):
        print("held", flush=True)
        await asyncio.sleep(600)

asyncio.run(hold(Path(sys.argv[1]), sys.argv[2] or None))
"""


async def test_turns_of_a_session_never_overlap_and_others_do_not_wait(store: Store, tmp_path: Path) -> None:
    inside, most, order = 0, 0, list[int]()

    async def turn(locks: TurnLocks, number: int) -> None:
        nonlocal inside, most
        async with locks.turn("one"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            async with locks.turn(f"other-{number}"):
                order.append(number)
            inside -= 1

    async with TurnLocks.open(store, tmp_path) as here, TurnLocks.open(store, tmp_path) as there:
        await asyncio.gather(*(turn(locks, number) for number, locks in enumerate([here, there] * 6)))
    assert (most, sorted(order)) == (1, list(range(12)))


async def test_a_turn_that_fails_lets_go(store: Store, tmp_path: Path) -> None:
    async with TurnLocks.open(store, tmp_path) as here, TurnLocks.open(store, tmp_path) as there:
        with pytest.raises(ValueError, match="broken"):
            async with here.turn("one"):
                raise ValueError("broken")
        async with asyncio.timeout(20), there.turn("one"):
            assert store.holder("turn:one") is not None
    assert store.holder("turn:one") is None


async def test_a_turn_given_up_while_it_is_claimed_leaves_nothing(store: Store, tmp_path: Path) -> None:
    async with TurnLocks.open(store, tmp_path) as locks:
        with pytest.raises(ZeroDivisionError), store.writing() as connection:
            store.insert_new(connection, claims, {"name": "turn:one", "holder": "another", "until": 0.0})
            waiting = asyncio.create_task(locks.turn("one").__aenter__())
            await asyncio.sleep(0)  # the claim is made, and has to wait for this transaction
            waiting.cancel()
            await asyncio.sleep(0)
            raise ZeroDivisionError
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert store.holder("turn:one") is None


async def test_the_turn_of_a_process_that_died_is_taken_over_at_once(store: Store, tmp_path: Path, database_url: str | None) -> None:
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", HOLDER, str(tmp_path), database_url or "", stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert await child.stdout.readline() == b"held\n"
    async with TurnLocks.open(store, tmp_path) as locks:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5), locks.turn("s"):
                pytest.fail("the other process lives and plays its turn")
        child.kill()
        await child.wait()
        async with asyncio.timeout(20), locks.turn("s"):
            assert store.holder("turn:s") is not None


async def test_a_turn_from_another_machine_lasts_as_long_as_its_lease(store: Store, tmp_path: Path) -> None:
    store.claim("turn:s", "far-away", seconds=0.3)
    async with TurnLocks.open(store, tmp_path) as locks, asyncio.timeout(20), locks.turn("s"):
        assert store.holder("turn:s") != "far-away"


async def test_claims_are_renewed_while_turns_run(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("swarm.turnlocks.LEASE", 3)
    async with TurnLocks.open(store, tmp_path) as locks, locks.turn("s"):
        for _ in range(5):
            await asyncio.sleep(0.8)
            assert not store.claim("turn:s", "another", seconds=1)
