"""Importers: steps that bring an existing object into the pipeline as an artifact, without running anything."""

from pathlib import Path
from typing import TYPE_CHECKING

from standalone.engine import ir
from standalone.engine.contract import Artifact, EngineError, State, Values
from standalone.engine.placeholders import Placeholders
from standalone.engine.run import Node, Outcome, Run

if TYPE_CHECKING:
    from kfp.pipeline_spec import pipeline_spec_pb2 as pb


def execute(run: Run, node: Node, component: "pb.ComponentSpec", given: Values) -> Outcome:
    """Make the artifact; raises EngineError when the address leads to nothing that could be imported."""
    run.report(node, State.RUNNING, inputs=given)
    importer = run.pipeline.executor(component).importer
    placeholders = Placeholders(run.names(node), {"inputs": {"parameterValues": dict(given.parameters)}})
    constant = importer.artifact_uri.WhichOneof("value") != "runtime_parameter"
    uri = placeholders.resolve_text(str(ir.constant(importer.artifact_uri))) if constant else str(given.parameters["uri"])
    metadata = {placeholders.resolve_text(key): placeholders.resolve(ir.plain(value)) for key, value in importer.metadata.fields.items()}
    (name, output), *_ = component.output_definitions.artifacts.items()
    artifact = Artifact(name=name, type=output.artifact_type.schema_title, uri=_recorded(run, uri), metadata=metadata)
    outputs = Values(artifacts={name: [artifact]})
    run.report(node, State.SUCCEEDED, inputs=given, outputs=outputs)
    return Outcome(State.SUCCEEDED, outputs)


def _recorded(run: Run, uri: str) -> str:
    """The address to record; what lies on this machine must exist, and must not be the platform's own data."""
    local = run.buckets.local(uri)
    if "://" in local:
        return uri
    path = Path(local)
    if not path.is_absolute():
        raise EngineError(f"The importer's address '{uri}' is relative. Write an absolute path or minio://bucket/key.")
    real = path.resolve()
    home = run.buckets.folder.parent
    if real.is_relative_to(home) and not real.is_relative_to(run.buckets.folder):
        raise EngineError(f"The importer's address '{uri}' leads into the platform's own data, which pipelines must not read.")
    if not path.exists():
        raise EngineError(f"The importer's address '{uri}' leads to nothing: upload the object first, or correct the address.")
    return run.buckets.uri(local)
