"""Gradio's stubs for editors are left out where a page is served."""

from importlib.util import module_from_spec
from pathlib import Path

import gradio.component_meta

from ui.web.stubs import MODULE, WRITES, Finder


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
