"""What a tool answers, as the protocol carries it: text, typed content, pictures, and links to what can be drawn."""

import json
from collections import OrderedDict
from typing import Any
from uuid import uuid4

import mcp_types as types

from swarm.reply import Reply
from tools.result import Artifact, ToolResult

INLINE = 6_000
"""Characters of JSON up to which an artifact's data come with the result; larger ones are read as a resource."""
PICTURE = 400_000
"""Characters of base64 up to which a picture comes with the result."""
KEPT = 200
"""Artifacts of one user that can be read again."""
ARTIFACT = "swarm://artifact/"

_ARTIFACTS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "kind": {"enum": ["table", "chart", "image", "html", "file", "run", "diff"]},
            "title": {"type": "string"},
            "uri": {"type": "string"},
            "data": {"type": "object"},
        },
        "required": ["kind", "title", "uri"],
    },
}
RESULT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "status": {"enum": ["ok", "no_data", "error"]},
        "code": {"type": "string"},
        "content": {"type": "string"},
        "choices": {"type": "array", "items": {"type": "string"}},
        "artifacts": {"type": "array", "items": {"type": "object"}},
    },
    "required": ["status", "content", "artifacts"],
}
"""What every tool answers; short, as it is listed with each of them."""
REPLY_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "session": {"type": "string"},
        "status": {"enum": ["done", "needs_approval", "needs_input", "failed"]},
        "answer": {"type": "string"},
        "steps": {"type": "array", "items": {"type": "object"}},
        "sources": {"type": "array", "items": {"type": "object"}},
        "artifacts": _ARTIFACTS,
    },
    "required": ["session", "status", "answer", "steps", "sources", "artifacts"],
}


class Shelf:
    """What one user's calls brought to look at, the newest kept."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Artifact] = OrderedDict()

    def put(self, artifact: Artifact) -> str:
        """Keep an artifact; its address."""
        uri = f"{ARTIFACT}{uuid4().hex}"
        self._kept[uri] = artifact
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return uri

    def resources(self) -> list[types.Resource]:
        """All that is kept, the newest first."""
        return [types.Resource(uri=uri, name=a.title, mime_type=_media_type(a)) for uri, a in reversed(self._kept.items())]

    def read(self, uri: str) -> types.TextResourceContents | types.BlobResourceContents | None:
        """What lies at an address; None where nothing does."""
        artifact = self._kept.get(uri)
        if artifact is None:
            return None
        if artifact.kind == "image":
            return types.BlobResourceContents(uri=uri, mime_type=_media_type(artifact), blob=str(artifact.data["base64"]))
        text = str(artifact.data["html"]) if artifact.kind == "html" else json.dumps(artifact.data, ensure_ascii=False, default=str)
        return types.TextResourceContents(uri=uri, mime_type=_media_type(artifact), text=text)


def called(result: ToolResult, shelf: Shelf) -> types.CallToolResult:
    """The result of one tool."""
    listed, blocks = _shown(result.artifacts, shelf)
    structured: dict[str, Any] = {"status": result.status, "content": result.content, "artifacts": listed}
    structured |= {"code": result.code.value} if result.code else {}
    structured |= {"choices": result.choices} if result.choices else {}
    return _result(result.content, blocks, structured, result.status == "error")


def replied(reply: Reply, shelf: Shelf) -> types.CallToolResult:
    """The answer to a whole task."""
    listed, blocks = _shown(reply.artifacts, shelf)
    plain = reply.model_dump(mode="json", include={"session", "status", "answer", "steps"})
    sources = [source.model_dump(mode="json", exclude={"text"}) for source in reply.sources]
    return _result(reply.answer, blocks, {**plain, "sources": sources, "artifacts": listed}, reply.status == "failed")


def _result(text: str, blocks: list[types.ContentBlock], structured: dict[str, Any], failed: bool) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(text=text), *blocks], structured_content=structured, is_error=failed)


def _shown(artifacts: list[Artifact], shelf: Shelf) -> tuple[list[dict[str, Any]], list[types.ContentBlock]]:
    """Artifacts as typed content, and as blocks for people."""
    listed: list[dict[str, Any]] = []
    blocks: list[types.ContentBlock] = []
    for artifact in artifacts:
        uri = shelf.put(artifact)
        known = {"kind": artifact.kind, "title": artifact.title, "uri": uri}
        plain = json.loads(json.dumps(artifact.data, default=str))
        small = len(json.dumps(plain)) <= INLINE
        listed.append({**known, "data": plain} if small else known)
        if artifact.kind == "image" and len(str(artifact.data["base64"])) <= PICTURE:
            blocks.append(types.ImageContent(data=str(artifact.data["base64"]), mime_type=_media_type(artifact)))
        blocks.append(types.ResourceLink(uri=uri, name=artifact.title, mime_type=_media_type(artifact)))
    return listed, blocks


def _media_type(artifact: Artifact) -> str:
    if artifact.kind == "image":
        return str(artifact.data["media_type"])
    return {"html": "text/html", "chart": "application/vnd.plotly.v1+json"}.get(artifact.kind, "application/json")
