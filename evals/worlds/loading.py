"""A world made real: a fresh home with a pipeline server of its own, everything in it, and a way back to how it was."""

import io
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from evals.errors import EvalError
from evals.worlds import files
from evals.worlds.description import DEFAULT_EXPERIMENT, Run, World
from evals.worlds.pipelines import Variant, compile_code, compiled, variants
from evals.worlds.snapshot import Snapshot
from knowledge.knowledge import Knowledge
from swarm.backends import open_services
from swarm.platform import find_platform
from swarm.settings import ChromaSettings, Settings, SwarmSettings
from tools.kfp.client import Kfp
from tools.kfp.cron import six_fields
from tools.kfp.model import Version
from tools.kfp.settings import KfpSettings
from tools.minio.settings import MinioSettings
from tools.minio.store import ObjectStore
from tools.result import ToolError
from tools.services import Services

DEADLINE = 300.0
"""Seconds for all runs of a world to come to their states."""
WAIT = 5.0
"""Seconds that an assistant waits for a run: those of a world that are running do not end."""


class LoadedWorld:
    """A world in a home: settings for assistants over it, clients to look at it, and the way back.

    Attributes:
        world: what was loaded.
        settings: of an assistant over it; the model is that of the environment.
        files: the folder of local files that the assistant may use.
    """

    def __init__(self, world: World, root: Path) -> None:
        self.world = world
        self.files = root / "files"
        self.settings = _settings(root / "home", self.files)
        self.services: Services = open_services(self.settings, find_platform())
        self._documents = root / "documents"
        self._snapshot = Snapshot(root / "home", self.files, root / "snapshot")

    @property
    def kfp(self) -> Kfp:
        """Its pipelines."""
        return self.services.get(Kfp)

    @property
    def store(self) -> ObjectStore:
        """Its objects."""
        return self.services.get(ObjectStore)

    @property
    def knowledge(self) -> Knowledge:
        """Its documents, read anew."""
        return Knowledge(self.settings.knowledge)

    def reset(self) -> None:
        """Make everything as it was when the world was loaded. No assistant may be open on it."""
        self._snapshot.restore(self.kfp)

    def load(self) -> None:
        """Make everything that the world describes.

        Raises:
            EvalError: a backend refuses a part of it, or a run does not come to its state.
        """
        try:
            with ThreadPoolExecutor(2) as pool:
                aside = pool.submit(self._load_files)
                self._load_pipelines()
                aside.result()
            self._await_runs()
        except ToolError as error:
            raise EvalError(f"the world cannot be loaded: {error.message}") from error
        self._snapshot.take(self.kfp)

    def close(self) -> None:
        """End what runs, the server and the clients."""
        for run in self.kfp.runs(limit=100)[0]:
            if not run.done:
                self.kfp.terminate_run(run)
        _until(lambda: all(run.done for run in self.kfp.runs(limit=100)[0]), 30)
        self.services.close()
        find_platform().stop(self.settings.swarm.home)

    def _load_pipelines(self) -> None:
        described = {e.name: e.description for e in self.world.experiments}
        described |= {r.experiment: "" for r in self.world.runs if r.experiment not in described}
        existing = {e.name for e in self.kfp.experiments()[0]}
        for name, description in described.items():
            if name not in existing:
                self.kfp.create_experiment(name, description)
        versions: dict[str, Version] = {}
        newest: dict[str, Version] = {}
        for pipeline in self.world.pipelines:
            for number, variant in enumerate(variants(self.world, pipeline), 1):
                newest[pipeline.name] = self._upload(variant, number)
                versions |= dict.fromkeys(variant.runs, newest[pipeline.name])
        for run in self.world.runs:
            self.kfp.create_run(run.name, versions[run.name], dict(run.arguments), self.kfp.experiment(run.experiment).id)
        default = self.kfp.experiment(DEFAULT_EXPERIMENT).id
        for schedule in self.world.schedules:
            made = self.kfp.create_schedule(
                schedule.name, newest[schedule.pipeline], six_fields(schedule.cron), dict(schedule.arguments), default
            )
            if schedule.name in self.world.extras.paused_schedules:
                self.kfp.pause_schedule(made)

    def _upload(self, variant: Variant, number: int) -> Version:
        with tempfile.TemporaryDirectory() as folder:
            package = Path(folder) / "package.yaml"
            package.write_bytes(compiled(variant))
            name, description = variant.pipeline.name, variant.pipeline.description
            if number == 1:
                return self.kfp.latest_version(self.kfp.upload(package, name, description))
            return self.kfp.upload_version(package, self.kfp.pipeline(name), f"v{number}")

    def _load_files(self) -> None:
        for bucket in self.world.buckets:
            self.store.create_bucket(bucket.name)
            for one in bucket.objects:
                data = files.content(one.key, one.kind)
                self.store.put(bucket.name, one.key, io.BytesIO(data), len(data))
                if one.tags:
                    self.store.set_tags(bucket.name, one.key, one.tags)
            if bucket.versioning:
                self.store.set_versioning(bucket.name, True)
        for name in self.world.extras.local_files:
            _write(self.files, name, _package(name) if _is_pipeline(name) else files.content(name))
        knowledge = self.services.get(Knowledge)
        for name in self.world.extras.documents:
            knowledge.add(str(_write(self._documents, name, files.document(name))))

    def _await_runs(self) -> None:
        stops = {run.name: self.world.details(run).running_step for run in self.world.runs}
        for run in self.world.runs:
            if not _until(partial(self._has_come, run, stops[run.name]), DEADLINE):
                found = self.kfp.run(run.name)
                told = f"{found.state}{': ' + found.error if found.error else ''}"
                raise EvalError(f"run {run.name!r} should be {run.state}, but it is {told}.")

    def _has_come(self, run: Run, stop: str | None) -> bool:
        found = self.kfp.run(run.name)
        if run.state in ("succeeded", "failed"):
            return found.state == run.state
        working = len(found.steps) >= self.world.details(run).steps.index(str(stop)) + 1 and found.steps[-1].state == "running"
        if run.state == "canceled" and working:
            self.kfp.terminate_run(found)
        return found.done if run.state == "canceled" else working


@contextmanager
def loaded(world: World) -> Iterator[LoadedWorld]:
    """The world in a temporary home, gone afterwards with all its processes.

    Raises:
        EvalError: it cannot be made.
    """
    root = Path(tempfile.mkdtemp(prefix="mlops-swarm-world-"))
    made = LoadedWorld(world, root)
    try:
        made.load()
        yield made
    finally:
        made.close()
        shutil.rmtree(root, ignore_errors=True)


def _settings(home: Path, local: Path) -> Settings:
    """Those of the environment for the model; the backends are those of the home, whatever the environment says."""
    home.mkdir(parents=True)
    local.mkdir()
    swarm = SwarmSettings(**{**Settings().swarm.model_dump(), "home": home, "files": [local], "samples": False})
    return Settings(swarm=swarm, kfp=KfpSettings(wait=WAIT), minio=MinioSettings(), chroma=ChromaSettings())


def _is_pipeline(name: str) -> bool:
    return name.lower().endswith((".yaml", ".yml")) and "pipeline" in name.lower()


def _package(name: str) -> bytes:
    """A small compiled pipeline."""
    code = (
        "from kfp import dsl\n\n\n@dsl.component(base_image='python:3.11')\ndef prepare(rows: int):\n    print('prepared', rows)\n\n\n"
        f"@dsl.pipeline(name={Path(name).stem.lower().replace('_', '-')!r})\n"
        "def pipeline(rows: int = 100, threshold: float = 0.5):\n    prepare(rows=rows)\n"
    )
    return compile_code(code, name)


def _write(folder: Path, name: str, data: bytes) -> Path:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise EvalError(f"{name!r} is no path below the folder of local files.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def _until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether a condition comes true in time."""
    deadline = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return met
