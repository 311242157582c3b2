"""A home with a real standalone server, and its tools called as an agent calls them: by name, checked, previewed, run."""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kfp import compiler

from swarm import Settings
from swarm.backends import open_services
from swarm.platform import find_platform
from swarm.settings import SwarmSettings
from tests.unit.tools.calling import answer, prepared
from tools.call import Call
from tools.kfp.client import Kfp
from tools.kfp.model import Run
from tools.result import ToolResult
from tools.tool import discover

PAGE = 2600
"""Characters of an answer: about 600 tokens."""
DEADLINE = 60.0


class World:
    """The tools over one home."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.services = open_services(Settings(swarm=SwarmSettings(home=home, files=[home])), find_platform())
        self.kfp = self.services.get(Kfp)

    def upload(self, pipeline: Any, name: str | None = None) -> None:
        """Compile a pipeline and upload it as new."""
        package = self.compiled(pipeline, name or pipeline.name)
        self.kfp.upload(package, name or pipeline.name, "For tests.")

    def compiled(self, pipeline: Any, name: str) -> Path:
        package = self.home / f"{name}.yaml"
        compiler.Compiler().compile(pipeline, str(package))
        return package

    def ask(self, tool: str, **arguments: Any) -> ToolResult:
        """The tool's answer, which is never longer than a page and always can be sent."""
        toolset = discover("tools.kfp")
        assert tool in toolset.tools
        result = answer("kfp", tool, self.services, **arguments)
        json.dumps(result.model_dump(mode="json"), allow_nan=False)
        assert len(result.content) <= PAGE, f"{tool}: {len(result.content)} characters"
        return result

    def preview(self, tool: str, **arguments: Any) -> Call:
        """What a person would approve."""
        call = prepared("kfp", tool, self.services, **arguments)
        assert isinstance(call, Call), call.content
        assert 0 < len(call.preview) <= PAGE
        return call

    def start(self, pipeline: str, name: str, **arguments: Any) -> str:
        """Start a run; its name."""
        result = self.ask("run_pipeline", pipeline=pipeline, run_name=name, arguments=arguments)
        assert result.status == "ok", result.content
        return name

    def finish(self, name: str) -> Run:
        """The run after its end."""
        return self.until(name, lambda run: run.done)

    def until(self, name: str, condition: Callable[[Run], bool]) -> Run:
        """The run when it meets a condition."""
        deadline = time.monotonic() + DEADLINE
        while not condition(run := self.kfp.run(name)):
            assert time.monotonic() < deadline, f"{name} is {run.state}: {[(t.name, t.state) for t in run.steps]}"
            time.sleep(0.03)
        return run

    def run(self, pipeline: str, name: str, **arguments: Any) -> Run:
        """Start a run and wait for its end."""
        return self.finish(self.start(pipeline, name, **arguments))


@contextmanager
def opened(home: Path, pipelines: Iterable[Any]) -> Iterator[World]:
    """A world with these pipelines; whoever owns the home stops its server."""
    world = World(home)
    for pipeline in pipelines:
        world.upload(pipeline)
    try:
        yield world
    finally:
        world.services.close()


def run_of(result: ToolResult) -> dict[str, Any]:
    """The run that front-ends draw."""
    return next(a.data for a in result.artifacts if a.kind == "run")
