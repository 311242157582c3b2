"""What a short message after an answer is about."""

import pytest

from swarm.planner import talk
from swarm.planner.language import Speller
from swarm.planner.planner import Planner
from swarm.planner.references import Done, Memory, Thing
from tests.unit.swarm.planner.names import Names, planner_of
from tools.tool import Entry

KNOWN = {
    "pipeline": [Entry("pipeline", "reef-census", {"parameters": {"depth_m": "int", "zone": "str"}})],
    "run": [
        Entry("run", name, {"state": state, "pipeline": "reef-census", "experiment": experiment})
        for name, state, experiment in (
            ("sonar-voice-en", "running", "bt-tides"),
            ("sonar-voice-fr", "failed", "lagoon-trip"),
            ("coral-wide", "failed", "lagoon-trip"),
            ("coral-base", "succeeded", "lagoon-trip"),
        )
    ],
    "experiment": [Entry("experiment", "lagoon-trip"), Entry("experiment", "bt-tides")],
    "bucket": [Entry("bucket", "dive-logs")],
    "object": [Entry("object", "fish.parquet", {"bucket": "dive-logs"})],
    "schedule": [Entry("schedule", name, {"enabled": name != "tide-check"}) for name in ("tide-check", "moon-check")],
}
RUNS = tuple(Thing("run", e.name) for e in KNOWN["run"])


@pytest.fixture(scope="module")
def planner() -> Planner:
    return planner_of(KNOWN)


def after(tool: str, things: tuple[Thing, ...], **args: object) -> Memory:
    return Memory([Done(tool, args, things)])


@pytest.mark.parametrize("text", ["stop", "abort", "cancel it", "halt please"])
def test_stop_is_about_a_run_at_hand_and_nothing_else(planner: Planner, text: str) -> None:
    assert talk.small_talk(text, Names(KNOWN)) == talk.NOTHING_DONE
    assert talk.small_talk(text, Names(KNOWN), at_hand=True) is None
    action = planner.act(text, after("get_run", RUNS[:1], run="sonar-voice-en"))
    assert (action.tool, action.args) == ("terminate_run", {"run": "sonar-voice-en"})


def test_stop_after_several_runs_asks_which(planner: Planner) -> None:
    assert "Which run" in planner.act("abort", after("list_runs", RUNS)).question


def test_the_same_with_another_number(planner: Planner) -> None:
    memory = after("run_pipeline", (Thing("run", "r1"),), pipeline="reef-census", arguments={"depth_m": 60, "zone": "north"})
    action = planner.act("and now the same with 90", memory)
    assert action.tool == "run_pipeline"
    assert action.args == {"pipeline": "reef-census", "arguments": {"depth_m": 90, "zone": "north"}}


def test_the_same_for_another_thing(planner: Planner) -> None:
    memory = after("archive_experiment", (Thing("experiment", "bt-tides"),), experiment="bt-tides")
    action = planner.act("do the same with the experiment lagoon-trip", memory)
    assert (action.tool, action.args) == ("archive_experiment", {"experiment": "lagoon-trip"})


def test_what_is_resumed_is_paused(planner: Planner) -> None:
    memory = after("list_schedules", tuple(Thing("schedule", e.name) for e in KNOWN["schedule"]))
    assert planner.act("wake it up then", memory).args == {"schedule": "tide-check"}


def test_a_word_says_what_a_name_cuts_short(planner: Planner) -> None:
    assert planner.act("how is the English voice run doing?", Memory()).args == {"run": "sonar-voice-en"}
    assert planner.act("the lagoon one - what went wrong there?", after("list_runs", RUNS[:2])).args == {"run": "sonar-voice-fr"}
    compared = planner.act("did the wide coral run beat the base one?", Memory())
    assert compared.args["runs"] == ["coral-wide", "coral-base"]


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("First I would like to look at the pr curve which coral-base left behind, so please open it", "show_artifact"),
        ("did coral-base compute every step or did it take some from cache, and why?", "explain_caching"),
        ("for the future, remember that my experiment is lagoon-trip", "remember_note"),
        ("write me a pipeline named krill-finder: load minio://dive-logs/a.csv, split, train a Ridge on mass, evaluate", "create_pipeline"),
    ],
)
def test_one_request_in_several_clauses(planner: Planner, text: str, tool: str) -> None:
    (step,) = planner.steps(text)
    assert planner.act(step, Memory()).tool == tool


def test_what_was_named_first_is_what_is_archived(planner: Planner) -> None:
    action = planner.act(planner.steps("lagoon-trip: archive that experiment, we're through with it")[0], Memory())
    assert (action.tool, action.args) == ("archive_experiment", {"experiment": "lagoon-trip"})


def test_letters_that_changed_places_are_the_likeliest_slip() -> None:
    speller = Speller({"forget", "forest"}, lambda word: False)
    assert speller.repair("foregt the guide") == "forget the guide"


def test_values_and_names_in_their_places(planner: Planner) -> None:
    action = planner.act("a fresh reef-census for the northern zone; the run please call it krill-7", Memory())
    assert action.args == {"pipeline": "reef-census", "arguments": {"zone": "northern"}, "run_name": "krill-7"}
