"""Objects as files: `minio://bucket/key` (or `s3://`) is the file `<buckets>/<bucket>/<key>`."""

from pathlib import Path, PurePosixPath

from standalone.engine.contract import EngineError

SCHEMES = ("minio://", "s3://")


class Buckets:
    """The folder that holds the buckets."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    def path(self, uri: str) -> Path | None:
        """The file of an object address; None for any other address. Raises EngineError for one that leads out of its bucket."""
        scheme = next((scheme for scheme in SCHEMES if uri.startswith(scheme)), None)
        if scheme is None:
            return None
        parts = PurePosixPath(uri.removeprefix(scheme)).parts
        if not parts or parts[0] == "/" or ".." in parts or "\0" in uri:
            raise EngineError(f"'{uri}' is not an object address: write minio://bucket/key, without '..'.")
        return self.folder.joinpath(*parts)

    def local(self, uri: str) -> str:
        """The address as a component on this machine can open it: the file for an object or `file://` address."""
        path = self.path(uri)
        return str(path) if path else uri.removeprefix("file://")

    def uri(self, location: str) -> str:
        """The address to record for what a component calls `location`: an object address when the file lies in a bucket."""
        if not location.startswith("/"):
            return location
        try:
            return "minio://" + Path(location).relative_to(self.folder).as_posix()
        except ValueError:
            return location
