"""Pipeline packages as people upload them: YAML or JSON, bare or in a zip or tar.gz, never larger than `MAX_SPEC_BYTES` unpacked."""

import gzip
import io
import tarfile
import zipfile
import zlib
from typing import NamedTuple

import yaml
from pydantic import JsonValue, TypeAdapter, ValidationError

from standalone.server.errors import InvalidArgumentError
from standalone.server.models import JsonObject
from standalone.yaml_data import LOADER

MAX_SPEC_BYTES = 16 * 2**20
MAX_DEPTH = 100
_YAML_SUFFIXES = (".yaml", ".yml", ".json")


class PipelineDocument(NamedTuple):
    """A compiled pipeline: the specification, and the platform's part when there is one."""

    pipeline_spec: dict[str, JsonValue]
    platform_spec: dict[str, JsonValue] | None = None

    @property
    def name(self) -> str:
        """The name that the pipeline was compiled under."""
        info = self.pipeline_spec["pipelineInfo"]
        return str(info["name"]) if isinstance(info, dict) else ""

    def to_json(self) -> dict[str, JsonValue]:
        """The form in which the API carries it: flat, or wrapped when there is a platform part."""
        if self.platform_spec is None:
            return self.pipeline_spec
        return {"pipeline_spec": self.pipeline_spec, "platform_spec": self.platform_spec}


def parse_document(body: dict[str, JsonValue]) -> PipelineDocument:
    """The pipeline in `body`, in either form in which the API carries one.

    Raises:
        InvalidArgumentError: it is not a compiled pipeline.
    """
    spec, platform = (body["pipeline_spec"], body.get("platform_spec")) if "pipeline_spec" in body else (body, None)
    info = spec.get("pipelineInfo") if isinstance(spec, dict) else None
    name = info.get("name") if isinstance(info, dict) else None
    if not isinstance(spec, dict) or not isinstance(name, str) or not name or not isinstance(spec.get("root"), dict):
        raise InvalidArgumentError(
            "This is not a compiled pipeline: `pipelineInfo.name` or `root` is missing. Compile it with kfp.compiler (KFP 2) first."
        )
    if platform is not None and not isinstance(platform, dict):
        raise InvalidArgumentError("`platform_spec` must be an object.")
    return PipelineDocument(spec, platform or None)


def read_package(data: bytes) -> PipelineDocument:
    """The pipeline in an uploaded package; the content, not the file name, tells its format.

    Raises:
        InvalidArgumentError: the package is damaged, too large, holds no or several pipelines, or something else.
    """
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        text = _from_zip(data)
    elif data.startswith(b"\x1f\x8b"):
        text = _from_tar(data)
    else:
        text = _bounded(data)
    documents = [document for document in _load_yaml(text) if document is not None]
    if not 1 <= len(documents) <= 2:
        raise InvalidArgumentError(f"A pipeline file has one or two YAML documents (pipeline, platform); this one has {len(documents)}.")
    if len(documents) == 2:
        return parse_document({"pipeline_spec": documents[0], "platform_spec": documents[1]})
    return parse_document(documents[0])


def _bounded(data: bytes) -> bytes:
    if len(data) > MAX_SPEC_BYTES:
        raise InvalidArgumentError(f"The pipeline is larger than {MAX_SPEC_BYTES // 2**20} MB unpacked.")
    return data


def _only_yaml(names: list[str]) -> str:
    found = [name for name in names if name.lower().endswith(_YAML_SUFFIXES)]
    if len(found) != 1:
        listed = ", ".join(found[:5]) or "none"
        raise InvalidArgumentError(f"The archive must hold exactly one YAML file; it holds {len(found)} ({listed}).")
    return found[0]


def _from_zip(data: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            name = _only_yaml([entry.filename for entry in archive.infolist() if not entry.is_dir()])
            with archive.open(name) as file:
                return _bounded(file.read(MAX_SPEC_BYTES + 1))
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError) as error:
        raise InvalidArgumentError(f"The zip archive cannot be read: {error}.") from error


def _from_tar(data: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            content = _bounded(stream.read(MAX_SPEC_BYTES + 1))
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            name = _only_yaml([member.name for member in archive.getmembers() if member.isfile()])
            file = archive.extractfile(name)
            return file.read() if file else b""
    except (tarfile.TarError, zlib.error, OSError, EOFError) as error:
        raise InvalidArgumentError(f"The tar.gz archive cannot be read: {error}.") from error


def _load_yaml(text: bytes) -> list[dict[str, JsonValue] | None]:
    try:
        _refuse_tricks(text)
        return _documents.validate_python(list(yaml.load_all(text, Loader=LOADER)))
    except (yaml.YAMLError, ValueError) as error:  # ValueError: undecodable bytes, impossible dates
        if isinstance(error, ValidationError):
            raise InvalidArgumentError("The YAML must be an object of plain JSON values (no dates, binaries or infinities).") from error
        raise InvalidArgumentError(f"The pipeline is not valid YAML: {error}.") from error


def _refuse_tricks(text: bytes) -> None:
    """Aliases let a few bytes expand to gigabytes, deep nesting exhausts the stack; compiled pipelines have neither."""
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise InvalidArgumentError("YAML anchors and aliases are not accepted in a pipeline.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise InvalidArgumentError(f"The pipeline is nested deeper than {MAX_DEPTH} levels.")


_documents: TypeAdapter[list[dict[str, JsonValue] | None]] = TypeAdapter(list[JsonObject | None])
