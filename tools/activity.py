"""What a running tool can tell, and be told, while it works."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Activity:
    """A tool call under way: reports progress, and learns that nobody waits for it any more."""

    def __init__(self, sink: Callable[[str], None] | None = None) -> None:
        self._sink = sink
        self.canceled = threading.Event()

    def report(self, text: str) -> None:
        """Say what is happening, in a few words."""
        if self._sink is not None:
            self._sink(text)


_current: ContextVar[Activity | None] = ContextVar("activity", default=None)


def current() -> Activity:
    """The activity of the running call; outside of one, an activity that nobody watches."""
    return _current.get() or Activity()


@contextmanager
def activity(watched: Activity) -> Iterator[Activity]:
    """Make `watched` the current activity of this context and the threads it starts through `asyncio.to_thread`."""
    token = _current.set(watched)
    try:
        yield watched
    finally:
        _current.reset(token)
