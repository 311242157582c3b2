"""Who a tool works for: the user and the conversation that a call belongs to, set by whoever runs tools."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Speaker:
    """A user in a conversation."""

    user: str
    session: str


_NOBODY = Speaker("local", "")
_current: ContextVar[Speaker] = ContextVar("speaker", default=_NOBODY)


def speaker() -> Speaker:
    """Whom the running call is for."""
    return _current.get()


@contextmanager
def speaking(who: Speaker) -> Iterator[None]:
    """Calls within the block are for this user and conversation."""
    token = _current.set(who)
    try:
        yield
    finally:
        _current.reset(token)
