"""ML Metadata (MLMD), where clusters of Kubeflow Pipelines 2 keep what steps read and wrote, as its dashboard reads it.

The names of types and properties are those that upstream's `backend/src/v2/metadata/client.go` writes.
"""

from collections.abc import Iterable
from typing import Any

from tools.kfp.connection import Connection, RefusedError
from tools.kfp.results.grpc_web import HEADERS, StatusError, framed, unframed
from tools.kfp.results.messages import message
from tools.result import ErrorCode, ToolError

RUN_CONTEXT = "system.PipelineRun"
NEWEST = 200
"""Executions of a pipeline's earlier runs that are looked at."""
_MISSING = (404, 405, 501)
_DOING = "read the results of steps"


class MetadataStore:
    """The calls of MLMD's service that are needed here; their answers are its messages."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._host: str | None = None

    def run_context(self, run_id: str) -> Any | None:
        """What is recorded of a run; None before its first step."""
        answer = self._ask("GetContextByTypeAndName", type_name=RUN_CONTEXT, context_name=run_id)
        return answer.context if answer.HasField("context") else None

    def pipeline_contexts(self, run_context_id: int) -> list[Any]:
        """The pipeline of a run."""
        return list(self._ask("GetParentContextsByContext", context_id=run_context_id).contexts)

    def contexts_of(self, execution_id: int) -> list[Any]:
        """Run and pipeline of an execution."""
        return list(self._ask("GetContextsByExecution", execution_id=execution_id).contexts)

    def executions(self, context_id: int) -> list[Any]:
        """All executions of a run."""
        return list(self._ask("GetExecutionsByContext", context_id=context_id).executions)

    def newest_executions(self, context_id: int) -> list[Any]:
        """The newest executions of a pipeline."""
        newest = {"max_result_size": NEWEST, "order_by_field": {"field": 1, "is_asc": False}}  # 1: by time of creation
        return list(self._ask("GetExecutionsByContext", context_id=context_id, options=newest).executions)

    def events(self, execution_ids: Iterable[int]) -> list[Any]:
        """Which artifacts these executions read and wrote, in order."""
        ids = list(execution_ids)
        events = self._ask("GetEventsByExecutionIDs", execution_ids=ids).events if ids else []
        return sorted(events, key=lambda e: (e.execution_id, e.artifact_id))

    def artifacts(self, artifact_ids: Iterable[int]) -> dict[int, Any]:
        """Artifacts by id."""
        ids = sorted(set(artifact_ids))
        return {a.id: a for a in self._ask("GetArtifactsByID", artifact_ids=ids).artifacts} if ids else {}

    def artifacts_at(self, uris: Iterable[str]) -> list[Any]:
        """Artifacts recorded under these addresses, the latest first."""
        return sorted(self._ask("GetArtifactsByURI", uris=list(uris)).artifacts, key=lambda a: -int(a.id))

    def uses(self, artifact_ids: Iterable[int]) -> list[Any]:
        """The events of these artifacts: who wrote and who read them, in order."""
        ids = list(artifact_ids)
        events = self._ask("GetEventsByArtifactIDs", artifact_ids=ids).events if ids else []
        return sorted(events, key=lambda e: (e.artifact_id, e.execution_id))

    def executions_by_id(self, execution_ids: Iterable[int]) -> dict[int, Any]:
        """Executions by id."""
        ids = sorted(set(execution_ids))
        return {e.id: e for e in self._ask("GetExecutionsByID", execution_ids=ids).executions} if ids else {}

    def _ask(self, method: str, **fields: Any) -> Any:
        """One call, at the place where the gateway hands it on.

        Raises:
            ToolError: UNSUPPORTED when nobody does.
        """
        body = framed(message(f"{method}Request")(**fields).SerializeToString())
        hosts = [self._host] if self._host else self._connection.hosts
        pages = False
        for host in hosts:
            try:
                raw, headers = self._connection.post(f"/ml_metadata.MetadataStoreService/{method}", body, HEADERS, _DOING, host)
            except RefusedError as error:
                if error.status not in _MISSING:
                    raise
                continue
            if "html" in headers.get("content-type", ""):
                pages = True
                continue
            self._host = host
            return self._read(message(f"{method}Response"), raw, headers)
        raise self._absent(pages)

    def _read(self, answer: Any, raw: bytes, headers: dict[str, str]) -> Any:
        from google.protobuf.message import DecodeError

        endpoint = self._connection.settings.endpoint
        try:
            return answer.FromString(unframed(raw, headers))
        except StatusError as error:
            said = f" {error.said}" if error.said else ""
            raise ToolError(error.code, f"could not {_DOING}: ML Metadata at {endpoint} answered with an error.{said}") from error
        except (ValueError, DecodeError) as error:
            told = f"could not {_DOING}: what ML Metadata at {endpoint} answered cannot be read ({error}). Try again."
            raise ToolError(ErrorCode.UNAVAILABLE, told) from error

    def _absent(self, pages: bool) -> ToolError:
        endpoint = self._connection.settings.endpoint
        if pages:
            told = f"{endpoint} answers with a web page instead. Log in with KFP_TOKEN or KFP_COOKIES, or correct KFP_ENDPOINT."
            return ToolError(ErrorCode.UNAVAILABLE, f"could not {_DOING}: {told}")
        told = (
            f"{endpoint} does not hand on ML Metadata, where the results of steps are. Check that KFP_ENDPOINT is the address of the "
            "dashboard, not of the API server alone, and that `metadata-envoy` runs there. The dashboard itself shows the run."
        )
        return ToolError(ErrorCode.UNSUPPORTED, told)
