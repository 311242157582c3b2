"""The clients that tools work with, made when first asked for and closed together."""

import threading
from collections.abc import Callable, Mapping
from typing import TypeVar, cast

T = TypeVar("T")


class Services:
    """Holds one instance of each service type.

    A tool names the services it needs by the types of its positional-only parameters; nothing is built before a tool asks.
    """

    def __init__(self, factories: Mapping[type, Callable[[], object]]) -> None:
        self._factories: dict[object, Callable[[], object]] = dict(factories.items())
        self._made: dict[object, object] = {}
        self._lock = threading.RLock()

    def get(self, kind: Callable[..., T]) -> T:
        """The service of this type.

        Raises:
            LookupError: nobody provides it.
        """
        with self._lock:
            if kind not in self._made:
                if kind not in self._factories:
                    raise LookupError(f"no service {kind} is configured")
                self._made[kind] = self._factories[kind]()
            return cast(T, self._made[kind])

    def provide(self, kind: object, factory: Callable[[], object]) -> None:
        """Have a service of this type made by `factory` when it is first asked for."""
        self._factories[kind] = factory

    def provides(self, kind: type) -> bool:
        """Whether a service of this type can be had."""
        return kind in self._factories

    def close(self) -> None:
        """Close every service that was made and has a `close` method."""
        with self._lock:
            for service in self._made.values():
                close = getattr(service, "close", None)
                if close is not None:
                    close()
            self._made.clear()
