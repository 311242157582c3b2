"""Local files that tools may read and write: only below the folders that the settings allow."""

import os
from collections.abc import Sequence
from pathlib import Path

from tools.names import listed
from tools.result import ErrorCode, ToolError


class LocalFiles:
    """The local folders open to tools; relative paths are looked up in each of them, in order."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = [folder.expanduser().resolve() for folder in folders]

    def readable(self, path: str) -> Path:
        """An existing file or folder inside the allowed folders.

        Raises:
            ToolError: NOT_FOUND, PERMISSION_DENIED or INVALID_ARGUMENT.
        """
        candidates = self._candidates(path)
        existing = next((c for c, exists in candidates.items() if exists), None)
        if existing is not None:
            if not os.access(existing, os.R_OK):
                raise ToolError(ErrorCode.PERMISSION_DENIED, f"`{path}` may not be read by this user.")
            return existing
        missing = next(iter(candidates))
        raise ToolError(ErrorCode.NOT_FOUND, f"there is no local file `{path}` in {self._where}.", self._similar(missing))

    def writable(self, path: str) -> Path:
        """A path inside the allowed folders, whether it exists or not.

        Raises:
            ToolError: PERMISSION_DENIED or INVALID_ARGUMENT.
        """
        return next(iter(self._candidates(path)))

    def own(self, *parts: str) -> Path:
        """A file in the assistant's own folder, which is the last one; its folder is made."""
        path = self.folders[-1].joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _candidates(self, path: str) -> dict[Path, bool]:
        """The places that a path can mean, in order, and whether something is there."""
        try:
            given = Path(path).expanduser()
            paths = {place: place.exists() for place in ((folder / given).resolve() for folder in self.folders)}
        except (OSError, RuntimeError, ValueError) as error:  # too long, an unknown home, a loop of links, a NUL
            raise ToolError(ErrorCode.INVALID_ARGUMENT, f"{path[:200]!r} is no usable path: {error}.") from error
        allowed = {p: exists for p, exists in paths.items() if any(p.is_relative_to(folder) for folder in self.folders)}
        if not allowed:
            message = f"`{path}` lies outside of the folders open to this assistant: {self._where}. Set SWARM_FILES to open others."
            raise ToolError(ErrorCode.PERMISSION_DENIED, message)
        return allowed

    @property
    def _where(self) -> str:
        return listed([str(folder) for folder in self.folders])

    @staticmethod
    def _similar(missing: Path) -> list[str]:
        if not missing.parent.is_dir():
            return []
        return sorted(p.name for p in missing.parent.iterdir() if p.suffix == missing.suffix and p.is_file())[:5]
