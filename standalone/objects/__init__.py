"""The object store of a laptop: a folder."""

from standalone.objects.store import FolderStore

__all__ = ["FolderStore"]
