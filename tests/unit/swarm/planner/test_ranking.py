"""What the examples teach, when many ask for it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from knowledge.embeddings import WordLlamaEmbedding
from swarm.planner.examples import Examples
from swarm.planner.ranking import taught


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
