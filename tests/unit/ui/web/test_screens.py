"""The order in which updates reach a page."""

import asyncio
from collections.abc import AsyncIterator

from ui.web.screens import Screens


async def counted(*numbers: int) -> AsyncIterator[int]:
    for number in numbers:
        yield number


async def test_a_newer_stream_waits_until_the_older_update_is_sent_and_ends_the_older_one() -> None:
    screens = Screens()
    catching_up = screens.stream("page", counted(1, 2, 3))
    sent = [await anext(catching_up)]  # handed over, and still on its way
    newer = screens.stream("page", counted(10, 11))
    first = asyncio.create_task(anext(newer))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not first.done()
    sent += [number async for number in catching_up]  # Gradio asks for more: it has sent what it had
    sent += [await first, *[number async for number in newer]]
    assert sent == [1, 10, 11]
    assert not screens.followed("page")


async def test_pages_do_not_wait_for_each_other() -> None:
    screens = Screens()
    one, other = screens.stream("one", counted(1)), screens.stream("other", counted(2))
    assert (await anext(one), await anext(other)) == (1, 2)
    assert screens.followed("one") and screens.followed("other")


async def test_a_stream_that_is_given_up_holds_nobody_back() -> None:
    screens = Screens()
    given_up = screens.stream("page", counted(1, 2))
    assert await anext(given_up) == 1
    del given_up
    assert [number async for number in screens.stream("page", counted(3))] == [3]
