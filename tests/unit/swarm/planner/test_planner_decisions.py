"""What the planner decides over the real tools and made-up names: nothing is destroyed on a guess, and no text breaks it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.registry import find_agents
from evals.planner.data import tools_of
from swarm.planner.planner import Planner
from swarm.planner.references import Done, Memory, Thing
from tests.unit.swarm.planner.names import planner_of
from tools.tool import Entry

KNOWN = {
    "pipeline": [
        Entry("pipeline", "amber-delta", {"parameters": {"learning_rate": "float", "seasonality": "bool", "C": "float"}}),
        Entry("pipeline", "cobalt_echo", {"parameters": {}}),
    ],
    "run": [
        Entry("run", name, {"state": state, "pipeline": "amber-delta"})
        for name, state in (("falcon_02", "running"), ("falcon_01", "failed"))
    ],
    "bucket": [Entry("bucket", name) for name in ("harbor-raw", "lagoon")],
    "object": [Entry("object", key, {"bucket": "lagoon"}) for key in ("a/nectar.csv", "b/nectar.csv", "onyx.parquet")],
    "schedule": [Entry("schedule", "nightly-amber"), Entry("schedule", "weekly-amber")],
}
CHANGING = {view.name for view in tools_of(find_agents()) if view.effect != "read"}


@pytest.fixture(scope="module")
def planner() -> Planner:
    return planner_of(KNOWN)


@pytest.mark.parametrize(
    ("step", "tool", "args"),
    [
        ("kick off amber delta with a learning rate of 0.05", "run_pipeline", {"arguments": {"learning_rate": 0.05}}),
        ("run AMBER_DELTA with lr=0.1, seasonality off", "run_pipeline", {"arguments": {"learning_rate": 0.1, "seasonality": False}}),
        ("run amber-delta weekdays at 7 pm", "schedule_pipeline", {"cron": "weekdays at 7 pm"}),
        ("whats the staus of falcon 2", "get_run", {"run": "falcon_02"}),
        ("delte falcon-01 for good", "delete_run", {"run": "falcon_01"}),
        ("archive falcon_01 (don't delete it)", "archive_run", {"run": "falcon_01"}),
        ("rm falcon_01", "delete_run", {"run": "falcon_01"}),
        ("mb demo-7", "create_bucket", {"bucket": "demo-7"}),
        ("rm s3://lagoon/onyx.parquet", "delete_objects", {"bucket": "lagoon", "keys": ["onyx.parquet"]}),
        ("head -3 of onyx.parquet", "preview_object", {"bucket": "lagoon", "key": "onyx.parquet", "rows": 3}),
    ],
)
def test_requests_in_peoples_words(planner: Planner, step: str, tool: str, args: dict[str, object]) -> None:
    action = planner.act(step, Memory())
    assert action.tool == tool
    assert {name: action.args.get(name) for name in args} == args


@pytest.mark.parametrize(
    "step",
    [
        "delete it", "delete nectar.csv from lagoon", "remove the schedule", "do not delete falcon_01", "what if I delete lagoon?",
        "should I delete falcon_01?", "was falcon_01 deleted?", "move the file to the other bucket", "qqzz xkcd wvut", "run the",
        "run {pipeline}", "GIEV{pIPELIE}", "delete {bucket}", "mb mb du mb", "we mb he mb us", "x,mb,fl;", "mb so mb so", "kill -9 475",
        "4/\u202e]y" * 20, "mv a/b.py a/b.py.bak",
        "[lqt,falcon-9x'語i)s?e-5:?t=\u202e%e\\&9{7ld",
    ],
)  # fmt: skip
def test_nothing_changes_on_a_guess(planner: Planner, step: str) -> None:
    action = planner.act(step, Memory())
    assert action.tool not in CHANGING
    assert action.tool or action.question or action.say


def test_references_follow_the_conversation(planner: Planner) -> None:
    memory = Memory([Done("get_run", {"run": "falcon_02"}, (Thing("run", "falcon_02"),))])
    assert planner.act("kill it", memory).args == {"run": "falcon_02"}
    assert sorted(planner.act("compare it with the one before", memory).args["runs"]) == ["falcon_01", "falcon_02"]
    assert planner.act("again with C=10", memory).args == {"pipeline": "amber-delta", "arguments": {"C": 10}}


def test_steps_are_told_apart(planner: Planner) -> None:
    assert len(planner.steps("list the buckets, then show the logs of falcon_01 and retry it")) == 3
    assert len(planner.steps("run amber-delta with C=2 and a learning rate of 0.1")) == 1


# By characters: whole texts would now and then be sentences of this project, such as "make bucket demo-7", which ask for a change.
NOISE = st.lists(st.characters(codec="utf-8"), max_size=200).map("".join)


@settings(max_examples=150, deadline=None)
@given(NOISE)
def test_no_text_breaks_it(planner: Planner, text: str) -> None:
    for step in planner.steps(text) if text.strip() else []:
        assert planner.act(step, Memory()).tool not in CHANGING
