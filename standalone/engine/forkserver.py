"""The process that workers are forked from: it has imported the engine before, so that a run starts at once and shares that memory.

One for each process that launches runs. It has one thread and does nothing but fork; it ends with the process that it serves, and the
workers live on.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from standalone.engine.descendants import RUN_MARK

_LENGTH_BYTES = 4


class Assignment(NamedTuple):
    """What a worker is started with.

    The run's folder; the descriptors of its lock, which is held, and of its log; the environment, without the run's mark.
    """

    folder: Path
    lock: int
    log: int
    environment: Mapping[str, str]


class Forkserver:
    """The forkserver of this process, seen from outside; started with the first worker, and anew when it is gone."""

    def __init__(self) -> None:
        self._requests: socket.socket | None = None
        self._turn = threading.Lock()

    def fork(self, assignment: Assignment) -> None:
        """Have a worker started. The caller may close the descriptors: the worker has its own."""
        with self._turn:
            if self._requests:
                try:
                    _send(self._requests, assignment)
                    return
                except OSError:  # it has been killed
                    self._requests.close()
            self._requests = _start(assignment.environment)
            _send(self._requests, assignment)


def _start(environment: Mapping[str, str]) -> socket.socket:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "standalone.engine.worker"],
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
            env=environment,
        )
    threading.Thread(target=process.wait, name=f"reap {process.pid}", daemon=True).start()
    return ours


def _send(requests: socket.socket, assignment: Assignment) -> None:
    message = json.dumps([str(assignment.folder), dict(assignment.environment)]).encode()
    socket.send_fds(requests, [len(message).to_bytes(_LENGTH_BYTES, "big")], [assignment.lock, assignment.log])
    requests.sendall(message)


def serve() -> Assignment | None:
    """Fork for each request that comes over standard input. Returns in each forked process, and None when the requests have ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the workers
    with socket.socket(fileno=os.dup(0)) as requests:
        while assignment := _receive(requests):
            if os.fork() == 0:
                break
            os.close(assignment.lock)
            os.close(assignment.log)
    if assignment:
        _become(assignment)
    return assignment


def _receive(requests: socket.socket) -> Assignment | None:
    head, descriptors, *_ = socket.recv_fds(requests, _LENGTH_BYTES, 2)
    if not head:
        return None
    lock, log = descriptors
    os.set_inheritable(lock, False)
    folder, environment = json.loads(requests.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL))
    return Assignment(Path(folder), lock, log, environment)


def _become(worker: Assignment) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(worker.log, 1)
    os.dup2(worker.log, 2)
    os.close(worker.log)
    os.chdir(worker.folder)
    os.environ.clear()
    os.environ.update(worker.environment)
    os.environ[RUN_MARK] = str(worker.folder)
