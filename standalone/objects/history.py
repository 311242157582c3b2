"""What is kept beside one key: its older versions, the marks of its deletions, and the tags of each version."""

import hashlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from standalone.objects.files import moment, write_small
from tools.minio.store import Version

DATA, DELETED, TAGS = ".data", ".deleted", ".tags.json"


def version_of(file: Path) -> str:
    """The version that a file holds. It goes with the file wherever that is moved, and files from elsewhere have one too."""
    stat = file.stat()
    return f"{stat.st_mtime_ns:x}-{stat.st_size:x}"


@dataclass(frozen=True)
class History:
    """A folder of its own for each key. Whoever changes it holds the store's lock.

    Attributes:
        folder: it exists once there is something to keep.
        partial: where files are written before they are moved.
    """

    folder: Path
    key: str
    partial: Path

    @classmethod
    def of(cls, beside: Path, key: str, partial: Path) -> "History":
        """The history of a key in a bucket; keys are too long and too free to be names of folders."""
        return cls(beside / hashlib.sha256(key.encode()).hexdigest(), key, partial)

    def versions(self, current: Path | None) -> Iterator[Version]:
        """All versions, newest first; `current` is the object itself where there is one."""
        seen = set()
        for number, file in enumerate([*([current] if current else []), *self._kept()]):
            stat, name = file.stat(), version_of(file)
            deleted = file != current and file.suffix == DELETED
            if name not in seen:
                yield Version(name, moment(stat.st_mtime), stat.st_size, number == 0 and (file == current or deleted), deleted)
            seen.add(name)

    def file(self, version: str) -> Path:
        """Where an older version lies.

        Raises:
            FileNotFoundError: there is no such version.
        """
        for file in self._kept():
            if file.suffix == DATA and version_of(file) == version:
                return file
        raise FileNotFoundError(version)

    def keep(self, current: Path) -> None:
        """Hold on to an object that is about to be replaced or removed."""
        os.link(current, self._new(DATA))

    def mark_deleted(self) -> None:
        """Note that the object was deleted."""
        self._new(DELETED).touch()

    def tags(self, version: str) -> dict[str, str]:
        """The tags of a version."""
        try:
            return {str(k): str(v) for k, v in json.loads((self.folder / f"{version}{TAGS}").read_text(encoding="utf-8")).items()}
        except FileNotFoundError:
            return {}

    def set_tags(self, version: str, tags: dict[str, str]) -> None:
        """Replace the tags of a version."""
        file = self.folder / f"{version}{TAGS}"
        if tags:
            self._begin()
            write_small(self.partial, file, json.dumps(tags))
            return
        file.unlink(missing_ok=True)
        if self.folder.is_dir() and {entry.name for entry in self.folder.iterdir()} <= {"key"}:
            (self.folder / "key").unlink(missing_ok=True)
            self.folder.rmdir()

    def _kept(self) -> list[Path]:
        """Older versions and deletions, newest first."""
        try:
            return sorted((file for file in self.folder.iterdir() if file.suffix in (DATA, DELETED)), reverse=True)
        except FileNotFoundError:
            return []

    def _new(self, suffix: str) -> Path:
        self._begin()
        return self.folder / f"{time.time_ns():020d}{suffix}"

    def _begin(self) -> None:
        """People who look for a lost object by hand find its key here."""
        if not self.folder.is_dir():
            write_small(self.partial, self.folder / "key", self.key)


def keeps_any(beside: Path) -> bool:
    """Whether a bucket keeps any older version or deletion."""
    return any(file.suffix in (DATA, DELETED) for file in beside.glob("*/*"))
