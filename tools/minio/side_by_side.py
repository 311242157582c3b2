"""Work on one part while others are under way."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

WIDTH = 3
"""Parts under way at once: so many are in memory, and one that is being read or written."""


def side_by_side(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """What the work makes of the items, in their order; the next item is taken when there is room for it."""
    waiting: deque[Future[R]] = deque()
    with ThreadPoolExecutor(WIDTH) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) == WIDTH:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
