"""What the planner makes of several steps, of references, and of words that only suppose: over the real tools and made-up names."""

from collections.abc import Mapping
from typing import Any

import pytest

from swarm.planner.planner import Planner
from swarm.planner.references import Done, Memory, Thing
from tests.unit.swarm.planner.names import planner_of
from tools.tool import Entry

_PARAMETERS = {"depth_m": "int", "normalize": "bool", "alpha": "float"}
KNOWN = {
    "pipeline": [Entry("pipeline", "reef-census", {"parameters": _PARAMETERS}), Entry("pipeline", "plankton_net", {"parameters": {}})],
    "run": [
        Entry("run", name, {"state": state, "pipeline": "reef-census"})
        for name, state in (("coral-x-c", "running"), ("coral-x-b", "succeeded"), ("coral-x-a", "failed"))
    ],
    "experiment": [Entry("experiment", "lagoon-trip")],
    "bucket": [Entry("bucket", name) for name in ("dive-logs", "sonar")],
    "object": [Entry("object", key, {"bucket": "dive-logs"}) for key in ("sites/atoll.csv", "fish.parquet")],
    "schedule": [Entry("schedule", "tide-check")],
    "document": [Entry("document", "diver-guide.md")],
}
RUNS = tuple(Thing("run", e.name) for e in KNOWN["run"])
COMPARED = (Thing("run", "coral-x-a", standing="worst"), Thing("run", "coral-x-b", standing="best"))


@pytest.fixture(scope="module")
def planner() -> Planner:
    return planner_of(KNOWN)


def listed(tool: str, *things: Thing, now: bool = False) -> Memory:
    return Memory([Done(tool, {}, things, now=now)])


@pytest.mark.parametrize(
    ("step", "tool", "args"),
    [
        ("which jobs are still at it?", "list_runs", {"state": "running"}),
        ("anything still chugging along?", "list_runs", {"state": "running"}),
        ("show me the runs that went through", "list_runs", {"state": "succeeded"}),
        ("which run failed last?", "list_runs", {"state": "failed", "limit": 1}),
        ("strike tide-check off the timetable", "delete_schedule", {"schedule": "tide-check"}),
        ("unregister diver-guide.md please", "remove_document", {"source": "diver-guide.md"}),
        ("would you mind shelving the lagoon-trip experiment?", "archive_experiment", {"experiment": "lagoon-trip"}),
        ("upload exports/wreck.csv to sonar (key 2026/wreck.csv)", "upload_object", {"bucket": "sonar", "key": "2026/wreck.csv"}),
        ("run reef-census without normalization", "run_pipeline", {"arguments": {"normalize": False}}),
        ("put coral-x-a next to coral-x-b", "compare_runs", {"runs": ["coral-x-a", "coral-x-b"]}),
        ("put the run coral-x-b away but keep it", "archive_run", {"run": "coral-x-b"}),
        ("show the drift plot of coral-x-b", "show_artifact", {"run": "coral-x-b", "artifact": "drift_plot"}),
        ("fish.parquet belongs in sonar, not in dive-logs, move it", "move_object", {"bucket": "dive-logs", "to_bucket": "sonar"}),
        ("logs/ in sonar gets cleaned out once files are 9 days old", "expire_objects", {"bucket": "sonar", "days": 9}),
        ("show me the latest run of reef-census", "get_run", {}),
        ("tide-check was paused, please activate again", "resume_schedule", {"schedule": "tide-check"}),
        ("tell me how coral-x-c is going", "get_run", {"run": "coral-x-c"}),
        ("I don't want to see coral-x-a in lists any more", "archive_run", {"run": "coral-x-a"}),
        ("share the fish file with Ada", "share_object", {"bucket": "dive-logs", "key": "fish.parquet"}),
        ("run reef-census and don't normalize", "run_pipeline", {"arguments": {"normalize": False}}),
        ("train reef-census with alpha=2 and label the run spring-7", "run_pipeline", {"run_name": "spring-7"}),
        ("label fish.parquet as stage: prod", "tag_object", {"tags": {"stage": "prod"}}),
        ("which pipeline counts plankton?", "list_pipelines", {"query": "plankton"}),
        ("could we run reef-census with depth_m=12?", "run_pipeline", {"pipeline": "reef-census"}),
        ("plot weight against length from fish.parquet", "plot_dataset", {"x": "length", "y": "weight"}),
        ("compare the coral-x runs", "compare_runs", {"runs": ["coral-x-c", "coral-x-b", "coral-x-a"]}),
        ("preview the atoll sites", "preview_object", {"bucket": "dive-logs", "key": "sites/atoll.csv"}),
    ],
)
def test_wordings_that_name_no_tool(planner: Planner, step: str, tool: str, args: Mapping[str, Any]) -> None:
    action = planner.act(step, Memory())
    assert action.tool == tool
    assert {name: action.args.get(name) for name in args} == args


@pytest.mark.parametrize(
    "text",
    [
        "what would happen if I deleted a bucket that still has versions?",
        "suppose I removed a schedule. what becomes of its past runs?",
        "if i deleted an experiment, would its runs be gone too?",
        "what happens to running jobs when the server restarts?",
    ],
)
def test_what_is_only_supposed_is_asked_of_the_documents(planner: Planner, text: str) -> None:
    assert [planner.act(step, Memory()).tool for step in planner.steps(text)] == ["search_docs"]


@pytest.mark.parametrize(
    ("text", "tools"),
    [
        ("pause tide-check & archive coral-x-b & show all buckets", ["pause_schedule", "archive_run", "list_buckets"]),
        ("first I want to know the size of sonar, second the versions of fish.parquet", ["get_bucket", "list_object_versions"]),
        ("make a versioned bucket called wreck-9 and list the buckets", ["create_bucket", "set_versioning", "list_buckets"]),
        ("run reef-census twice: once with alpha=2 and once with alpha=3", ["run_pipeline", "run_pipeline"]),
        ("before you delete fish.parquet show me what is inside that file", ["preview_object", "delete_objects"]),
        ("create a bucket called wreck-9. It belongs to the survey team. List the buckets", ["create_bucket", "list_buckets"]),
        ("show the metrics of coral-x-a also coral-x-b", ["get_run_metrics", "get_run_metrics"]),
        ("show the logs of the best reef-census run by f1", ["compare_runs", "get_run_logs"]),
    ],
)
def test_steps_in_the_order_they_are_to_be_done(planner: Planner, text: str, tools: list[str]) -> None:
    memory = Memory()
    made = []
    for step in planner.steps(text):
        action = planner.act(step, memory)
        made.append(action.tool)
        new = (Thing("bucket", action.args["bucket"]),) if action.tool == "create_bucket" else ()
        memory.calls.append(Done(action.tool, {}, COMPARED if action.tool == "compare_runs" else new, now=True))
    assert made == tools


def test_the_best_of_a_comparison_is_what_the_next_steps_are_about(planner: Planner) -> None:
    assert planner.steps("list the runs, take the best one by recall and show its logs") == [
        "list the runs",
        "compare the runs on recall",
        "take the best run",
        "show its logs",
    ]
    compared = [Thing("run", "coral-x-b", standing="best"), Thing("run", "coral-x-a", standing="worst")]
    memory = listed("compare_runs", *compared, now=True)
    assert planner.act("archive the worse one", memory).args == {"run": "coral-x-a"}
    assert not planner.act("take the best run", memory).tool
    assert planner.act("show its logs", memory).args == {"run": "coral-x-b"}
    assert sorted(planner.act("compare it with the one before it", memory).args["runs"]) == ["coral-x-a", "coral-x-b"]


def test_some_of_a_list_are_meant(planner: Planner) -> None:
    memory = listed("list_runs", *RUNS)
    assert planner.act("compare the first two", memory).args == {"runs": ["coral-x-c", "coral-x-b"]}
    assert planner.act("why did the oldest of those fail?", memory).args == {"run": "coral-x-a"}
    assert planner.act("show the metrics of the b one", memory).args == {"run": "coral-x-b"}
    files = listed("list_objects", *(Thing("object", e.name, "dive-logs") for e in KNOWN["object"]), Thing("bucket", "dive-logs"))
    assert planner.act("preview the second file", files).args == {"bucket": "dive-logs", "key": "fish.parquet"}


@pytest.mark.parametrize(("run", "tool"), [("coral-x-a", "retry_run"), ("coral-x-b", "run_pipeline")])
def test_what_failed_is_retried_and_what_succeeded_is_run_anew(planner: Planner, run: str, tool: str) -> None:
    memory = listed("get_run", Thing("run", run))
    action = planner.act("run it once more with alpha=4", memory)
    assert action.tool == tool
    assert action.args["arguments"] == {"alpha": 4}


def test_an_action_after_a_supposition_is_about_what_was_supposed(planner: Planner) -> None:
    memory = Memory([Done("search_docs", {"query": "..."})], "what would happen if I archived lagoon-trip?")
    assert planner.act("ok, archive it", memory).args == {"experiment": "lagoon-trip"}


def test_each_of_several_things_gets_its_own_call(planner: Planner) -> None:
    memory = listed("list_runs", *RUNS[1:])
    first = planner.act("archive all of them", memory)
    memory.calls.append(Done(first.tool, first.args, (Thing("run", first.args["run"]),), now=True))
    second = planner.act("archive all of them", memory)
    assert {first.args["run"], second.args["run"]} == {"coral-x-b", "coral-x-a"}
    memory.calls.append(Done(second.tool, second.args, now=True))
    assert not planner.act("archive all of them", memory).tool


@pytest.mark.parametrize(
    ("step", "tool"),
    [
        ("if coral-x-c is still running, stop it", "terminate_run"),
        ("if coral-x-b is still running, stop it", ""),
        ("retry coral-x-a if it has failed", "retry_run"),
        ("archive coral-x-c, but only if it is finished", ""),
    ],
)
def test_a_change_waits_for_its_condition(planner: Planner, step: str, tool: str) -> None:
    action = planner.act(step, Memory())
    assert action.tool == tool
    assert tool or action.say or action.question


def test_the_last_one_is_of_what_was_listed(planner: Planner) -> None:
    files = listed("list_objects", *(Thing("object", e.name, "dive-logs") for e in KNOWN["object"]), Thing("bucket", "dive-logs"))
    assert planner.act("preview the last one", files).args == {"bucket": "dive-logs", "key": "fish.parquet"}


def test_files_are_searched_by_the_words_that_names_have(planner: Planner) -> None:
    assert planner.act("where did I put the atoll thing?", Memory()).args == {"pattern": "atoll"}


def test_steps_stay_what_they_are_when_read_again(planner: Planner) -> None:
    steps = planner.steps("in sonar: delete fish.parquet, let everything under old/ expire in a week, and list what is left")
    assert len(steps) == 3
    assert planner.steps("\n".join(steps)) == steps


def test_the_same_is_told_of_the_run_before(planner: Planner) -> None:
    memory = Memory([Done("get_run_metrics", {"run": "coral-x-c"}, (Thing("run", "coral-x-c"),))])
    action = planner.act("and the one before that?", memory)
    assert (action.tool, action.args) == ("get_run_metrics", {"run": "coral-x-b"})


def test_a_wish_is_no_supposition(planner: Planner) -> None:
    assert planner.act("could I have a link to fish.parquet?", Memory()).tool == "share_object"
    assert planner.act("could I delete fish.parquet?", Memory()).tool not in ("delete_objects", "delete_bucket")


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("run a pipeline", "Which pipeline should I run?"),
        ("delete a bucket", "Which bucket should I delete?"),
        ("create a bucket", "What should the new bucket be called?"),
        ("schedule reef-census", "When should it run?"),
    ],
)
def test_a_question_says_what_it_is_for(planner: Planner, text: str, question: str) -> None:
    assert planner.act(text, Memory()).question.startswith(question)


@pytest.mark.parametrize(
    "text",
    [
        "the trainer pod was evicted, what can I do?",
        "my step runs out of memory. What should we do about it?",
        "how long are presigned addresses valid",
        "how do I hand a file over to somebody?",
        "is it possible to restore a deleted file?",
    ],
)
def test_troubles_and_questions_that_name_nothing_here_are_asked_of_the_documents(planner: Planner, text: str) -> None:
    assert [planner.act(step, Memory()).tool for step in planner.steps(text)] == ["search_docs"]


def test_trouble_with_a_run_is_diagnosed(planner: Planner) -> None:
    actions = [planner.act(step, Memory()) for step in planner.steps("coral-x-a failed, what can I do now?")]
    assert [(a.tool, a.args) for a in actions] == [("diagnose_run", {"run": "coral-x-a"})]


def test_a_reason_is_no_request_of_its_own(planner: Planner) -> None:
    assert len(planner.steps("coral-x-b clutters my list, archive it")) == 1
    assert len(planner.steps("run reef-census with alpha=2, and don't normalize")) == 1


def test_runs_are_known_by_the_ends_of_their_names(planner: Planner) -> None:
    spoken_of = listed("get_run", Thing("run", "coral-x-a"))
    assert planner.act("compare it to b", spoken_of).args == {"runs": ["coral-x-a", "coral-x-b"]}


def test_it_is_something_that_was_spoken_of(planner: Planner) -> None:
    assert planner.act("then turn it on", listed("get_bucket", Thing("bucket", "sonar"))).tool == "set_versioning"


def test_what_was_deleted_is_brought_back(planner: Planner) -> None:
    one = Memory([Done("delete_objects", {"keys": ["eel.csv"]}, (Thing("object", "eel.csv", "sonar"), Thing("bucket", "sonar")))])
    for step in ("undo that", "restore the previous version", "bring it back please"):
        action = planner.act(step, one)
        assert (action.tool, action.args["bucket"], action.args["key"]) == ("restore_object_version", "sonar", "eel.csv"), step


@pytest.mark.parametrize("step", ["bring them back", "bring both back", "restore both of them"])
def test_all_that_was_deleted_is_brought_back_one_by_one(planner: Planner, step: str) -> None:
    things = (*(Thing("object", key, "sonar") for key in ("eel.csv", "ray.csv")), Thing("bucket", "sonar"))
    memory = Memory([Done("delete_objects", {"bucket": "sonar", "keys": ["eel.csv", "ray.csv"]}, things)])
    restored = []
    while (action := planner.act(step, memory)).tool and len(restored) < 3:
        restored.append((action.tool, action.args["key"], action.more))
        memory.calls.append(Done(action.tool, action.args, (Thing("object", action.args["key"], "sonar"),), now=True))
    assert restored == [("restore_object_version", "eel.csv", True), ("restore_object_version", "ray.csv", True)]


@pytest.mark.parametrize("step", ["delete atoll.parquet from dive-logs", "remove fish.csv in dive-logs"])
def test_a_file_of_another_kind_is_not_deleted_for_one_that_is_not_there(planner: Planner, step: str) -> None:
    action = planner.act(step, Memory())
    assert action.question
    assert not action.tool


def test_a_slip_in_a_file_name_is_understood(planner: Planner) -> None:
    assert planner.act("delete atol.csv from dive-logs", Memory()).args == {"bucket": "dive-logs", "keys": ["sites/atoll.csv"]}


def test_what_lies_in_a_bucket_is_deleted_not_the_bucket(planner: Planner) -> None:
    action = planner.act("delete the atoll from dive-logs", Memory())
    assert (action.tool, action.args) == ("delete_objects", {"bucket": "dive-logs", "keys": ["sites/atoll.csv"]})


def test_what_is_denied_is_said(planner: Planner) -> None:
    action = planner.act("delete fish.parquet from dive-logs", Memory(), {"delete_objects": "Not today."})
    assert (action.tool, action.say) == ("", "Not today.")


@pytest.mark.parametrize(
    ("step", "tool"),
    [
        ("first rows of the atoll data", "preview_object"),
        ("what columns does the atoll dataset have", "profile_dataset"),
        ("plot a histogram of depth in the atoll data", "plot_dataset"),
    ],
)
def test_data_are_known_by_a_part_of_their_name_wherever_they_lie(planner: Planner, step: str, tool: str) -> None:
    action = planner.act(step, Memory())
    assert (action.tool, action.args["bucket"], action.args["key"]) == (tool, "dive-logs", "sites/atoll.csv")


def test_the_file_is_asked_for_where_all_that_could_be_meant_lie_in_one_bucket(planner: Planner) -> None:
    action = planner.act("profile the sites and fish data", Memory())
    assert "`sites/atoll.csv`" in action.question
    assert "Which file" in action.question


def test_a_report_on_how_a_run_ended_ends_nothing(planner: Planner) -> None:
    waited = Memory([Done("wait_for_run", {"run": "coral-x-c"}, (Thing("run", "coral-x-c"),), now=True)])
    for step in ("report how it ended", "then tell me how it ended", "let me know what stopped it"):
        assert planner.act(step, waited).tool not in ("terminate_run", "delete_run", "archive_run"), step


@pytest.mark.parametrize("step", ["archive the coral-x run", "delete the coral-x run", "stop the coral-x run"])
def test_a_name_that_several_begin_with_is_asked_about(planner: Planner, step: str) -> None:
    action = planner.act(step, Memory())
    assert action.question
    assert not action.tool


def test_whichever_of_several_is_not_all_of_them(planner: Planner) -> None:
    compared = Memory(
        [Done("compare_runs", {"runs": ["coral-x-a", "coral-x-b"]}, (Thing("run", "coral-x-a"), Thing("run", "coral-x-b")), now=True)]
    )
    action = planner.act("archive whichever of them has the higher rmse", compared)
    assert action.question
    assert not action.tool


def test_what_lies_in_a_place_that_was_listed_is_deleted_not_the_place(planner: Planner) -> None:
    memory = listed("list_objects", Thing("bucket", "sonar"))
    assert planner.act("the csv in there is trash, delete it", memory).tool != "delete_bucket"


def test_days_may_be_joined_by_a_plus(planner: Planner) -> None:
    assert (
        planner.act("run reef-census mondays + thursdays at 6 in the morning", Memory()).args["cron"]
        == "mondays and thursdays at 6 in the morning"
    )


def test_somebody_who_is_asked_for_is_the_assistant(planner: Planner) -> None:
    assert planner.act("can somebody kick off reef-census for me?", Memory()).tool == "run_pipeline"
