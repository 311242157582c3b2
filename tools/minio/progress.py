"""Transfers followed and stopped by the person who asked for them."""

import time

from tools.activity import current
from tools.markdown import size
from tools.minio.store import Progress
from tools.result import ErrorCode, ToolError

PAUSE = 0.25
"""Seconds between two reports."""


def reported(name: str) -> Progress:
    """Tells the running call's activity how far a transfer is; raises CANCELED when nobody waits for it any more."""
    activity = current()
    last = 0.0

    def progress(done: int, total: int) -> None:
        nonlocal last
        if activity.canceled.is_set():
            raise ToolError(ErrorCode.CANCELED, f"the transfer of {name} was stopped; the same request takes it up again.")
        if time.monotonic() - last >= PAUSE:
            last = time.monotonic()
            activity.report(f"{name}: {size(done)} of {size(total)}")

    return progress
