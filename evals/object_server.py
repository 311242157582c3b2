"""Real S3 servers for tests and benchmarks, each its own process over a folder of its own."""

import io
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
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
PROBE = "readiness"
"""Bucket and object by which a server shows that it takes objects."""


@dataclass(frozen=True)
class Program:
    """How a server is started on a folder and on ports, the first of which is where it speaks S3."""

    command: Callable[[Path, list[int]], list[str]]
    environment: dict[str, str]
    ports: int = 1
    health: str = "/"
    """Path that answers with 503 while the server is still busy with itself."""


def _minio(folder: Path, ports: list[int]) -> list[str]:
    return ["server", "--quiet", "--address", f"127.0.0.1:{ports[0]}", str(folder / "data")]


def _seaweedfs(folder: Path, ports: list[int]) -> list[str]:
    actions = ["Admin", "Read", "List", "Tagging", "Write"]
    identity = {"name": USER, "credentials": [{"accessKey": USER, "secretKey": SECRET}], "actions": actions}
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    (folder / "data").mkdir(exist_ok=True)
    parts = ["s3", "master", "volume", "filer", "admin"]
    options: dict[str, object] = {f"{part}.port": http for part, http in zip(parts, ports[:5], strict=True)}
    options |= {f"{part}.port.grpc": grpc for part, grpc in zip(parts, ports[5:], strict=True)}
    options |= {f"{part}.localSocket": folder / part for part in ("s3", "filer")}
    options |= {"dir": folder / "data", "ip": "127.0.0.1", "s3.config": folder / "s3.json", "s3.autoCreateBucket": "false"}
    options |= {"s3.port.iceberg": 0, "s3.port.lance": 0, "master.telemetry": "false", "volume.preStopSeconds": 0}
    options |= {"master.peers": "none", "master.electionTimeout": "1s", "admin.ui": "false", "webdav": "false"}  # it starts sooner
    options |= {"s3.allowBackslashInKey": "true", "master.volumeSizeLimitMB": 64, "volume.max": 500}
    return ["mini", *(f"-{name}={value}" for name, value in options.items())]


MINIO = {"MINIO_ROOT_USER": USER, "MINIO_ROOT_PASSWORD": SECRET, "MINIO_BROWSER": "off"}
PROGRAMS = {
    "minio": Program(_minio, MINIO, health="/minio/health/cluster"),
    "seaweedfs": Program(_seaweedfs, {}, ports=10),
}


class ObjectServer:
    """A server that can be killed and started again on the same port over the same objects; `wrap` changes its command."""

    def __init__(self, name: str, folder: Path, path: str, wrap: Callable[[list[str]], list[str]] = list) -> None:
        self._program, self._folder, self._path, self._wrap = PROGRAMS[name], folder, path, wrap
        self._process: subprocess.Popen[bytes] | None = None
        self._turning = threading.Lock()
        self._ports = free_ports(self._program.ports)
        self.port = self._ports[0]

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def sdk(self) -> Minio:
        """The bare SDK on this server."""
        return Minio(f"127.0.0.1:{self.port}", USER, SECRET, secure=False)

    def start(self) -> None:
        """Start it, unless it runs, and wait until it answers."""
        with self._turning:
            if not self._process:
                self._start()

    def kill(self) -> None:
        """End it as a crash would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it and wait until it has ended; as a crash would when it waits for somebody itself."""
        try:
            self._end(signal.SIGTERM)
        except subprocess.TimeoutExpired:
            self.kill()

    def clean(self) -> None:
        """Remove all buckets with all versions."""
        sdk = self.sdk
        for bucket in sdk.list_buckets():
            while found := list(sdk.list_objects(bucket.name, recursive=True, include_version=True)):
                for one in found:  # MinIO shows what lies below a key only when that is gone
                    sdk.remove_object(bucket.name, str(one.object_name), one.version_id)
            sdk.remove_bucket(bucket.name)

    def purge(self) -> None:
        """Free the room of objects that were overwritten or deleted: a MinIO first does so five minutes after its start."""
        if self._process:
            seen = Path(f"/proc/{self._process.pid}/root")  # where its disk may be one that only it sees
            for remains in seen.joinpath(*self._folder.parts[1:], "data", ".minio.sys", "tmp", ".trash").glob("*"):
                shutil.rmtree(remains, ignore_errors=True)

    def _start(self) -> None:
        self._folder.mkdir(exist_ok=True)
        command = self._wrap([self._path, *self._program.command(self._folder, self._ports)])
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, env={**os.environ, **self._program.environment}, stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while not self._ready():
            log_text = (self._folder / "log").read_text()
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self._path} does not come up:\n{log_text}")
            time.sleep(0.02)

    def _end(self, how: signal.Signals) -> None:
        with self._turning:
            if self._process:
                self._process.send_signal(how)
                self._process.wait(timeout=30)
                self._process = None

    def _ready(self) -> bool:
        """Whether it takes an object: servers report themselves ready before they do.

        And not before it is done with what it found: MinIO makes buckets anew that are removed while it looks through them at its start.
        """
        impatient = urllib3.PoolManager(timeout=10, retries=False)
        sdk = Minio(f"127.0.0.1:{self.port}", USER, SECRET, secure=False, http_client=impatient)
        try:
            if impatient.request("GET", f"{self.url}{self._program.health}").status == 503:
                return False
            if not sdk.bucket_exists(PROBE):
                sdk.make_bucket(PROBE)
            sdk.put_object(PROBE, PROBE, io.BytesIO(b"x"), 1)
            sdk.remove_object(PROBE, PROBE)
            sdk.remove_bucket(PROBE)
            return PROBE not in {bucket.name for bucket in sdk.list_buckets()}
        except (urllib3.exceptions.HTTPError, MinioException):
            return False


def program(name: str) -> str | None:
    """Path of the server's program, if it is on this machine."""
    built = BUILT / name
    return str(built) if built.exists() else shutil.which(name)


def store_of(url: str, timeout: float = 20, user: str = USER, secret: str = SECRET) -> MinioStore:
    """Our store on a server."""
    keys = {"access_key": SecretStr(user), "secret_key": SecretStr(secret)}
    return MinioStore(MinioSettings(endpoint=url, timeout=timeout, **keys))


def free_ports(count: int) -> list[int]:
    """Ports that nothing listens on just now."""
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
