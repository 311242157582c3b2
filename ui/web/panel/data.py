"""Data: buckets, what lies in them, and one object."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from swarm.toolbox import Toolbox
from tools.minio.listing import PAGE
from ui.web.panel.rendering import address, page, rows

ROWS = 20
"""Rows of a preview."""
VIEWS = {"preview": "preview_object", "profile": "profile_dataset", "about": "get_object_info"}


class Data:
    """Buckets and objects as the panel shows them."""

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox

    async def buckets(self) -> str:
        """All buckets."""
        found = await self._toolbox.read("list_buckets")
        return page("buckets", result=found, buckets=rows(found))

    async def level(self, bucket: str, prefix: str = "", after: str = "") -> str:
        """One level of a bucket, a page from behind the key `after` on."""
        found = await self._toolbox.read("list_objects", bucket=bucket, prefix=prefix or None, after=after or None)
        entries = [{**row, "name": row["key"].removeprefix(prefix), "folder": row["key"].endswith("/")} for row in rows(found)]
        return page(
            "level", result=found, entries=entries, bucket=bucket, prefix=prefix, trail=_trail(bucket, prefix), full=len(entries) == PAGE
        )

    async def one(self, bucket: str, key: str, view: str = "preview") -> str:
        """One object: its first rows, its columns in figures, or what is known of it."""
        chosen = view if view in VIEWS else "preview"
        more = {"rows": ROWS} if chosen == "preview" else {}
        result = await self._toolbox.read(VIEWS[chosen], bucket=bucket, key=key, **more)
        folder = key.rpartition("/")[0]
        places = _trail(bucket, f"{folder}/" if folder else "")
        return page("object", result=result, bucket=bucket, key=key, view=chosen, views=tuple(VIEWS), trail=places)


def _trail(bucket: str, prefix: str) -> list[tuple[str, str]]:
    """Where one is: all buckets, the bucket, each folder on the way."""
    parts = prefix.rstrip("/").split("/") if prefix else []
    folders = [(address("bucket", bucket=bucket, prefix="/".join(parts[: i + 1]) + "/"), part) for i, part in enumerate(parts)]
    return [("data", "Data"), (address("bucket", bucket=bucket), bucket), *folders]


def routes(data: Data) -> APIRouter:
    """The addresses of these views."""
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/data")
    async def buckets() -> str:
        return await data.buckets()

    @router.get("/bucket")
    async def level(bucket: str, prefix: str = "", after: str = "") -> str:
        return await data.level(bucket, prefix, after)

    @router.get("/object")
    async def one(bucket: str, key: str, view: str = "preview") -> str:
        return await data.one(bucket, key, view)

    return router
