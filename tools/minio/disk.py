"""Files of this machine as one end of a transfer: they arrive whole or not at all, and what the disk refuses is told in words."""

import errno
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO

from tools.result import ErrorCode, ToolError


@contextmanager
def arriving(path: Path, mark: str) -> Iterator[BinaryIO]:
    """A hidden file beside `path` to append to; it takes the place of `path` in the end.

    After an error it stays, and comes again when the next attempt has the same `mark`, which names the content.

    Raises:
        ToolError: CONFLICT when another process is writing the same.
    """
    own = f".{_short(path.name)}-"
    partial = path.with_name(f"{own}{_short(mark)}.part")
    ours = False  # a file that was moved to its place before the lock was ours is another's
    with partial.open("a+b") as file:
        with suppress(BlockingIOError, FileNotFoundError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            ours = os.path.samestat(partial.stat(), os.fstat(file.fileno()))
        if not ours:
            raise ToolError(ErrorCode.CONFLICT, f"`{path}` is being written by another download. Wait for it, or choose another path.")
        yield file
        file.flush()  # the disk may take its time: the object is still where it came from
        partial.replace(path)
    for outdated in path.parent.glob(f"{own}*.part"):
        outdated.unlink(missing_ok=True)


def flush(file: IO[bytes]) -> None:
    """Have the disk itself hold what was written."""
    file.flush()
    os.fsync(file.fileno())


@contextmanager
def file_errors(doing: str) -> Iterator[None]:
    """Turn what the file system raises into one error of the closed set."""
    try:
        yield
    except (IsADirectoryError, NotADirectoryError, FileExistsError) as error:
        raise ToolError(ErrorCode.CONFLICT, f"could not {doing}: the name is taken, or it is the folder of other objects.") from error
    except FileNotFoundError as error:
        raise ToolError(ErrorCode.NOT_FOUND, f"could not {doing}: it is gone.") from error
    except PermissionError as error:
        raise ToolError(ErrorCode.PERMISSION_DENIED, f"could not {doing}: the file system does not permit it.") from error
    except OSError as error:
        if error.errno == errno.ENOTEMPTY:
            raise ToolError(ErrorCode.CONFLICT, f"could not {doing}: it is not empty.") from error
        reason = (error.strerror or str(error)).lower()
        hint = " Make room on the disk, or delete objects." if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
        raise ToolError(ErrorCode.UNAVAILABLE, f"could not {doing}: {reason}.{hint}") from error


def _short(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:16]
