"""What the examples teach is shipped in a file, and found out anew wherever that file does not help."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from agents.registry import find_agents
from evals.planner.data import tools_of
from evals.planner.examples import sets, taught
from knowledge.embeddings import WordLlamaEmbedding
from swarm.planner.examples import Examples
from swarm.planner.lessons import FILE, Lessons, digest, read, write
from swarm.planner.ranking import Ranker
from swarm.planner.shape import shape
from swarm.planner.toolview import ToolView

EMBEDDING = WordLlamaEmbedding()
MEMORY = min((one for one in sets() if "remember_note" in one), key=len)
"""A small set of tools."""


class Renamed(WordLlamaEmbedding):
    name = "another"


@pytest.fixture(scope="module")
def stored() -> Lessons:
    return read(FILE, EMBEDDING)


def chosen(examples: Examples, said: Sequence[str]) -> list[str]:
    return [examples.tools[int(examples.likeness(shape(one))[0].argmax())] for one in said]


def test_the_file_is_up_to_date(stored: Lessons) -> None:
    if set(stored.coefficients) != {digest(one) for one in sets()}:
        pytest.fail(f"{FILE.name} is not what the tools' examples teach now: run `make planner-examples`", pytrace=False)


def test_learning_anew_teaches_the_same(stored: Lessons) -> None:
    everything = next(iter(sets()))
    anew = Examples(everything, EMBEDDING)
    read_back = stored.examples(everything, EMBEDDING)
    assert np.abs(anew.coefficients - read_back.coefficients).max() < 1e-3
    said = [f"please {said}, if you can" for examples in everything.values() for said in examples[::5]]
    assert chosen(anew, said) == chosen(read_back, said)


@pytest.mark.parametrize("content", [None, b"", b"no file of numbers", b"cut"], ids=["missing", "empty", "damaged", "cut short"])
def test_without_a_sound_file_everything_is_learnt_anew(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "examples.npz"
    if content == b"cut":
        write(file, [MEMORY], EMBEDDING)
        content = file.read_bytes()[:-100]
    if content is not None:
        file.write_bytes(content)
    found = read(file, EMBEDDING)
    assert not found.texts
    assert chosen(found.examples(MEMORY, EMBEDDING), ["remember that my bucket is ml-data"]) == ["remember_note"]


def test_vectors_of_another_embedding_are_not_taken(tmp_path: Path) -> None:
    write(tmp_path / "examples.npz", [MEMORY], EMBEDDING)
    assert read(tmp_path / "examples.npz", EMBEDDING).texts
    assert not read(tmp_path / "examples.npz", Renamed()).texts


def test_a_tool_from_elsewhere_is_learnt_beside_the_known_ones() -> None:
    new = ToolView("brew_coffee", {"properties": {}}, ("make me a coffee", "brew an espresso", "start the coffee machine"), {})
    ranker = Ranker([*tools_of(find_agents()), new], EMBEDDING)
    assert ranker.rank(shape("please brew some coffee"))[0].tool is new
    assert ranker.rank(shape("which buckets are there"))[0].tool.name == "list_buckets"


def test_the_same_examples_make_the_same_file(tmp_path: Path) -> None:
    for name in "ab":
        write(tmp_path / name, [MEMORY, taught(tools_of(find_agents()))], EMBEDDING)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
