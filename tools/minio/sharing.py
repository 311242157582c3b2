"""Links that give an object to people without credentials."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import Field

from tools.kinds import Bucket, Minutes, Object
from tools.markdown import duration, size
from tools.minio.addresses import about, address
from tools.minio.limits import check_share
from tools.minio.store import ObjectStore
from tools.result import ToolResult
from tools.tool import Prepared, tool

DEFAULT_MINUTES = 60


@tool(
    effect="destroy",
    examples=[
        "share {object} from {bucket}",
        "give me a download link for {object}",
        "create a link to {object} in {bucket} for two hours",
        "make {object} available to a colleague for 3 days",
        "presigned url for {object} in {bucket}",
        "share {object} of {bucket} for 30 minutes",
        "send someone outside {object}",
        "share {object} from {bucket} for 30 minutes",
        "give me a link to {object}",
        "create a temporary link to {object} in {bucket}",
        "presigned url for {object}",
        "I need a download link for {object} that works for 2 hours",
        "make me a link that expires in a day",
        "a colleague needs access to {object}, send a link",
        "url for {object} valid 1 hour",
        "let someone outside download {object}",
        "make {object} accessible to a colleague for an hour",
        "link to the copy",
        "link please",
        "how can somebody outside get {object}, make a link",
        "my colleague outside needs access to {object}",
        "link to {object} valid for 3 days",
        "I need a link to it",
        "share the copy for 3 days",
        "a link for the copy, please",
        "somebody external has to download {object}",
        "link",
    ],
)
def share_object(
    store: ObjectStore,
    /,
    bucket: Bucket,
    key: Object,
    expires_minutes: Annotated[Minutes | None, Field(description="Life of the link, up to 10080 (7 days); left out: 60.")] = None,
) -> ToolResult:
    """Make a link by which anyone who has it can download one object, for a limited time. A person approves it first."""
    minutes = expires_minutes or DEFAULT_MINUTES
    link = store.share(bucket, key, minutes * 60)
    until = datetime.now(UTC) + timedelta(minutes=minutes)
    return ToolResult(
        content=f"Whoever has this link can download {address(bucket, key)} until {until:%Y-%m-%d %H:%M} UTC:\n\n<{link}>",
        subjects=about(bucket, key),
    )


@share_object.prepare
def _prepare_share(store: ObjectStore, /, bucket: str, key: str, expires_minutes: int | None = None) -> Prepared:
    minutes = DEFAULT_MINUTES if expires_minutes is None else expires_minutes
    check_share(minutes * 60)
    info = store.stat(bucket, key)
    return Prepared(
        f"Make a link to {address(bucket, key)} ({size(info.size)}). Whoever gets it can download the object without a password, "
        f"for {duration(minutes * 60)}; it cannot be taken back before.",
        {"bucket": bucket, "key": key, "expires_minutes": minutes},
    )
