"""Real S3 servers for tests and benchmarks, each its own process over a folder of its own."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import urllib3
from minio import Minio
from minio.error import MinioException
from pydantic import SecretStr

from tools.minio.minio_store import MinioStore
from tools.minio.settings import MinioSettings

USER, SECRET = "tester", "testing-secret"
BUILT = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mlops-swarm" / "bin"
"""Where the targets of the Makefile put the programs."""


@dataclass(frozen=True)
class Program:
    """How a server is started on a folder and a port."""

    command: Callable[[Path, int], list[str]]
    environment: dict[str, str]
    plain: bool = False
    """Buckets are plain folders of which it remembers nothing."""


def _minio(folder: Path, port: int) -> list[str]:
    return ["server", "--quiet", "--address", f"127.0.0.1:{port}", str(folder / "data")]


def _versitygw(folder: Path, port: int) -> list[str]:
    for name in ("data", "versions"):
        (folder / name).mkdir(exist_ok=True)
    own = ["--quiet", "--keep-alive", "--port", f"127.0.0.1:{port}"]
    return [*own, "posix", "--versioning-dir", str(folder / "versions"), str(folder / "data")]


PROGRAMS = {
    "minio": Program(_minio, {"MINIO_ROOT_USER": USER, "MINIO_ROOT_PASSWORD": SECRET, "MINIO_BROWSER": "off"}),
    "versitygw": Program(_versitygw, {"ROOT_ACCESS_KEY": USER, "ROOT_SECRET_KEY": SECRET}, plain=True),
}


class ObjectServer:
    """A server that can be killed and started again on the same port over the same objects; `wrap` changes its command."""

    def __init__(self, name: str, folder: Path, path: str, wrap: Callable[[list[str]], list[str]] = list) -> None:
        self._program, self._folder, self._path, self._wrap = PROGRAMS[name], folder, path, wrap
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def sdk(self) -> Minio:
        """The bare SDK on this server."""
        return Minio(f"127.0.0.1:{self.port}", USER, SECRET, secure=False)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._folder.mkdir(exist_ok=True)
        command = self._wrap([self._path, *self._program.command(self._folder, self.port)])
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, env={**os.environ, **self._program.environment}, stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while not self._ready():
            log_text = (self._folder / "log").read_text()
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self._path} does not come up:\n{log_text}")
            time.sleep(0.02)

    def kill(self) -> None:
        """End it as a crash would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it and wait until it has ended."""
        self._end(signal.SIGTERM)

    def clean(self) -> None:
        """Remove all buckets with all versions."""
        if self._program.plain:  # a put that fails leaves empty folders there, which keep their bucket
            for bucket_folder in self._folder.glob("*/*/"):
                shutil.rmtree(bucket_folder)
            return
        sdk = self.sdk
        for bucket in sdk.list_buckets():
            while found := list(sdk.list_objects(bucket.name, recursive=True, include_version=True)):
                for one in found:  # MinIO shows what lies below a key only when that is gone
                    sdk.remove_object(bucket.name, str(one.object_name), one.version_id)
            sdk.remove_bucket(bucket.name)

    def _end(self, how: signal.Signals) -> None:
        if self._process:
            self._process.send_signal(how)
            self._process.wait(timeout=30)
            self._process = None

    def _ready(self) -> bool:
        """Whether it answers who we are: MinIO reports itself ready before it does."""
        impatient = urllib3.PoolManager(timeout=1, retries=False)
        try:
            Minio(f"127.0.0.1:{self.port}", USER, SECRET, secure=False, http_client=impatient).list_buckets()
        except (urllib3.exceptions.HTTPError, MinioException):
            return False
        return True


def program(name: str) -> str | None:
    """Path of the server's program, if it is on this machine."""
    built = BUILT / name
    return str(built) if built.exists() else shutil.which(name)


def store_of(url: str, timeout: float = 20, user: str = USER, secret: str = SECRET) -> MinioStore:
    """Our store on a server."""
    keys = {"access_key": SecretStr(user), "secret_key": SecretStr(secret)}
    return MinioStore(MinioSettings(endpoint=url, timeout=timeout, **keys))


def free_port() -> int:
    """A port that nothing listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
