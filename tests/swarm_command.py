"""The command `swarm` as processes that start at once: each is forked from one that has imported the program before.

Arguments, environment, folder, standard streams, signals and exit status are those of a process of its own; only importing is spared.
"""

import atexit
import functools
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

INSTALLED = Path(sys.executable).parent / "swarm"
"""The command as it is installed."""

IMPORTED = """
    ui.cli ui.terminal.once ui.terminal.chat ui.mcp.serve swarm.assistant agents.registry knowledge.knowledge swarm.planner.planner
    standalone.local kfp_server_api tokenizers bm25s
""".split()
"""What most commands import."""

CLIENT = """#!{python} -IS
import json, os, signal, socket, sys
server = socket.socket(socket.AF_UNIX)
server.connect({address!r})
words = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
socket.send_fds(server, [len(words).to_bytes(4, "big")], [0, 1, 2])
server.sendall(words)
process = int.from_bytes(server.recv(4), "big")
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, lambda number, _: os.kill(process, number))
code = int.from_bytes(server.recv(4), "big", signed=True)
if code < 0:
    signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
os._exit(code)
"""
"""Hands over to the server what it was started with, and ends as the process there does."""


@functools.cache
def swarm_command() -> Path:
    """A program to start in place of the installed one; what it forks from is started with the first call, and ends with us."""
    folder = tempfile.TemporaryDirectory()
    address, command = f"{folder.name}/server", Path(folder.name) / "swarm"
    command.write_text(CLIENT.format(python=sys.executable, address=address))
    command.chmod(0o700)
    server = subprocess.Popen(
        [sys.executable, "-m", __name__, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[1]
    )
    assert server.stdin and server.stdout
    atexit.register(folder.cleanup)
    atexit.register(server.wait, 20)
    atexit.register(server.stdin.close)
    assert server.stdout.readline() == b"ready\n"
    return command


class Server:
    """Forks a process for each client, tells it how the process ended, and ends the process with the client."""

    def __init__(self, address: str) -> None:
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(address)
        self._listener.listen(16)
        self._selector = selectors.DefaultSelector()
        self._processes: dict[socket.socket, int] = {}

    def run(self) -> None:
        """Until our own standard input ends; returns in each forked process too."""
        self._selector.register(sys.stdin, selectors.EVENT_READ)
        self._selector.register(self._listener, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is sys.stdin:
                    sys.exit()
                if key.fileobj is self._listener:
                    if self._fork(self._listener.accept()[0]):
                        return
                elif isinstance(key.fileobj, socket.socket):
                    self._abandoned(key.fileobj)
                else:
                    self._end(key.fd, key.data)

    def _fork(self, client: socket.socket) -> bool:
        """Whether this is the forked process."""
        head, streams, *_ = socket.recv_fds(client, 4, 3)
        with client.makefile("rb") as file:
            arguments, folder, environment = json.loads(file.read(int.from_bytes(head, "big")))
        process = os.fork()
        if process:
            for stream in streams:
                os.close(stream)
            client.sendall(process.to_bytes(4, "big"))
            self._processes[client] = process
            self._selector.register(client, selectors.EVENT_READ)
            self._selector.register(os.pidfd_open(process), selectors.EVENT_READ, client)
            return False
        self._selector.close()
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        for other in (self._listener, client, *self._processes):
            other.close()
        sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w", errors="backslashreplace")  # noqa: SIM115
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = ["swarm", *arguments]
        return True

    def _abandoned(self, client: socket.socket) -> None:
        if client in self._processes:
            os.kill(self._processes[client], signal.SIGKILL)
            self._selector.unregister(client)

    def _end(self, descriptor: int, client: socket.socket) -> None:
        self._selector.unregister(descriptor)
        os.close(descriptor)
        _, status = os.waitpid(self._processes.pop(client), 0)
        with client:
            if client in self._selector.get_map():
                self._selector.unregister(client)
                client.sendall(os.waitstatus_to_exitcode(status).to_bytes(4, "big", signed=True))


def main() -> None:
    """Serve at the address; a forked process goes on as `swarm`."""
    gc.disable()
    for module in IMPORTED:
        importlib.import_module(module)
    for agent in importlib.import_module("agents.registry").find_agents().values():
        assert agent.toolset
    gc.freeze()  # so that the forked processes share what they do not change
    server = Server(sys.argv[1])
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    server.run()
    gc.enable()
    from ui.cli import main as swarm

    swarm()


if __name__ == "__main__":
    main()
