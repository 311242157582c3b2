"""A lease: work that one process at a time does for all of them, and that another takes over when that one has gone."""

import threading
import uuid

from swarm.store import Store


class Lease:
    """This process's claim on a piece of work. Methods block."""

    def __init__(self, store: Store, name: str, seconds: float) -> None:
        """`seconds` without a renewal after which another process may take over."""
        self._store = store
        self._name = name
        self._seconds = seconds
        self._holder = uuid.uuid4().hex
        self._claiming = threading.Lock()
        self._over = False

    def held(self) -> bool:
        """Take the lease or renew it; tells whether the work is this process's."""
        with self._claiming:
            return not self._over and self._store.claim(self._name, self._holder, self._seconds)

    def give_up(self) -> None:
        """Leave the work to others at once and for good; a claim that a thread is making right now ends before."""
        with self._claiming:
            self._over = True
            self._store.release(self._name, self._holder)
