"""A `/tmp` of its own for each step, as in a container: its scratch folder, mounted there in a mount namespace of the step.

Many components write to `/tmp` by that name. Needs Linux, and the right to make namespaces; without it `/tmp` stays out of a step's reach.
"""

import ctypes
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

TMP = Path("/tmp")  # noqa: S108 - the name by which components know it

_NEW_MOUNTS, _NEW_USER = 0x00020000, 0x10000000
_BIND, _RECURSIVE, _PRIVATE = 1 << 12, 1 << 14, 1 << 18


@cache
def available() -> bool:
    """Whether a step can have its own `/tmp`, found out by a child process that tries."""
    if sys.platform != "linux" or TMP.is_symlink():
        return False
    _libc()
    child = os.fork()
    if not child:
        with suppress(OSError):
            _separate()
            os._exit(0)
        os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def real(path: Path, scratch: Path) -> Path:
    """Where a file that a step with this scratch folder calls `path` really is."""
    if not available() or not path.is_relative_to(TMP):
        return path
    private = scratch / path.relative_to(TMP)
    return private if private.exists() else path


def entrance(scratch: Path, kept: Iterable[Path]) -> Callable[[], None]:
    """A function for a new process to call: `/tmp` becomes the scratch folder. Of the old one only the `kept` paths stay."""
    if not available():
        return lambda: None
    mounts = [_mount_arguments(path, scratch) for path in {*kept, scratch} if path.is_relative_to(TMP) and path.exists()]

    def enter() -> None:
        _separate()
        for source, target in mounts:
            _mount(source, target, _BIND)
        _mount(bytes(scratch), bytes(TMP), _BIND | _RECURSIVE)

    return enter


def _mount_arguments(path: Path, scratch: Path) -> tuple[bytes, bytes]:
    place = scratch / path.relative_to(TMP)
    if path.is_dir():
        place.mkdir(parents=True, exist_ok=True)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    return bytes(path), bytes(place)


def _separate() -> None:
    """Give the calling process mounts of its own; a user namespace gives an ordinary user the right to."""
    user, group = os.getuid(), os.getgid()
    if _libc().unshare(_NEW_MOUNTS):
        _check(_libc().unshare(_NEW_MOUNTS | _NEW_USER), "unshare")
        for file, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            Path("/proc/self", file).write_text(text)
    _mount(b"none", b"/", _RECURSIVE | _PRIVATE)


def _mount(source: bytes, target: bytes, flags: int) -> None:
    _check(_libc().mount(source, target, None, ctypes.c_ulong(flags), None), "mount")


def _check(result: int, what: str) -> None:
    if result:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
