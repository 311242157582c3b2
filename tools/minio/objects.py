"""One object: what is known of it without reading it, and its tags."""

import mimetypes

from tools.kfp.client import Kfp
from tools.kinds import Bucket, Object, Tags
from tools.markdown import count, size, table_artifact, when
from tools.minio.addresses import about, address
from tools.minio.limits import check_tags
from tools.minio.references import lineage_of
from tools.minio.store import ObjectInfo, ObjectStore
from tools.result import ErrorCode, ToolError, ToolResult
from tools.tables import fitted, shortened
from tools.tool import Prepared, tool

NAMED_READERS = 8


@tool(
    effect="read",
    examples=[
        "how big is {object} in {bucket}",
        "when was {object} changed",
        "info about {object} in {bucket}",
        "which run wrote {object}",
        "where does {object} in {bucket} come from",
        "details of the object {object}",
        "who uses {object} from {bucket}",
        "which step produced {object}",
        "which tags does {object} have",
        "which runs read {object} of {bucket}",
        "lineage of {object} in {bucket}",
        "size of {object}",
        "details of the file {object} in {bucket}",
        "when was {object} last modified",
        "what type is {object}",
        "tell me about the object {object}",
        "metadata of {object} in {bucket}",
        "when was {object} uploaded",
        "check the size of the object",
        "tell me its size",
        "show its size",
        "how large is the file {object}",
        "information on {object}",
        "how heavy is {object}",
        "when did {object} change last",
        "how old is {object}",
        "when was {object} written the last time",
        "what is the size of {object}",
        "how big is {object}",
        "when did {object} change",
        "does {object} have tags",
        "how many bytes does {object} have",
    ],
)
def get_object_info(store: ObjectStore, kfp: Kfp, /, bucket: Bucket, key: Object) -> ToolResult:
    """Describe one object without reading it: size, type, age, tags, versions, which run and step wrote it, and which runs read it."""
    info = store.stat(bucket, key)
    tags = store.tags(bucket, key)
    origin, rows = _lineage(kfp, bucket, key)
    facts = [
        ("size", size(info.size)),
        ("bytes", f"{info.size:,}"),
        ("changed", when(info.modified)),
        ("type", info.content_type or mimetypes.guess_type(key)[0] or "not told"),
        ("versions", _versions(store, info)),
        ("tags", ", ".join(f"{k}={v}" for k, v in tags.items()) or "none"),
        ("checksum (ETag)", info.etag or "none"),
        *rows,
    ]
    lead = f"{address(bucket, key)} has {size(info.size)} and was changed {when(info.modified) or 'at a time that is not told'}."
    return ToolResult(
        content=f"{lead} {origin}\n\n" + fitted(["", "object"], facts),
        artifacts=[table_artifact(f"{bucket}/{key}", ["what", "value"], facts)],
        subjects=about(bucket, key),
    )


def _versions(store: ObjectStore, info: ObjectInfo) -> str:
    if not store.versioning(info.bucket):
        return "the bucket keeps none"
    return count(len(store.versions(info.bucket, info.key, limit=100)), "version")


def _lineage(kfp: Kfp, bucket: str, key: str) -> tuple[str, list[tuple[str, str]]]:
    """A sentence on where an object comes from, and the facts behind it."""
    try:
        known = lineage_of(kfp, bucket, [key])
    except ToolError as error:
        return f"Which run wrote it is not known here: {error.message}", []
    if not known:
        return "No run has recorded it.", []
    rows: list[tuple[str, str]] = []
    makers = [found for found in known if found.run and not found.imported]
    if makers:
        newest = makers[0]
        sentence = f"Run `{newest.run}` wrote it, step `{newest.artifact.task}`, as `{newest.artifact.name}`."
        rows.append(("written by", f"run {newest.run}, step {newest.artifact.task}"))
    else:
        sentence = "No run that is still known wrote it."
    readers = list(dict.fromkeys(f"{r.run} ({r.step})" for found in known for r in found.readers))
    if readers:
        rest = f" and {len(readers) - NAMED_READERS} more" if len(readers) > NAMED_READERS else ""
        rows.append(("read by", ", ".join(readers[:NAMED_READERS]) + rest))
        sentence += f" {count(len(readers), 'step')} of runs read it."
    return sentence, rows


@tool(
    effect="write",
    examples=[
        "tag {object} in {bucket} with stage=prod",
        "label {object} as owner=data-team",
        "add the tags project=churn and stage=dev to {object}",
        "set tag quality=gold on {object} in {bucket}",
        "mark {object} with reviewed=yes",
        "put the tag env=test on {object} of {bucket}",
        "tag {object} in {bucket} with owner=anna",
        "add the tag stage=prod to {object}",
        "label {object} as project=churn",
        "set tags on {object}: team=ml",
        "tag the copy purpose=test",
        "mark {object} with status=approved",
        "put the label env=dev on {object} in {bucket}",
        "put the label depth=4 on {object}",
        "{object} gets the tag depth=4",
        "add tags to {object}: depth=4",
        "tag {object} depth=4",
    ],
)
def tag_object(store: ObjectStore, /, bucket: Bucket, key: Object, tags: Tags) -> ToolResult:
    """Add tags (name=value) to an object. Its other tags stay; a tag that has another value gets the new one."""
    together = store.tags(bucket, key) | tags
    store.set_tags(bucket, key, together)
    return ToolResult(
        content=f"{address(bucket, key)} is tagged {_told(tags)}. It now has {count(len(together), 'tag')}: {_told(together)}.",
        subjects=about(bucket, key),
    )


@tag_object.prepare
def _prepare_tags(store: ObjectStore, /, bucket: str, key: str, tags: dict[str, str]) -> Prepared:
    before = store.tags(bucket, key)
    if not tags:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, "name at least one tag, as name=value.")
    check_tags(before | tags)
    replaced = {name: f"{before[name]} → {value}" for name, value in tags.items() if name in before and before[name] != value}
    lines = f"Tag {address(bucket, key)} with {_told(tags)}."
    if replaced:
        return Prepared(f"{lines}\n\n**This replaces** {_told(replaced)}.", effect="destroy")
    return Prepared(lines)


def _told(tags: dict[str, str]) -> str:
    return shortened(", ".join(f"`{name}={value}`" for name, value in tags.items()), 600)
