"""Pipelines and their versions."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools.kfp.api.calls import NEWEST_FIRST, PAGE, Calls, where
from tools.kfp.model import Pipeline, Version
from tools.names import not_found
from tools.result import ErrorCode, ToolError

_SERVICE = "PipelineServiceApi"
_UPLOAD = "PipelineUploadServiceApi"


class PipelineCalls(Calls):
    """Calls about pipelines."""

    def pipelines(self, *words: str, limit: int = PAGE) -> tuple[list[Pipeline], int]:
        """Pipelines whose names contain all these words, newest first, and how many there are in all."""
        page = {"page_size": limit, "sort_by": NEWEST_FIRST, "filter": where(*words), **self._connection.scope}
        answer = self._ask("list pipelines", _SERVICE, "pipeline_service_list_pipelines", **page)
        return [_pipeline(p) for p in answer.pipelines or []], answer.total_size or 0

    def pipelines_by_id(self, ids: Sequence[str]) -> list[Pipeline]:
        """Those of these pipelines, at most a page, that have not been deleted."""
        chosen = json.dumps({"predicates": [{"operation": "IN", "key": "pipeline_id", "stringValues": {"values": list(ids)}}]})
        page = {"page_size": PAGE, "filter": chosen, **self._connection.scope}
        answer = self._ask("list pipelines", _SERVICE, "pipeline_service_list_pipelines", **page)
        return [_pipeline(p) for p in answer.pipelines or []]

    def pipeline(self, name: str) -> Pipeline:
        """The pipeline of exactly this name.

        Raises:
            ToolError: NOT_FOUND.
        """
        found = self.find_pipeline(name)
        if found is None:
            raise not_found("pipeline", name, [p.name for p in self.pipelines()[0]])
        return found

    def find_pipeline(self, name: str) -> Pipeline | None:
        """The pipeline of exactly this name, if there is one."""
        query = {"filter": where(display_name=name), **self._connection.scope}
        answer = self._ask(f"find pipeline `{name}`", _SERVICE, "pipeline_service_list_pipelines", **query)
        return next((p for p in map(_pipeline, answer.pipelines or []) if p.name == name), None)

    def pipeline_name(self, pipeline_id: str) -> str:
        """The pipeline's name; empty when it has been deleted, which its runs outlive."""
        try:
            return _pipeline(self._ask("get pipeline", _SERVICE, "pipeline_service_get_pipeline", pipeline_id)).name
        except ToolError as error:
            if error.code is not ErrorCode.NOT_FOUND:
                raise
            return ""

    def versions(self, pipeline_id: str, limit: int = 10) -> tuple[list[Version], int]:
        """Versions of a pipeline, newest first, and how many there are in all."""
        page = {"page_size": limit, "sort_by": NEWEST_FIRST}
        answer = self._ask("list pipeline versions", _SERVICE, "pipeline_service_list_pipeline_versions", pipeline_id, **page)
        return [_version(v) for v in answer.pipeline_versions or []], answer.total_size or 0

    def version(self, pipeline_id: str, version_id: str) -> Version:
        """One version of a pipeline."""
        return _version(self._ask("get pipeline version", _SERVICE, "pipeline_service_get_pipeline_version", pipeline_id, version_id))

    def latest_version(self, pipeline: Pipeline) -> Version:
        """The newest version of a pipeline."""
        versions, _ = self.versions(pipeline.id, limit=1)
        if not versions:
            raise ToolError(ErrorCode.CONFLICT, f"pipeline `{pipeline.name}` has no version yet; upload one first.")
        return versions[0]

    def upload(self, path: Path, name: str, description: str = "") -> Pipeline:
        """Upload a compiled pipeline under a new name."""
        query = {"name": name, "description": description, **self._connection.scope}
        return _pipeline(self._ask(f"upload pipeline `{name}`", _UPLOAD, "upload_pipeline", str(path), **query))

    def upload_version(self, path: Path, pipeline: Pipeline, name: str, description: str = "") -> Version:
        """Upload a compiled pipeline as a new version of an existing one."""
        query = {"name": name, "description": description, "pipelineid": pipeline.id}
        return _version(self._ask(f"upload version `{name}`", _UPLOAD, "upload_pipeline_version", str(path), **query))

    def delete_pipeline(self, pipeline: Pipeline) -> None:
        """Remove a pipeline with all its versions; its runs stay."""
        while versions := self.versions(pipeline.id, limit=PAGE)[0]:
            for version in versions:
                doing = f"delete version `{version.name}` of pipeline `{pipeline.name}`"
                self._ask(doing, _SERVICE, "pipeline_service_delete_pipeline_version", pipeline.id, version.id)
        self._ask(f"delete pipeline `{pipeline.name}`", _SERVICE, "pipeline_service_delete_pipeline", pipeline.id)


def _pipeline(answer: Any) -> Pipeline:
    return Pipeline(answer.pipeline_id, answer.display_name or answer.name, answer.description or "", answer.created_at)


def _version(answer: Any) -> Version:
    name = answer.display_name or answer.name
    return Version(answer.pipeline_version_id, answer.pipeline_id, name, answer.created_at, answer.pipeline_spec or {})
