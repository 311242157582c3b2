"""Files between Slack and the assistant: shared ones are fetched from Slack's own host only, drawings are sent as pictures."""

import asyncio
import logging
import re
import tempfile
from base64 import b64decode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from swarm.errors import MessageError
from tools.files import LocalFiles
from tools.result import Artifact, ToolError
from ui.attachments import Attachments
from ui.pictures import png

log = logging.getLogger(__name__)

MANY = 10
"""Files of one message."""
IMAGES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}


class SharedFiles:
    """Fetches files that people share in a thread."""

    def __init__(self, token: str, api: str, limit: int, attachments: Attachments) -> None:
        """`limit` is the size of a file in bytes at the most."""
        self._token = token
        self._home = urlsplit(api)
        self._limit = limit
        self._attachments = attachments

    async def fetch(self, session: str, files: Sequence[Mapping[str, Any]]) -> list[str]:
        """The paths by which tools find the files.

        Raises:
            MessageError: a file is too large, lies elsewhere, or cannot be had.
        """
        if len(files) > MANY:
            raise MessageError(f"{len(files)} files are too many at once; {MANY} are taken.")
        with tempfile.TemporaryDirectory(prefix="mlops-swarm-slack-") as folder:
            fetched = []
            async with httpx.AsyncClient(follow_redirects=False, timeout=60) as client:
                for number, file in enumerate(files):
                    place = await asyncio.to_thread(tempfile.mkdtemp, prefix=f"{number}-", dir=folder)
                    fetched.append(str(await self._fetch(client, file, Path(place))))
            return await asyncio.to_thread(self._attachments.keep, session, fetched)

    async def _fetch(self, client: httpx.AsyncClient, file: Mapping[str, Any], folder: Path) -> Path:
        name = Path(str(file.get("name") or "file")).name[:120] or "file"
        url = str(file.get("url_private_download") or file.get("url_private") or "")
        if not self.is_slack(url):
            raise MessageError(f"the file {name} does not lie in Slack, so it is not fetched. Upload it into the thread.")
        if int(file.get("size") or 0) > self._limit:
            raise self._too_large(name)
        target = folder / name
        async with client.stream("GET", url, headers={"Authorization": f"Bearer {self._token}"}) as answer:
            page = answer.headers.get("content-type", "").startswith("text/html") and not name.lower().endswith((".html", ".htm"))
            if answer.status_code != httpx.codes.OK or page:
                raise MessageError(f"Slack does not hand out the file {name} ({answer.status_code}). The app needs the scope `files:read`.")
            size = 0
            with target.open("wb") as out:
                async for part in answer.aiter_bytes():
                    size += len(part)
                    if size > self._limit:
                        raise self._too_large(name)
                    out.write(part)
        return target

    def is_slack(self, url: str) -> bool:
        """Whether an address is one of Slack's, where the token may be shown."""
        asked = urlsplit(url)
        host, ours = asked.hostname or "", self._home.hostname or ""
        same = asked.scheme == self._home.scheme and asked.port == self._home.port and not asked.username
        return same and (host == ours or host.endswith(f".{ours}"))

    def _too_large(self, name: str) -> MessageError:
        return MessageError(f"the file {name} is larger than {self._limit // 1_000_000} MB (SLACK_FILE_MEGABYTES).")


async def uploads(artifacts: Sequence[Artifact], local: LocalFiles, limit: int) -> list[dict[str, Any]]:
    """What is sent into a thread as files: charts and images as pictures, reports, and files that tools have brought."""
    made = await asyncio.gather(*(asyncio.to_thread(_upload, artifact, local, limit) for artifact in artifacts))
    return [upload for upload in made if upload]


def _upload(artifact: Artifact, local: LocalFiles, limit: int) -> dict[str, Any] | None:
    data, title = artifact.data, artifact.title
    match artifact.kind:
        case "chart":
            return {"filename": _named(title, "png"), "title": title, "content": png(artifact), "alt_txt": title[:1000]}
        case "image" if data.get("media_type") in IMAGES:
            content = b64decode(str(data.get("base64", "")))
            return {"filename": _named(title, IMAGES[data["media_type"]]), "title": title, "content": content, "alt_txt": title[:1000]}
        case "html":
            return {"filename": _named(title, "html"), "title": title, "content": str(data.get("html", "")).encode()}
        case "file" if data.get("path"):
            try:
                path = local.readable(str(data["path"]))
            except ToolError as error:
                log.info("not sent: %s", error.message)
                return None
            if path.is_file() and path.stat().st_size <= limit:
                return {"filename": path.name, "title": path.name, "content": path.read_bytes()}
    return None


def _named(title: str, suffix: str) -> str:
    return f"{re.sub(r'[^A-Za-z0-9]+', '-', title).strip('-')[:60].lower() or 'file'}.{suffix}"
