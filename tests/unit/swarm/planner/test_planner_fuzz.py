"""A short share of what `python -m evals.planner.fuzz` does at length: no message breaks the planner, noise changes nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.registry import find_agents
from evals.benchmarks.planner import Names
from evals.planner.data import tools_of
from evals.planner.fuzz import Texts, decided
from knowledge.embeddings import WordLlamaEmbedding
from swarm.planner.planner import Planner

NAMES = Names(50)
KNOWN = [entry.name for kind in NAMES.kinds for entry in NAMES.entries(kind)]
TOOLS = tools_of(find_agents())
CHANGING = {tool.name for tool in TOOLS if tool.effect != "read"}


@pytest.fixture(scope="module")
def planner() -> Planner:
    return Planner(TOOLS, NAMES, WordLlamaEmbedding())


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_noise_changes_nothing(planner: Planner, seed: int) -> None:
    assert not CHANGING & set(decided(planner, NAMES, Texts(seed, KNOWN).noise()))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_requests_after_accidents_break_nothing(planner: Planner, seed: int) -> None:
    assert set(decided(planner, NAMES, Texts(seed).mutated())) <= {tool.name for tool in TOOLS}


def test_the_longest_messages_are_declined_whole(planner: Planner) -> None:
    assert decided(planner, NAMES, ("delete run-amber-amber-1 and " * 700)[:20_000]) == []
