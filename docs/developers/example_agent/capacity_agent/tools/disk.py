"""Room on the disk."""

import shutil

from tools.kinds import LocalPath
from tools.result import Artifact, ErrorCode, ToolError, ToolResult
from tools.tool import tool

GIB = 1024**3


@tool(
    effect="read",
    examples=[
        "how much disk space is left",
        "is there room on the disk",
        "free space on this machine",
        "how full is the disk of ./data",
    ],
)
def get_disk_space(path: LocalPath = ".") -> ToolResult:
    """Tell how much disk space is free, in all and in percent, on the disk that holds a folder."""
    try:
        total, _, free = shutil.disk_usage(path)
    except OSError as error:
        raise ToolError(ErrorCode.NOT_FOUND, f"there is no folder {path!r}: {error.strerror}.") from None
    table = Artifact(
        kind="table",
        title="Disk space",
        data={"columns": ["", "GiB"], "rows": [["free", round(free / GIB, 1)], ["total", round(total / GIB, 1)]]},
    )
    return ToolResult(content=f"{free / GIB:.1f} GiB of {total / GIB:.1f} GiB are free ({free / total:.0%}).", artifacts=[table])
