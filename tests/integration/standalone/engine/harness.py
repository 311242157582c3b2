"""A platform in a folder, on which compiled pipelines run in real worker processes, and what a test needs to look at them."""

import importlib.util
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import yaml
from standalone import engine
from standalone.engine import RunEvent, RunRequest, State, TaskEvent

CORPUS = Path(__file__).parents[3] / "corpus" / "pipelines"
DEADLINE_SECONDS = 60


def load(path: Path) -> ModuleType:
    """A pipeline module of the corpus."""
    spec = importlib.util.spec_from_file_location(f"corpus_{path.stem}", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        spec.loader.exec_module(module)
    return module


def compile_pipeline(pipeline: Any, folder: Path) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The pipeline spec and the platform spec that the KFP SDK compiles."""
    from kfp import compiler

    path = folder / "pipeline.yaml"
    compiler.Compiler().compile(pipeline, str(path))
    documents = list(yaml.safe_load_all(path.read_text()))
    return documents[0], documents[1] if len(documents) > 1 else None


def wait_for(condition: Callable[[], Any], seconds: float = DEADLINE_SECONDS) -> Any:
    """The first true value of a condition; fails after the deadline."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.005)
    return value


@dataclass
class Result:
    """A run as its journal tells it."""

    folder: Path
    run: RunEvent = field(init=False)
    tasks: dict[str, TaskEvent] = field(init=False)
    history: list[TaskEvent] = field(init=False)

    def __post_init__(self) -> None:
        events, _ = engine.read_events(self.folder, 0)
        self.run = [event.run for event in events if event.run][-1]
        self.history = [event.task for event in events if event.task]
        self.tasks = {task.path: task for task in self.history}

    @property
    def state(self) -> State:
        return self.run.state

    @property
    def error(self) -> str:
        return self.run.error.message if self.run.error else ""

    @property
    def outputs(self) -> dict[str, Any]:
        return dict(self.tasks[""].outputs.parameters)

    def log(self, path: str) -> str:
        return (self.folder / "logs" / f"{path}.log").read_text()


class Platform:
    """Folders like those of SWARM_HOME."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.started: list[Path] = []
        (home / "buckets" / "data").mkdir(parents=True)
        (home / "buckets" / "data" / "greeting.txt").write_text("hello")

    def start(self, pipeline: Any, arguments: dict[str, Any] | None = None, **request: Any) -> Path:
        """Compile and launch; the run's folder."""
        run_id = str(uuid4())
        folder = self.home / "runs" / run_id
        folder.mkdir(parents=True)
        spec, platform = pipeline if isinstance(pipeline, tuple) else compile_pipeline(pipeline, folder)
        fields: dict[str, Any] = {
            "run_id": run_id,
            "display_name": "corpus",
            "pipeline_name": spec["pipelineInfo"]["name"],
            "pipeline_spec": spec,
            "platform_spec": platform,
            "parameters": engine.coerce(spec, arguments or {}),
            "buckets": self.home / "buckets",
            "cache": self.home / "cache",
            "environments": self.home / "environments",
        }
        (folder / "run.json").write_text(RunRequest(**(fields | request)).model_dump_json())
        engine.launch(folder)
        self.started.append(folder)
        return folder

    def finish(self, folder: Path) -> Result:
        """Wait for the end of a run."""
        wait_for(lambda: not engine.alive(folder))
        return Result(folder)

    def execute(self, pipeline: Any, arguments: dict[str, Any] | None = None, **request: Any) -> Result:
        """Compile, launch and wait."""
        return self.finish(self.start(pipeline, arguments, **request))

    def object(self, uri: str) -> Path:
        """The file of an object address."""
        return self.home / "buckets" / uri.removeprefix("minio://")
