"""A cluster of Kubeflow Pipelines as its clients see it: gateway, API, dashboard's server, and a real ML Metadata store behind gRPC-Web.

Below `/pipeline` are the API and the dashboard's server; ML Metadata is at the root of the gateway, as upstream's manifests have it.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.integration.tools.mlmd import Mlmd
from tests.unit.tools.http_answers import Answer, Answering, Request, answering

NAMESPACE = "team-a"
GRPC_WEB = {"content-type": "application/grpc-web+proto"}
_TIMES = {"create_time": "2026-01-01T00:00:00Z", "start_time": "2026-01-01T00:00:01Z", "end_time": "2026-01-01T00:00:09Z"}
_ENDS = {"COMPLETE": "SUCCEEDED", "CACHED": "SUCCEEDED", "FAILED": "FAILED", "RUNNING": "RUNNING"}


def node(workflow: str, number: int) -> str:
    """What the workflow engine calls a node."""
    return f"{workflow}-{number}"


def pod(workflow: str, number: int) -> str:
    """The name of the node's pod."""
    return f"{workflow}-system-container-impl-{number}"


@dataclass
class Cluster:
    """What is on the cluster, and what goes wrong there: `faults` are asked before anything else."""

    mlmd: Mlmd
    endpoint: str = ""
    runs: list[dict[str, Any]] = field(default_factory=list)
    pods: dict[str, str] = field(default_factory=dict)
    """What those pods that are still there have printed."""
    faults: list[Callable[[Request], Answer | None]] = field(default_factory=list)
    served: Answering | None = None

    def add(self, run: dict[str, Any]) -> dict[str, int]:
        """A run with its executions (see `mlmd_store.py`); the ids of these by key. `nodes` are added for steps that MLMD does not know."""
        details = _details(run)
        self.runs.append(
            {
                "run_id": run["id"],
                "display_name": run["name"],
                "state": run.get("state", "SUCCEEDED"),
                "state_history": [{"state": state} for state in run.get("states", [])],
                "created_at": "2026-01-01T00:00:00Z",
                "finished_at": "2026-01-01T00:01:00Z",
                "error": {"message": run.get("error", "")},
                "runtime_config": {"parameters": run.get("arguments", {})},
                "pipeline_version_reference": {"pipeline_id": run["pipeline"], "pipeline_version_id": "v1"},
                "run_details": {"task_details": details},
            }
        )
        return self.mlmd.record({"namespace": NAMESPACE, "workflow": run["name"], **run}) if run.get("executions") else {}

    def answer(self, request: Request) -> Answer:
        """What the gateway answers."""
        for fault in self.faults:
            answer = fault(request)
            if answer is not None:
                return answer
        url = urlsplit(request.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path.startswith("/ml_metadata.MetadataStoreService/"):
            return self._metadata(url.path.rpartition("/")[2], request)
        if url.path == "/pipeline/k8s/pod/logs":
            return self._log(query)
        if url.path.startswith("/pipeline/apis/v2beta1/"):
            return self._api(url.path.removeprefix("/pipeline/apis/v2beta1/"), query)
        return Answer(404, f"<pre>Cannot {request.method} {url.path}</pre>", {"content-type": "text/html"})

    def _metadata(self, method: str, request: Request) -> Answer:
        assert request.method == "POST"
        assert request.headers["content-type"] == "application/grpc-web+proto"
        assert request.body[:1] == b"\0"
        assert int.from_bytes(request.body[1:5], "big") == len(request.body) - 5
        status, said, answer = self.mlmd.call(method, request.body[5:])
        trailers = f"grpc-status:{status}\r\ngrpc-message:{said}\r\n".encode()
        return Answer(200, (frame(0, answer) if status == 0 else b"") + frame(0x80, trailers), GRPC_WEB)

    def _log(self, query: dict[str, str]) -> Answer:
        plain = {"content-type": "text/plain; charset=utf-8"}
        if query.get("podnamespace") != NAMESPACE:
            return Answer(422, "podnamespace argument is required", plain)
        if query["podname"] in self.pods:
            return Answer(200, self.pods[query["podname"]], plain)
        return Answer(500, f'Could not get main container logs: Error: pods "{query["podname"]}" not found', plain)

    def _api(self, path: str, query: dict[str, str]) -> Answer:
        if path == "healthz":
            return Answer(body='{"multi_user": true, "pipeline_store": "kubernetes"}')
        kind, _, name = path.partition("/")
        if not name and query.get("namespace") != NAMESPACE:
            return Answer(400, json.dumps({"code": 3, "message": "Invalid input error: Namespace should not be empty"}))
        if kind == "runs" and name:
            return self._one([r for r in self.runs if r["run_id"] == name])
        if kind == "runs":
            asked = json.loads(query.get("filter") or "{}").get("predicates", [])
            equal = {p["key"]: p["stringValue"] for p in asked if p["operation"] == "EQUALS" and p["key"] != "storage_state"}
            equal = {"display_name" if k == "name" else k: v for k, v in equal.items()}
            pipeline = equal.pop("pipeline_id", None)
            found = [r for r in self.runs if all(r[k] == v for k, v in equal.items())]
            found = [r for r in found if pipeline in (None, r["pipeline_version_reference"]["pipeline_id"])]
            found = [{k: v for k, v in r.items() if k != "run_details"} for r in reversed(found)]
            return Answer(body=json.dumps({"runs": found, "total_size": len(found)}))
        if kind == "pipelines" and "/versions" in name:
            spec = {"pipelineInfo": {"name": "p"}, "root": {"inputDefinitions": {"parameters": {"c": {"parameterType": "NUMBER_DOUBLE"}}}}}
            return Answer(body=json.dumps({"pipeline_id": name.split("/")[0], "pipeline_version_id": "v1", "pipeline_spec": spec}))
        if kind == "pipelines" and name:
            return Answer(body=json.dumps({"pipeline_id": name, "display_name": name}))
        if kind == "pipelines":
            names = sorted({r["pipeline_version_reference"]["pipeline_id"] for r in self.runs})
            listed = [{"pipeline_id": n, "display_name": n, "created_at": "2026-01-01T00:00:00Z"} for n in names]
            return Answer(body=json.dumps({"pipelines": listed, "total_size": len(listed)}))
        return Answer(404, json.dumps({"code": 5, "message": "Not Found", "details": []}))

    def _one(self, found: list[dict[str, Any]]) -> Answer:
        return Answer(body=json.dumps(found[0])) if found else Answer(404, json.dumps({"code": 5, "message": "Run not found"}))


def _details(run: dict[str, Any]) -> list[dict[str, Any]]:
    """The nodes of the workflow engine: for each step a driver, a node of its name, and in that an executor."""
    workflow = run["name"]
    told = [
        {"task": e["task"], "state": _ENDS[e["state"]], "number": i}
        for i, e in enumerate(run.get("executions", []))
        if e["type"] == "Container"
    ]
    names = [*(f"{workflow}-{s['task']}-driver" for s in told), None]
    nodes = [
        {"display_name": "root-driver", "pod_name": f"{workflow}-root-driver", "next": [f"{workflow}-root"], "state": "SUCCEEDED"},
        {"display_name": "root", "pod_name": f"{workflow}-root", "next": [names[0]], "state": run.get("state", "SUCCEEDED")},
    ]
    for step, after in zip(told, names[1:], strict=True):
        state = step["state"]
        own = f"{workflow}-{step['task']}"
        nodes.append({"display_name": f"{step['task']}-driver", "pod_name": f"{own}-driver", "next": [own], "state": "SUCCEEDED"})
        nodes.append({"display_name": step["task"], "pod_name": own, "next": [node(workflow, step["number"])], "state": state})
        nodes.append({"display_name": "executor", "pod_name": node(workflow, step["number"]), "next": [after], "state": state})
    for given in run.get("nodes", []):
        found = next((n for n in nodes if n["display_name"] == given["display_name"]), None)
        if found is not None:
            found.update(given)
        else:
            nodes.append({"pod_name": f"{workflow}-{given['display_name']}", "next": [], **given})
    return [
        {
            "run_id": run["id"],
            "task_id": f"id-of-{n['pod_name']}",
            **{k: v for k, v in n.items() if k != "next"},
            "child_tasks": [{"pod_name": c} for c in n["next"] if c],
            **_TIMES,
        }
        for n in nodes
    ]


def frame(kind: int, content: bytes) -> bytes:
    """One frame of gRPC-Web."""
    return bytes([kind]) + len(content).to_bytes(4, "big") + content


@contextmanager
def serving(mlmd: Mlmd) -> Iterator[Cluster]:
    """A cluster without runs."""
    cluster = Cluster(mlmd)
    with answering(cluster.answer) as served:
        cluster.served = served
        cluster.endpoint = f"{served.url}/pipeline"
        yield cluster
