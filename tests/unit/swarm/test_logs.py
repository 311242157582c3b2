"""The log: masked whatever it is told, and never a reason to fail."""

import logging
from collections.abc import Iterator

import pytest

from swarm.logs import mask_logs

log = logging.getLogger("somebody.else")


@pytest.fixture(autouse=True)
def masked() -> Iterator[None]:
    undo = mask_logs(lambda text: text.replace("hush-1", "<secret>"))
    yield
    undo()


def test_words_that_do_not_fit_fail_nobody_and_are_masked(caplog: pytest.LogCaptureFixture) -> None:
    log.warning("%d steps", "hush-1")
    log.warning("nothing to fill in", "hush-1")
    log.warning("%(name)s", {"other": "hush-1"})
    assert len(caplog.records) == 3
    assert "hush-1" not in caplog.text
    assert caplog.text.count("<secret>") == 3


def test_where_a_line_was_written_is_masked_too(caplog: pytest.LogCaptureFixture) -> None:
    log.warning("here", stack_info=True), "hush-1"  # the stack shows this line
    assert "test_where_a_line" in caplog.text
    assert "hush-1" not in caplog.text
