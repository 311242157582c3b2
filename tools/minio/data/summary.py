"""A whole table summed up in one reading and in bounded memory."""

import time
from typing import Any

from tools.activity import current
from tools.markdown import size
from tools.minio.data.columns import Column
from tools.minio.data.hashing import combined
from tools.minio.data.sketches import Distinct, Sample
from tools.minio.data.tables import unique
from tools.result import ErrorCode, ToolError

SECONDS = 120.0
MOST_BYTES = 8 * 1024**3
"""Time and bytes (in memory, not in the file) after which the rest of a table is left unread."""
MOST_COLUMNS = 300
PAUSE = 0.5


class Summary:
    """What is known of a table so far.

    Attributes:
        columns: in the order of the table, at most `MOST_COLUMNS`.
        width: how many columns there are.
        stopped: the table is longer than was read.
    """

    def __init__(self, schema: Any) -> None:
        names = unique([str(name) for name in schema.names])
        self.width = len(names)
        self.columns = [Column(name, schema.field(n).type) for n, name in enumerate(names[:MOST_COLUMNS])]
        self.rows = 0
        self.bytes = 0
        self.stopped = False
        self.different_rows = Distinct(1 << 17)
        self.sample = Sample()
        self._names = names
        self._began = time.monotonic()
        self._told = self._began

    def add(self, batch: Any) -> bool:
        """The next rows."""
        if batch.num_rows == 0:
            return True
        if self.stopped:  # there is more, and nothing of it is read
            return False
        self.rows += batch.num_rows
        self.bytes += batch.nbytes
        self.different_rows.add(combined([column.add(batch.column(n)) for n, column in enumerate(self.columns)]))
        self.sample.add(batch.rename_columns(self._names))
        self._report()
        self.stopped = self.bytes > MOST_BYTES or time.monotonic() - self._began > SECONDS
        return True

    def _report(self) -> None:
        activity = current()
        if activity.canceled.is_set():
            raise ToolError(ErrorCode.CANCELED, "the profile was stopped.")
        if time.monotonic() - self._told > PAUSE:
            self._told = time.monotonic()
            activity.report(f"{self.rows:,} rows, {size(self.bytes)}")

    @property
    def duplicates(self) -> int:
        """Rows that had come before, exactly as they are; an estimate when there are too many rows to remember."""
        return round(self.rows * self.different_rows.repeated)
