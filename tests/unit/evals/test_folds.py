"""Cross-validation takes away what a fold's messages could have been learnt from, and gives it back."""

from pathlib import Path

from evals.chat.cases import known_tools, load_cases
from evals.chat.folds import names_of, split, without_examples_like
from evals.worlds.description import load_world

WORLD = Path(__file__).parents[3] / "evals" / "worlds" / "a"


def test_folds_share_every_kind_and_lose_nothing() -> None:
    cases = load_cases(WORLD / "cases.jsonl")
    folds = split(cases, 5)
    assert sorted(c.id for fold in folds for c in fold) == sorted(c.id for c in cases)
    assert all(9 <= sum(c.kind == "single" for c in fold) <= 11 for fold in folds)
    assert len(split(cases[:3], 5)) == 3


def test_examples_like_a_message_go_whatever_its_names_and_come_back() -> None:
    tool = known_tools()["run_pipeline"]
    before = tool.examples
    example = next(e for e in before if "kick off" in e)
    names = names_of(load_world(WORLD / "world.yaml"))
    with without_examples_like(["Kick off the fraud-detection pipeline!"], names) as close:
        assert close == 1
        assert example not in tool.examples
        assert set(tool.examples) < set(before)
        assert known_tools()["list_buckets"].examples
    assert tool.examples == before
    with without_examples_like(["write a poem about the sea"], names) as none:
        assert none == 0
        assert tool.examples == before
