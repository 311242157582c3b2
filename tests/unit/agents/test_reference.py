"""The pages that are made from the code tell what the code does now."""

from pathlib import Path

import pytest

from agents.registry import find_agents
from evals.reference import PAGES, pages
from swarm.settings import Settings, variables


@pytest.fixture(scope="module")
def made() -> dict[Path, str]:
    return pages()


def test_pages_are_up_to_date(made: dict[Path, str]) -> None:
    stale = [file.name for file, text in made.items() if not file.exists() or file.read_text(encoding="utf-8") != text]
    if stale:
        pytest.fail(f"{', '.join(stale)}: run `make reference` and read the diff", pytrace=False)


def test_every_agent_has_its_page() -> None:
    listed = [name for _, names in PAGES.values() for name in names]
    assert sorted(listed) == sorted(find_agents())


def test_every_tool_and_argument_is_told(made: dict[Path, str]) -> None:
    text = "\n".join(made.values())
    for agent in find_agents().values():
        for tool in agent.toolset.tools.values():
            section = text.split(f"## {tool.name}\n")[1].split("\n## ")[0]
            assert tool.summary in section
            assert all(f"- `{argument}` (" in section for argument in tool.parameters.model_fields)


def test_every_setting_is_told(made: dict[Path, str]) -> None:
    text = "\n".join(made.values())
    assert all(f"| `{name}` | " in text for name in variables(Settings()))
