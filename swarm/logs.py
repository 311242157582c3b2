"""The log: no line of it holds a secret, whoever writes it and wherever it goes."""

import logging
from collections.abc import Callable
from typing import Any


class MaskingFilter(logging.Filter):
    """Masks a record's message and traceback before any handler writes them."""

    def __init__(self, mask: Callable[[str], str]) -> None:
        super().__init__()
        self._mask = mask

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record in place; all records pass."""
        try:
            said = record.getMessage()
        except (TypeError, ValueError, LookupError):  # whoever logs must not fail because of the words
            record.msg, record.args = f"{record.msg} {record.args!r}", None
            said = record.getMessage()
        masked = self._mask(said)
        if masked != said:
            record.msg, record.args = masked, None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self._mask(record.exc_text)
        if record.stack_info:
            record.stack_info = self._mask(record.stack_info)
        return True


def mask_logs(mask: Callable[[str], str]) -> Callable[[], None]:
    """Mask every record of this process from its making on, so that no handler and no library is left out; the answer undoes it."""
    before = logging.getLogRecordFactory()
    masking = MaskingFilter(mask)

    def make(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = before(*args, **kwargs)
        masking.filter(record)
        return record

    def undo() -> None:
        if logging.getLogRecordFactory() is make:
            logging.setLogRecordFactory(before)

    logging.setLogRecordFactory(make)
    return undo
