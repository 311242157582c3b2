"""How a command begins."""

import gc

import pytest

from ui.outcome import loading


def test_garbage_is_looked_for_again_after_loading() -> None:
    with loading():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ImportError), loading():
        raise ImportError
    assert gc.isenabled()
