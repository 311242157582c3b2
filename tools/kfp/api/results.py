"""What the steps of runs read, wrote, printed and took from the cache."""

from collections.abc import Callable, Sequence
from functools import cached_property

from tools.kfp.api.runs import RunCalls
from tools.kfp.connection import RefusedError
from tools.kfp.model import Lineage, Run, RunArtifact, Step
from tools.kfp.results.cluster import ClusterResults
from tools.kfp.results.platform import PlatformResults
from tools.kfp.results.source import LOG_TAIL, ResultsSource
from tools.kfp.settings import KfpSettings
from tools.minio.store import ObjectStore
from tools.result import ErrorCode, ToolError


class ResultCalls(RunCalls):
    """Calls about the results of runs; `store` is where a cluster archives logs."""

    def __init__(self, connect: Callable[[], KfpSettings], store: Callable[[], ObjectStore] | None = None) -> None:
        super().__init__(connect)
        self._store = store

    def steps(self, run: Run, *, explained: bool = False) -> list[Step]:
        """The steps of a run in order of start, with parameters; `explained` also tells what the cache did, which may take longer."""
        steps = self._results.explained(run) if explained else self._results.steps(run)
        return sorted(steps, key=lambda s: s.started or "~")

    def artifacts(self, run: Run) -> list[RunArtifact]:
        """What the steps of a run produced."""
        return self._results.artifacts(run)

    def lineage(self, uris: Sequence[str]) -> list[Lineage]:
        """What is recorded under these addresses (at most 100), the latest first: which run wrote it, which steps read it."""
        return self._results.lineage(uris)

    def log(self, run: Run, step: Step, tail: int = LOG_TAIL) -> str:
        """The last `tail` bytes of what a step printed; empty when it printed nothing.

        Raises:
            ToolError: NOT_FOUND when it is gone.
        """
        return self._results.log(run, step, tail) if step.log else ""

    @cached_property
    def _results(self) -> ResultsSource:
        """By what the server says of itself."""
        try:
            health = self._connection.get("/apis/v2beta1/healthz", "ask what the server is")
        except RefusedError as error:
            if error.status != 404:
                raise
            health = {}
        if health.get("task_results"):
            return PlatformResults(self._connection)
        return ClusterResults(self._connection, self._run_name, self._store)

    def _run_name(self, run_id: str) -> str:
        """Empty when the run has been deleted."""
        try:
            return self.run(run_id).name
        except ToolError as error:
            if error.code is not ErrorCode.NOT_FOUND:
                raise
            return ""
