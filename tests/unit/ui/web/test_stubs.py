"""Gradio's stubs for editors are left out where a page is served."""

import importlib
from importlib.util import module_from_spec
from pathlib import Path

import gradio.component_meta
import pytest

from ui.web.stubs import MODULE, WRITES, Finder, leave_out


def test_the_module_loses_what_writes_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "component_meta.py").write_text(f"def {WRITES}(*_):\n    raise OSError\n\ndef other():\n    return 1\n")
    spec = Finder().find_spec(MODULE, [str(tmp_path)])
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    assert getattr(module, WRITES)(object, "Name", []) is None
    assert module.other() == 1


def test_other_modules_are_left_to_others(tmp_path: Path) -> None:
    (tmp_path / "events.py").touch()
    assert Finder().find_spec("gradio.events", [str(tmp_path)]) is None


def test_gradio_still_has_it() -> None:
    assert gradio.component_meta.__name__ == MODULE
    assert callable(getattr(gradio.component_meta, WRITES))


def test_a_package_is_left_out_for_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "optional_part.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    with leave_out("optional_part"), pytest.raises(ImportError):
        importlib.import_module("optional_part")
    module = importlib.import_module("optional_part")
    with leave_out("optional_part"):
        assert importlib.import_module("optional_part") is module
