"""Landlock, the Linux kernel's access rules that a process sets for itself, through its three system calls.

Constants and structures: https://docs.kernel.org/userspace-api/landlock.html
"""

import ctypes
import os
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG, _RULE_PATH_BENEATH = 1, 1
_PR_SET_NO_NEW_PRIVS = 38

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_READ = _READ_FILE | _READ_DIR | _EXECUTE
_ALL_FIRST_VERSION = (1 << 13) - 1
_REFER, _TRUNCATE, _IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15
_SCOPE_ABSTRACT_SOCKET, _SCOPE_SIGNAL = 1, 2


class _RulesetAttributes(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("access", ctypes.c_uint64), ("parent", ctypes.c_int32))


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def prctl(option: int, value: int) -> None:
    """Set a property of the calling process; raises OSError."""
    if _libc().prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), f"prctl {option}")


@cache
def version() -> int:
    """The version of Landlock that the kernel offers; 0 when it offers none."""
    if sys.platform != "linux":
        return 0
    return max(int(_libc().syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION_FLAG)), 0)


class Ruleset:
    """Rules ready to enter; `close` frees them."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def enter(self) -> None:
        """Put the calling process, and everything it starts from now on, under the rules for good.

        It may read about itself in /proc, and about nobody else.
        """
        _allow(self._descriptor, Path("/proc/self"), _READ)
        prctl(_PR_SET_NO_NEW_PRIVS, 1)
        if _libc().syscall(_RESTRICT_SELF, self._descriptor, 0):
            raise OSError(ctypes.get_errno(), "landlock_restrict_self")

    def close(self) -> None:
        """Free the rules."""
        os.close(self._descriptor)


def ruleset(reads: Iterable[Path], writes: Iterable[Path]) -> Ruleset | None:
    """Rules that allow reading and executing below `reads`, everything below `writes`, and no other file; None without Landlock.

    Programs may see which processes there are, but nothing about them.
    Paths that do not exist are left out. The network stays open; signals reach only processes under the same rules (version 6).
    """
    offered = version()
    if not offered:
        return None
    everything = _ALL_FIRST_VERSION | sum(right for right, since in ((_REFER, 2), (_TRUNCATE, 3), (_IOCTL_DEVICE, 5)) if offered >= since)
    scoped = _SCOPE_SIGNAL | _SCOPE_ABSTRACT_SOCKET if offered >= 6 else 0
    attributes = _RulesetAttributes(everything, 0, scoped)
    size = 8 if offered < 4 else 16 if offered < 6 else 24
    descriptor = _libc().syscall(_CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(size), 0)
    if descriptor < 0:
        raise OSError(ctypes.get_errno(), "landlock_create_ruleset")
    rights = [(path, _READ) for path in reads] + [(path, everything) for path in writes] + [(Path("/proc"), _READ_DIR)]
    for path, right in rights:
        _allow(descriptor, path, right)
    return Ruleset(descriptor)


def _allow(descriptor: int, path: Path, rights: int) -> None:
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        for_files = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEVICE
        rule = _PathBeneath(rights if path.is_dir() else rights & for_files, parent)
        if _libc().syscall(_ADD_RULE, descriptor, _RULE_PATH_BENEATH, ctypes.byref(rule), 0):
            raise OSError(ctypes.get_errno(), f"landlock_add_rule {path}")
    finally:
        os.close(parent)
