"""The pipeline engine: executes a compiled Kubeflow pipeline on this machine, one detached worker process a run.

The caller writes a `RunRequest` to `<folder>/run.json` and calls `launch(folder)`; the folder's layout is described in `contract`.
"""

from standalone.engine.arguments import coerce
from standalone.engine.contract import (
    ArgumentError,
    Artifact,
    CacheMiss,
    Caching,
    EngineError,
    Event,
    Failure,
    Limits,
    RunActiveError,
    RunEvent,
    RunRequest,
    State,
    TaskEvent,
    TaskKind,
    Values,
)
from standalone.engine.journal import read_events
from standalone.engine.process import alive, launch, terminate
from standalone.engine.support import check

__all__ = [
    "ArgumentError",
    "Artifact",
    "CacheMiss",
    "Caching",
    "EngineError",
    "Event",
    "Failure",
    "Limits",
    "RunActiveError",
    "RunEvent",
    "RunRequest",
    "State",
    "TaskEvent",
    "TaskKind",
    "Values",
    "alive",
    "check",
    "coerce",
    "launch",
    "read_events",
    "terminate",
]
