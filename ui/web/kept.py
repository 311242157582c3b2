"""What pages and turns share while they are at work on it."""

from time import monotonic
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

Key = TypeVar("Key")
Value = TypeVar("Value")

WHILE = 60.0
"""Seconds."""


class Kept(Generic[Key, Value]):
    """Values by their keys, for as long as somebody holds them and a while after they were last asked for."""

    def __init__(self, seconds: float = WHILE) -> None:
        self._seconds = seconds
        self._alive: WeakValueDictionary[Key, Value] = WeakValueDictionary()
        self._held: dict[Key, tuple[Value, float]] = {}

    def get(self, key: Key) -> Value | None:
        """The value, if it is there."""
        value = self._alive.get(key)
        if value is not None:
            self._hold(key, value)
        return value

    def add(self, key: Key, value: Value) -> Value:
        """Keep a value; the one that is there already stays, and is returned."""
        value = self._alive.setdefault(key, value)
        self._hold(key, value)
        return value

    def _hold(self, key: Key, value: Value) -> None:
        now = monotonic()
        self._held[key] = (value, now)
        for other in [other for other, (_, asked) in self._held.items() if now - asked > self._seconds]:
            del self._held[other]
