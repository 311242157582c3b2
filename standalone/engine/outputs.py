"""The outputs of a step: where they go, and what was found there."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field, JsonValue, ValidationError

from standalone.engine import arguments, ir, private_tmp
from standalone.engine.contract import Artifact, EngineError, JsonObject, Values
from standalone.engine.publication import publish
from standalone.engine.run import Node, Run

if TYPE_CHECKING:
    from kfp.pipeline_spec import pipeline_spec_pb2 as pb

_REPORT = "executor_output.json"
_PARAMETERS = ".parameters"


class _ReportedArtifact(BaseModel):
    name: str = ""
    uri: str = ""
    metadata: JsonObject = Field(default_factory=dict)
    custom_path: str = ""


class _ReportedArtifacts(BaseModel):
    artifacts: list[_ReportedArtifact] = Field(default_factory=list)


class _Report(BaseModel):
    """The ExecutorOutput message, as `kfp.dsl.executor` writes it."""

    parameters: JsonObject = Field(default_factory=dict, alias="parameterValues")
    artifacts: dict[str, _ReportedArtifacts] = Field(default_factory=dict)


def places(component: "pb.ComponentSpec", folder: Path) -> JsonObject:
    """The outputs part of ExecutorInput: a file for each output below the step's folder."""
    declared = component.output_definitions
    artifacts: JsonObject = {
        name: {
            "artifacts": [
                {
                    "name": name,
                    "uri": str(folder / name),
                    "type": {"schemaTitle": artifact.artifact_type.schema_title, "schemaVersion": artifact.artifact_type.schema_version},
                    "metadata": {},
                }
            ]
        }
        for name, artifact in declared.artifacts.items()
    }
    parameters: JsonObject = {name: {"outputFile": str(folder / _PARAMETERS / name)} for name in declared.parameters}
    return {"parameters": parameters, "artifacts": artifacts, "outputFile": str(folder / _REPORT)}


def names(executor_input: JsonObject) -> dict[str, str]:
    """The placeholders for the file in which a component reports its outputs."""
    found = executor_input["outputs"]
    report = str(found["outputFile"]) if isinstance(found, dict) else ""
    return {"outputs.output_file": report, "outputMetadataUri": report}


def collect(run: Run, node: Node, component: "pb.ComponentSpec") -> Values:
    """What a step that ended well has produced.

    Raises EngineError when a declared parameter is missing or of another type, or when an artifact leads out of where the step may write.
    """
    folder = run.output_folder(node)
    if folder.resolve() != folder:
        raise EngineError("The component replaced its output folder by a link, which is not followed.")
    report = _read_report(folder / _REPORT)
    declared = component.output_definitions
    values = Values()
    for name, parameter in declared.parameters.items():
        values.parameters[name] = _parameter(name, ir.parameter_type(parameter), report.parameters, folder / _PARAMETERS / name)
    for name, artifact in declared.artifacts.items():
        listed = report.artifacts[name].artifacts if name in report.artifacts else [_ReportedArtifact()]
        values.artifacts[name] = [_artifact(run, node, name, artifact.artifact_type.schema_title, one) for one in listed]
    shutil.rmtree(folder / _PARAMETERS, ignore_errors=True)
    (folder / _REPORT).unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()
    return values


def _read_report(path: Path) -> _Report:
    if path.is_symlink():
        raise EngineError("The component replaced its output file by a link, which is not followed.")
    try:
        return _Report.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return _Report()
    except ValidationError as error:
        raise EngineError(f"The component wrote an output file that is not an ExecutorOutput: {error.errors()[0]['msg']}.") from None


def _parameter(name: str, kind: str, reported: JsonObject, file: Path) -> JsonValue:
    if name in reported:
        try:
            json.dumps(reported[name], allow_nan=False)
        except ValueError:
            raise EngineError(
                f"The output '{name}' is or contains NaN or an infinity, which JSON does not have: return None or a text."
            ) from None
        return reported[name]
    if file.resolve() != file or not file.is_file():
        raise EngineError(f"The step ended without a value for its output '{name}'.")
    try:
        return arguments.convert(file.read_text(), kind)
    except ValueError as error:
        raise EngineError(f"The output '{name}' {error}.") from None


def _artifact(run: Run, node: Node, name: str, schema: str, reported: _ReportedArtifact) -> Artifact:
    place = run.output_folder(node) / name
    location = reported.uri or str(place)
    if reported.custom_path:
        _move(run, node, Path(reported.custom_path), place)
        location = str(place)
    file = Path(os.path.normpath(location)) if location.startswith("/") else run.buckets.path(location)
    if file is None:
        return Artifact(name=reported.name or name, type=schema, uri=location, metadata=reported.metadata)
    if not file.is_relative_to(run.buckets.folder):
        raise EngineError(f"The output artifact '{name}' was given the address '{location}', which is not in a bucket of this platform.")
    published = os.path.lexists(place) and not file.is_relative_to(run.root_folder)
    for link in _links(place if published else file):
        if not link.resolve().is_relative_to(run.root_folder):
            raise EngineError(f"The output artifact '{name}' contains the link '{link.name}', which leads out of the run's folder.")
    if published:
        publish(run.buckets.folder, name, place, file)
    return Artifact(name=reported.name or name, type=schema, uri=run.buckets.uri(str(file)), metadata=reported.metadata)


def _move(run: Run, node: Node, source: Path, place: Path) -> None:
    """Bring what a component left at a path of its own choice, if anything, to where the artifact belongs."""
    source = private_tmp.real(source, run.scratch_folder(node))
    if not source.exists():
        return
    if not any(source.resolve().is_relative_to(folder) for folder in (run.scratch_folder(node), run.output_folder(node))):
        raise EngineError(f"The component left an artifact at '{source}', which is not one of its own folders.")
    if source != place:
        shutil.move(source, place)


def _links(path: Path) -> Iterator[Path]:
    """Every symbolic link on the way to a path or below it."""
    yield from (part for part in (path, *path.parents) if part.is_symlink())
    for folder, folders, files in os.walk(path):
        yield from (entry for name in (*folders, *files) if (entry := Path(folder, name)).is_symlink())
