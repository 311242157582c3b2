"""Logs on a cluster: from the pod while it is there, through the dashboard's server, else from where they were archived."""

from collections.abc import Callable
from urllib.parse import urlencode

from tools.kfp.connection import Connection, RefusedError
from tools.kfp.model import Run, Step
from tools.minio.store import ObjectStore
from tools.result import ErrorCode, ToolError

_ARCHIVES = ("artifacts/{workflow}/", "private-artifacts/{namespace}/{workflow}/")
"""Where upstream's `artifact-repositories` let the workflow engine put what pods printed, below the bucket of the pipeline root."""
_LISTED = 1000


class PodLogs:
    """What pods printed."""

    def __init__(self, connection: Connection, store: Callable[[], ObjectStore] | None) -> None:
        self._connection = connection
        self._store = store

    def read(self, run: Run, step: Step, workflow: str, bucket: str, tail: int) -> str:
        """The end of a step's log.

        Args:
            run: the step's run.
            step: a step that had a pod.
            workflow: what the workflow engine calls the run.
            bucket: the bucket of the run's pipeline root.
            tail: bytes from the end.

        Raises:
            ToolError: NOT_FOUND when neither the pod nor an archive has it.
        """
        namespace, _, pod = step.pod.partition("/")
        asked = {"podname": pod, "runid": run.id, "podnamespace": namespace or self._connection.settings.namespace}
        asked |= {"createdat": f"{run.created:%Y-%m-%d}"} if run.created else {}
        query = urlencode({name: value for name, value in asked.items() if value})
        try:
            return self._connection.tail(f"/k8s/pod/logs?{query}", "read the log", tail)
        except RefusedError as error:
            if error.status not in (400, 404, 405, 500):
                raise
            refused = error.status
        found, searched = self._archived(pod, namespace, workflow, bucket, tail)
        if found is not None:
            return found
        told = (
            f"the log of step `{step.name}` is not to be had: {self._connection.settings.endpoint} has none of pod `{pod}` "
            f"(it answered {refused}), and {searched}. "
            "Logs go with their pods unless the cluster archives them; KFP_ENDPOINT must be the address of the dashboard."
        )
        raise ToolError(ErrorCode.NOT_FOUND, told)

    def _archived(self, pod: str, namespace: str, workflow: str, bucket: str, tail: int) -> tuple[str | None, str]:
        """The end of the archived log, or none and where it was looked for."""
        if self._store is None or not bucket:
            return None, "no object store is connected to look for an archived one"
        store = self._store()
        try:
            for place in _ARCHIVES:
                page = store.list(bucket, place.format(workflow=workflow, namespace=namespace), deep=True, limit=_LISTED)
                found = next((o for o in page.objects if o.key.endswith(f"/{pod}/main.log")), None)
                if found is not None:
                    return store.read(bucket, found.key, max(0, found.size - tail)).decode("utf-8", "replace"), ""
        except ToolError as error:
            return None, f"an archived one could not be looked for: {error.message.rstrip('.')}"
        return None, f"none is archived in bucket `{bucket}` at {store.address}"
