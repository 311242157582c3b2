"""Gradio without what makes its import long and is not used here.

That is the stubs for editors that it writes anew beside its own modules at each import, which take half of the time of it, and the
package `mcp`, which it can do without.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType

MODULE = "gradio.component_meta"
WRITES = "create_or_modify_pyi"


class WithoutStubs(SourceFileLoader):
    """Loads the module, and takes from it what writes."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's code."""
        super().exec_module(module)
        if hasattr(module, WRITES):
            setattr(module, WRITES, lambda *_: None)


class Finder:
    """Finds this one module, before others do."""

    def find_spec(self, name: str, path: Sequence[str] | None = None, _target: ModuleType | None = None) -> ModuleSpec | None:
        """The module as Python finds it, with another loader."""
        spec = PathFinder.find_spec(name, path) if name == MODULE else None
        if spec is not None and spec.origin is not None:
            spec.loader = WithoutStubs(name, spec.origin)
        return spec


def leave_out_stubs() -> None:
    """Say so before Gradio is imported."""
    sys.meta_path.insert(0, Finder())


@contextmanager
def leave_out(package: str) -> Iterator[None]:
    """While it lasts, the package seems not to be installed, unless it has been imported before."""
    if package in sys.modules:
        yield
        return
    sys.modules[package] = None  # type: ignore[assignment]  # as the language reference has it: importing this fails
    try:
        yield
    finally:
        del sys.modules[package]
