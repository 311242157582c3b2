"""A turn's events on their way to a program: the first one is waited for, so that a refusal is an HTTP error and no broken stream."""

from collections.abc import AsyncIterator

from swarm.reply import Event, Finished, Reply


async def begun(events: AsyncIterator[Event]) -> AsyncIterator[Event]:
    """The same events, once the turn has been taken.

    Raises:
        SwarmError: it was not.
    """
    first = await anext(events)

    async def all_of_them() -> AsyncIterator[Event]:
        yield first
        async for event in events:
            yield event

    return all_of_them()


async def last(events: AsyncIterator[Event]) -> Reply:
    """The reply at the end of a turn."""
    reply: Reply | None = None
    async for event in events:
        if isinstance(event, Finished):
            reply = event.reply
    if reply is None:
        raise RuntimeError("a turn ended without a reply")
    return reply
