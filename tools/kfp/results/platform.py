"""The results of runs on the standalone platform, which has endpoints of its own for them."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from tools.kfp.connection import Connection
from tools.kfp.model import Lineage, Reader, Run, RunArtifact, Step
from tools.kfp.results.source import LOG_TAIL
from tools.result import ErrorCode, ToolError


class PlatformResults:
    """What the standalone server tells beside upstream's API."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def steps(self, run: Run) -> list[Step]:
        """The steps of a run with parameters and cache."""
        answer = self._connection.get(f"/apis/v2beta1/runs/{run.id}/tasks", "get the steps of the run")
        return [_step(t) for t in answer["tasks"]]

    def explained(self, run: Run) -> list[Step]:
        """The same: this server tells everything at once."""
        return self.steps(run)

    def artifacts(self, run: Run) -> list[RunArtifact]:
        """What the steps of a run produced, or took from the cache."""
        answer = self._connection.get(f"/apis/v2beta1/runs/{run.id}/artifacts", "get the artifacts of the run")
        return [_artifact(a) for a in answer["artifacts"]]

    def lineage(self, uris: Sequence[str]) -> list[Lineage]:
        """What is recorded under these addresses, the latest first."""
        path = f"/apis/v2beta1/artifacts?{urlencode([('uri', uri) for uri in uris])}"
        return [_lineage(a) for a in self._connection.get(path, "get the lineage of objects")["artifacts"]]

    def log(self, run: Run, step: Step, tail: int = LOG_TAIL) -> str:
        """The end of what a step printed."""
        try:
            return self._connection.text(f"/apis/v2beta1/runs/{run.id}/tasks/{step.id}/log?tail={tail}", "read the log")
        except ToolError as error:
            if error.code is ErrorCode.NOT_FOUND:  # it has not begun to print
                return ""
            raise


def _step(answer: dict[str, Any]) -> Step:
    caching = answer.get("caching") or {}
    return Step(
        id=str(answer["task_id"]),
        name=str(answer["display_name"]),
        path=str(answer["path"]),
        kind=str(answer["kind"]),
        state=str(answer["state"]).lower(),
        started=answer.get("start_time") or (str(answer["end_time"]) if answer["cached"] else ""),
        error=str(answer.get("error") or ""),
        cached=bool(answer["cached"]),
        miss=str(caching.get("miss") or ""),
        changed=tuple(caching.get("changed") or ()),
        cached_from=str(caching.get("run_id") or ""),
        inputs=dict(answer["inputs"]["parameters"]),
        outputs=dict(answer["outputs"]["parameters"]),
        log=bool(answer["log_available"]),
    )


def _artifact(answer: dict[str, Any]) -> RunArtifact:
    return RunArtifact(
        id=str(answer["artifact_id"]),
        name=str(answer["name"]),
        type=str(answer["type"]),
        uri=str(answer["uri"]),
        task=str(answer.get("task") or ""),
        metadata=answer.get("metadata") or {},
    )


def _lineage(answer: dict[str, Any]) -> Lineage:
    readers = (Reader(run=str(r["run"]), step=str(r["task"])) for r in answer["read_by"])
    return Lineage(_artifact(answer["artifact"]), str(answer["run"]), bool(answer["imported"]), tuple(readers))
