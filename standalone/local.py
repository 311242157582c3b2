"""What the single machine offers to the assistant, found through the entry-point group `mlops_swarm.platform`."""

from pathlib import Path

from standalone.objects import FolderStore
from standalone.samples.load import LoadReport, ObjectWriter, PipelineUploader


class LocalPlatform:
    """The pipeline server and the buckets of a home folder."""

    def pipelines(self, home: Path) -> tuple[str, str]:
        """Address and token of the home's pipeline server, which is started when it does not run.

        Raises:
            ToolError: UNAVAILABLE, with the end of the server's log.
        """
        from standalone.platform import PlatformError, ensure_server
        from tools.result import ErrorCode, ToolError

        try:
            address = ensure_server(home)
        except PlatformError as error:
            raise ToolError(ErrorCode.UNAVAILABLE, str(error)) from error
        return address.url, address.token

    def objects(self, home: Path, web_url: str | None) -> FolderStore:
        """The home's buckets; the web page at `web_url` serves what is shared of them."""
        return FolderStore(home / "buckets", web_url)

    def load_samples(self, uploader: PipelineUploader, writer: ObjectWriter) -> LoadReport:
        """Add the sample pipelines and data that are missing."""
        from standalone.samples.load import load

        return load(uploader, writer)

    def stop(self, home: Path) -> bool:
        """End the home's server; its runs go on."""
        from standalone.platform import stop_server

        return stop_server(home)

    def running(self, home: Path) -> str | None:
        """The address of the home's server if it runs."""
        from standalone.platform import server_status

        address = server_status(home)
        return address.url if address else None
