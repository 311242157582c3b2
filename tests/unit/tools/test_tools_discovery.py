"""Adding a tool is one function in one file: it is found without touching any list."""

import sys
from pathlib import Path

import pytest

from tools.tool import discover

TOOL = '''
from tools.result import ToolResult
from tools.tool import Entry, lister, resolver, tool

@tool(effect="read", examples=["say {name}"])
def {name}() -> ToolResult:
    """Say {name}."""
    return ToolResult(content="{name}")

@resolver("{name}")
def resolve(given: str, args: dict) -> str:
    return given

@lister("{name}")
def entries() -> list[Entry]:
    return [Entry("{name}", "one", {{"size": 1}})]
'''


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    name = f"toolbox_{tmp_path.name.replace('-', '_')}"
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text("")
    for tool in ("hammer", "saw"):
        (tmp_path / name / f"{tool}.py").write_text(TOOL.replace("{name}", tool).replace("{{", "{").replace("}}", "}"))
    monkeypatch.syspath_prepend(tmp_path)
    return name


def test_a_file_is_enough(package: str) -> None:
    toolset = discover(package)
    assert sorted(toolset.tools) == sorted(toolset.resolvers) == sorted(toolset.listers) == ["hammer", "saw"]
    assert toolset.tools["saw"]().content == "saw"
    assert toolset.listers["saw"].entries()[0].facts == {"size": 1}


def test_a_tool_imported_elsewhere_counts_once(package: str, tmp_path: Path) -> None:
    (tmp_path / package / "shed.py").write_text(f"from {package}.hammer import hammer\n")
    assert sorted(discover(package).tools) == ["hammer", "saw"]


def test_two_tools_of_one_name_are_refused(package: str, tmp_path: Path) -> None:
    (tmp_path / package / "other.py").write_text((tmp_path / package / "saw.py").read_text())
    with pytest.raises(ValueError, match="several tools called saw"):
        discover(package)
    assert f"{package}.other" in sys.modules


def test_phrasings_of_a_package_are_examples_of_its_tools(package: str, tmp_path: Path) -> None:
    (tmp_path / package / "phrasings.txt").write_text("# more\n\n[saw]\ncut it\nsay saw\n")
    assert discover(package).tools["saw"].examples == ("say saw", "cut it")
    assert discover(package).tools["hammer"].examples == ("say hammer",)


def test_phrasings_of_no_tool_are_refused(package: str, tmp_path: Path) -> None:
    (tmp_path / package / "phrasings.txt").write_text("[drill]\ndrill a hole\n")
    with pytest.raises(ValueError, match="phrasings for drill"):
        discover(package)
