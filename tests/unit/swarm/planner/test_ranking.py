"""What the examples teach, when many ask for it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from knowledge.embeddings import WordLlamaEmbedding
from swarm.planner.examples import Examples
from swarm.planner.ranking import taught
from swarm.planner.shape import shape


def test_examples_are_learnt_once_though_many_conversations_begin_at_once() -> None:
    people = 8
    examples = (("list_ships", ("which ships lie in the harbour?",)), ("sink_ship", ("sink the ship",)))
    embedding = WordLlamaEmbedding()
    together = Barrier(people)

    def begun() -> Examples:
        together.wait()
        return taught(examples, embedding)

    with ThreadPoolExecutor(people) as threads:
        learnt = {id(examples.result()) for examples in [threads.submit(begun) for _ in range(people)]}
    assert len(learnt) == 1


def test_an_example_is_known_by_its_placeholders() -> None:
    examples = taught((("sink_ship", ("put {ship} next to {ship}",)), ("sell_ship", ("put a ship next to a ship",))), WordLlamaEmbedding())
    estimate, nearest, _ = examples.likeness(shape("put {ship} next to {ship}"))
    assert nearest[0] == pytest.approx(1.0)
    assert estimate[0] > estimate[1]
