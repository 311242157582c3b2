"""A real ML Metadata store in memory, in its own process and environment: reads one JSON object a line, answers with one.

`{"call": method, "body": base64}` is answered with `{"status", "message", "body"}`, the bytes of the service's own messages.
`{"record": run}` writes a run as the driver and the launcher of Kubeflow Pipelines do (upstream: backend/src/v2/metadata/client.go) and is
answered with the ids of its executions by their `key`.
"""

import base64
import json
import sys

from ml_metadata.metadata_store import metadata_store
from ml_metadata.metadata_store.pywrap.metadata_store_extension import metadata_store as native
from ml_metadata.proto import metadata_store_pb2 as mlmd

STATES = {"RUNNING": 2, "COMPLETE": 3, "FAILED": 4, "CACHED": 5, "CANCELED": 6}
configuration = mlmd.ConnectionConfig()
configuration.sqlite.SetInParent()
store = metadata_store.MetadataStore(configuration)
produced = {}


def call(method, body):
    answer, message, status = getattr(native, method)(store._metadata_store, base64.b64decode(body))
    message = message.decode() if isinstance(message, bytes) else message
    return {"status": status, "message": message, "body": base64.b64encode(answer).decode()}


def value(given):
    """As upstream turns the metadata of artifacts into properties."""
    made = mlmd.Value()
    if isinstance(given, bool):
        made.int_value = int(given)
    elif isinstance(given, (int, float)):
        made.double_value = float(given)
    elif isinstance(given, str):
        made.string_value = given
    else:
        made.struct_value.update({"list" if isinstance(given, list) else "struct": given})
    return made


def context(type_name, name, **properties):
    type_id = store.put_context_type(mlmd.ContextType(name=type_name))
    known = store.get_context_by_type_and_name(type_name, name)
    if known is not None:
        return known
    made = mlmd.Context(type_id=type_id, name=name)
    for key, text in properties.items():
        made.custom_properties[key].string_value = text
    made.id = store.put_contexts([made])[0]
    return made


def record(run):
    pipeline = context("system.Pipeline", run["pipeline"])
    root = f"minio://mlpipeline/v2/artifacts/{run['pipeline']}/{run['id']}"
    resource = f"workflows.argoproj.io/{run['workflow']}"
    own = context("system.PipelineRun", run["id"], namespace=run["namespace"], resource_name=resource, pipeline_root=root)
    store.put_parent_contexts([mlmd.ParentContext(child_id=own.id, parent_id=pipeline.id)])
    ids = {}
    for told in run["executions"]:
        ids[told["key"]] = execution(told, run, ids, [pipeline, own])
    return ids


def execution(told, run, ids, contexts):
    type_id = store.put_execution_type(mlmd.ExecutionType(name=f"system.{told['type']}Execution"))
    made = mlmd.Execution(type_id=type_id, last_known_state=STATES[told["state"]])
    own = made.custom_properties
    own["display_name"].string_value = own["task_name"].string_value = told["task"]
    for name in ("pod_name", "image", "cache_fingerprint"):
        if told.get(name):
            own[name].string_value = told[name]
    if told["type"] == "Container":
        own["namespace"].string_value = run["namespace"]
    if told.get("cached"):
        own["cached_execution_id"].string_value = str(told["cached"])
    if told.get("parent"):
        own["parent_dag_id"].int_value = ids[told["parent"]]
    if told.get("iteration_index") is not None:
        own["iteration_index"].int_value = told["iteration_index"]
    for name in ("inputs", "outputs"):
        if told.get(name):
            own[name].struct_value.update(told[name])
    pairs = []
    for name, key in told.get("reads", {}).items():
        event = mlmd.Event(artifact_id=produced[key], type=mlmd.Event.INPUT)
        event.path.steps.add(key=name)
        pairs.append((None, event))
    for name, artifact in told.get("writes", {}).items():
        event = mlmd.Event(artifact_id=written(name, artifact), type=mlmd.Event.OUTPUT)
        event.path.steps.add(key=name)
        pairs.append((None, event))
    return store.put_execution(made, pairs, contexts)[0]


def written(name, artifact):
    if isinstance(artifact, str):  # one that another step has produced, from the cache
        return produced[artifact]
    type_id = store.put_artifact_type(mlmd.ArtifactType(name=artifact["type"]))
    made = mlmd.Artifact(type_id=type_id, uri=artifact["uri"], state=mlmd.Artifact.LIVE)
    for key, given in artifact.get("metadata", {}).items():
        made.custom_properties[key].CopyFrom(value(given))
    made.custom_properties["display_name"].string_value = name
    made.custom_properties["store_session_info"].string_value = '{"Provider":"minio","Params":{"fromEnv":"true"}}'
    produced[artifact["key"]] = store.put_artifacts([made])[0]
    return produced[artifact["key"]]


for line in sys.stdin:
    asked = json.loads(line)
    reply = call(asked["call"], asked["body"]) if "call" in asked else record(asked["record"])
    sys.stdout.write(json.dumps(reply) + "\n")
    sys.stdout.flush()
