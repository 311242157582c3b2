"""Files of this machine put into a bucket, and objects taken out of one."""

import mimetypes
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import Field

from tools.files import LocalFiles
from tools.kinds import Bucket, LocalPath, NewKey, Object
from tools.markdown import count, size, when
from tools.minio.addresses import about, address, bulleted, existing, target_key
from tools.minio.limits import check_key
from tools.minio.progress import reported
from tools.minio.store import ObjectInfo, ObjectStore
from tools.minio.undo import undo_of_deletion
from tools.names import listed
from tools.result import Artifact, ErrorCode, ToolError, ToolResult
from tools.tool import Prepared, tool

MOST_FILES = 1000
"""Files of a folder that are uploaded at once."""


@tool(
    effect="write",
    examples=[
        "upload data/new.csv to {bucket}",
        "put the file report.pdf into the bucket {bucket}",
        "store model.pkl in {bucket} as models/v2.pkl",
        "save ./train.csv to {bucket}",
        "overwrite data.csv in {bucket} with data/new.csv",
        "copy my local file results.json into {bucket}",
        "upload the folder exports/daily to {bucket}",
        "send notes.md up to {bucket}",
        "overwrite {object} in {bucket} with data/new.csv",
        "upload my dataset",
        "push results.json to {bucket}",
        "send data/train.csv to the bucket {bucket}",
        "copy my local file data.csv into {bucket}",
        "replace {object} in {bucket} by new.csv",
        "put data/new.csv in {bucket} under raw/",
        "transfer the local file x.csv to {bucket}",
        "copy ./data/local.csv {bucket}",
        "put data/sample.csv there",
        "drop data/sample.csv into {bucket}",
        "data/sample.csv into {bucket}",
        "copy my local file data/sample.csv to {bucket}",
        "upload data/part7.csv",
        "upload the file data/part7.csv",
        "my file data/part7.csv belongs into {bucket}, put it there",
        "push data/part7.csv {bucket}",
        "data/part7.csv should go to {bucket}",
        "put data/part7.csv into storage",
        "copy my local file data/part7.csv to {bucket}",
        "data/part7.csv to be uploaded into {bucket}",
    ],
)
def upload_object(store: ObjectStore, files: LocalFiles, /, path: LocalPath, bucket: Bucket, key: NewKey | None = None) -> ToolResult:
    """Upload a local file, or a folder with all its files, into a bucket. An object of the same key is replaced, once a person approved."""
    local = files.readable(path)
    planned = _planned(local, key)
    written: list[ObjectInfo] = []
    for number, (source, target) in enumerate(planned.items(), 1):
        content_type = mimetypes.guess_type(source.name)[0] or "application/octet-stream"
        which = f"file {number:,} of {len(planned):,}, {source.name}" if len(planned) > 1 else source.name
        written.append(store.upload_file(source, bucket, target, content_type=content_type, progress=reported(which)))
    total = size(sum(o.size for o in written))
    if local.is_file():
        (made,) = written
        return ToolResult(content=f"Uploaded `{path}` to {address(bucket, made.key)} ({total}).", subjects=about(bucket, made.key))
    names = [o.key for o in written]
    return ToolResult(
        content=f"Uploaded the {count(len(written), 'file')} of `{path}` ({total}) to `{bucket}`: {listed(names)}.",
        subjects=about(bucket, *names[:20]),
    )


@upload_object.prepare
def _prepare_upload(store: ObjectStore, files: LocalFiles, /, path: str, bucket: str, key: str | None = None) -> Prepared:
    local = files.readable(path)
    planned = _planned(local, key)
    for target in planned.values():
        check_key(target)
    there = [info for target in planned.values() if (info := existing(store, bucket, target))]
    total = size(sum(source.stat().st_size for source in planned))
    if local.is_file():
        final = next(iter(planned.values()))
        preview = f"Upload `{path}` ({total}) to {address(bucket, final)}."
    else:
        final = (key or local.name).rstrip("/") + "/"
        preview = f"Upload the {count(len(planned), 'file')} of the folder `{path}` ({total}) below {address(bucket, final)}."
    args = {"path": path, "bucket": bucket, "key": final}
    if not there:
        return Prepared(preview, args)
    lines = bulleted(f"`{o.key}`: {size(o.size)}, changed {when(o.modified)}" for o in there)
    replaced = f"**This replaces** {count(len(there), 'object')} that {'is' if len(there) == 1 else 'are'} there:\n\n{lines}"
    return Prepared(f"{preview}\n\n{replaced}\n\n{undo_of_deletion(store, bucket)}".rstrip(), args, effect="destroy")


def _planned(local: Path, key: str | None) -> dict[Path, str]:
    """The files to upload and the key of each.

    Raises:
        ToolError: INVALID_ARGUMENT for what is no file, an empty folder, or one with too many files.
    """
    if local.is_file():
        return {local: target_key(local.name, key)}
    if not local.is_dir():
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"`{local.name}` is neither a file nor a folder, but a device or a socket.")
    below = (key or local.name).rstrip("/")
    planned: dict[Path, str] = {}
    for source in _files_below(local):
        planned[source] = f"{below}/{source.relative_to(local).as_posix()}"
        if len(planned) > MOST_FILES:
            raise ToolError(ErrorCode.INVALID_ARGUMENT, f"folder `{local.name}` holds more than {MOST_FILES:,} files; upload parts of it.")
    if not planned:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"folder `{local.name}` holds no files.")
    return planned


def _files_below(folder: Path) -> Iterator[Path]:
    """The files of a folder and of those below it, in order; links are not followed, for they can lead out of the allowed folders."""
    for path, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            found = Path(path, name)
            if found.is_file() and not found.is_symlink():
                yield found


@tool(
    effect="write",
    examples=[
        "download {object} from {bucket}",
        "get me the file {object} of {bucket}",
        "save {object} from {bucket} as local/copy.csv",
        "fetch {object} to my machine",
        "I want {object} on my disk",
        "download {object} from {bucket} into data/",
        "export {object} from {bucket} to a local file",
        "get {object} from {bucket} onto my computer",
        "save {object} locally",
        "fetch {object} from {bucket} to ./data",
        "pull {object} down to my laptop",
        "I need a local copy of {object}",
        "download it",
        "download {object} as new.csv",
        "grab {object} from {bucket} for me",
        "get {object}",
        "load {object} down",
        "load it down",
        "fetch {object} for me",
        "I need {object} on my machine",
        "give me {object} as a file",
        "I need {object} on my computer",
        "{object}, fetch to local",
        "get me {object} as a file",
        "bring {object} to my laptop",
        "save {object} here as data/part7.csv",
        "give me a local copy of {object}",
    ],
)
def download_object(
    store: ObjectStore,
    files: LocalFiles,
    /,
    bucket: Bucket,
    key: Object,
    path: Annotated[LocalPath | None, Field(description="Local file or folder to write to; leave out unless the user named one.")] = None,
) -> ToolResult:
    """Download one object into a local file. A file that is already there is replaced, once a person approved."""
    target = _target(files, key, path)
    target.parent.mkdir(parents=True, exist_ok=True)
    info = store.download_file(bucket, key, target, progress=reported(target.name))
    file = {"name": target.name, "path": str(target), "bytes": info.size}
    return ToolResult(
        content=f"Downloaded {address(bucket, key)} ({size(info.size)}) to `{target}`.",
        artifacts=[Artifact(kind="file", title=target.name, data=file)],
        subjects=about(bucket, key),
    )


@download_object.prepare
def _prepare_download(store: ObjectStore, files: LocalFiles, /, bucket: str, key: str, path: str | None = None) -> Prepared:
    info = store.stat(bucket, key)
    target = _target(files, key, path)
    if target.is_dir():
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"`{target}` is a folder; name a file, or end the path with '/'.")
    preview = f"Download {address(bucket, key)} ({size(info.size)}) to `{target}`."
    args = {"bucket": bucket, "key": key, "path": str(target)}
    if target.exists():
        there = f"**This replaces** the file that is there: {size(target.stat().st_size)}."
        return Prepared(f"{preview}\n\n{there}", args, effect="destroy")
    return Prepared(preview, args)


def _target(files: LocalFiles, key: str, path: str | None) -> Path:
    """The file to write: the path given, below it where it is a folder, else in the assistant's own folder of downloads."""
    name = key.rsplit("/", 1)[-1]
    if path is None:
        return files.own("downloads", name)
    target = files.writable(path)
    return files.writable(str(target / name)) if path.endswith("/") or target.is_dir() else target
