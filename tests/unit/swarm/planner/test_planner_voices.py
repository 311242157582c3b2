"""Many people's ways to say a thing: verbs at the end, lists without verbs, reasons before requests, fragments, and what comes of them."""

from collections.abc import Mapping
from typing import Any

import pytest

from swarm.planner.planner import Action, Planner
from swarm.planner.references import Done, Memory, Thing
from tests.unit.swarm.planner.names import planner_of
from tools.kfp.cron import parse
from tools.tool import Entry

KNOWN = {
    "pipeline": [
        Entry("pipeline", "kelp_growth", {"parameters": {"max_epochs": "int", "batch_size": "int", "site": "str", "use_tides": "bool"}}),
        Entry("pipeline", "otter-count", {"parameters": {}}),
    ],
    "run": [
        Entry("run", name, {"state": state, "pipeline": pipeline})
        for name, state, pipeline in (
            ("kelp-week-9", "running", "kelp_growth"),
            ("kelp-week-8", "succeeded", "kelp_growth"),
            ("otter-2", "failed", "otter-count"),
            ("otter-1", "succeeded", "otter-count"),
        )
    ],
    "experiment": [Entry("experiment", name) for name in ("spring-bloom", "pups")],
    "schedule": [Entry("schedule", name) for name in ("CountSundays", "kelp-nightly")],
    "bucket": [Entry("bucket", name) for name in ("tank-data", "aquarium.models", "attic")],
    "object": [
        Entry("object", key, {"bucket": bucket})
        for bucket, key in (("attic", "notes/old.csv"), ("attic", "fish.csv"), ("tank-data", "salinity.parquet"))
    ],
    "document": [Entry("document", "diving-rules.md")],
}


@pytest.fixture(scope="module")
def planner() -> Planner:
    return planner_of(KNOWN)


def told(planner: Planner, text: str, memory: Memory | None = None) -> list[Action]:
    """What is done about a text, step by step, each call leaving behind what it names."""
    memory = memory or Memory()
    actions = []
    for step in planner.steps(text):
        action = planner.act(step, memory)
        actions.append(action)
        made = [Thing(k, str(action.args[a])) for k, a in (("run", "run"), ("bucket", "bucket"), ("object", "key")) if a in action.args]
        made += [Thing("run", "new")] if action.tool == "run_pipeline" else []
        memory.calls.append(Done(action.tool, action.args, tuple(made), now=True))
    return actions


@pytest.mark.parametrize(
    ("text", "tool", "args"),
    [
        (
            "run kelp_growth with a maximum of thirty epochs and batches of 8",
            "run_pipeline",
            {"arguments": {"max_epochs": 30, "batch_size": 8}},
        ),
        ("kelp_growth I want to begin, site only NORTH", "run_pipeline", {"arguments": {"site": "NORTH"}}),
        ("start kelp_growth with the tides not included", "run_pipeline", {"arguments": {"use_tides": False}}),
        ("start otter-count; the run shall be called pups-7", "run_pipeline", {"run_name": "pups-7"}),
        ("i was asked to train otter count. could you start that and give it the name pups-7?", "run_pipeline", {"run_name": "pups-7"}),
        ("under pups, run otter-count", "run_pipeline", {"pipeline": "otter-count", "experiment": "pups"}),
        ("start the otter count", "run_pipeline", {"pipeline": "otter-count"}),
        ("otter-1 or otter-2, which has the lower rmse?", "compare_runs", {"runs": ["otter-1", "otter-2"], "metrics": ["rmse"]}),
        ("f1: otter-1 or otter-2, who wins", "compare_runs", {"runs": ["otter-1", "otter-2"]}),
        ("tail logs run=otter-2 step=count-heads", "get_run_logs", {"run": "otter-2", "step": "count-heads"}),
        ("how is our latest training getting on?", "get_run", {"run": "latest"}),
        ("have any of our analyses ended with an error? a list would do", "list_runs", {"state": "failed"}),
        ("stop the running kelp job", "terminate_run", {"run": "kelp-week-9"}),
        ("retry the otter run", "retry_run", {"run": "otter-2"}),
        (
            "the sunday count schedule was suspended over easter. could it be re-actived, please?",
            "resume_schedule",
            {"schedule": "CountSundays"},
        ),
        ("counting on sundays may begin again, please switch CountSundays back to active", "resume_schedule", {"schedule": "CountSundays"}),
        ("would it be possible to get a new bucket? it should be named kelp-raw", "create_bucket", {"bucket": "kelp-raw"}),
        ("fish.csv @ attic: set tag owner=dee", "tag_object", {"bucket": "attic", "key": "fish.csv", "tags": {"owner": "dee"}}),
        ("i'd like to send fish.csv to a partner, can i get a link", "share_object", {"key": "fish.csv"}),
        ("a link to fish.csv that stops working after three quarters of an hour", "share_object", {"expires_minutes": 45}),
        ("a link to fish.csv, good for an hour and a half", "share_object", {"expires_minutes": 90}),
        ("take fish.csv out of attic and put it in tank-data instead", "move_object", {"key": "fish.csv", "to_bucket": "tank-data"}),
        (
            "last week somebody overwrote data and there was no way back, i would like attic to keep older versions",
            "set_versioning",
            {"enabled": True},
        ),
        ("attic fish.csv - which revisions exist?", "list_object_versions", {"bucket": "attic", "key": "fish.csv"}),
        ("which storage folders do we own", "list_buckets", {}),
        ("put the experiment pups to the archive", "archive_experiment", {"experiment": "pups"}),
    ],
)
def test_one_call_however_it_is_said(planner: Planner, text: str, tool: str, args: Mapping[str, Any]) -> None:
    actions = told(planner, text)
    assert [a.tool for a in actions] == [tool]
    assert {name: actions[0].args.get(name) for name in args} == args


@pytest.mark.parametrize(
    ("text", "tools"),
    [
        ("metrics for otter-1 and for otter-2", ["get_run_metrics", "get_run_metrics"]),
        ("clean attic: delete fish.csv, move notes/old.csv to tank-data", ["delete_objects", "move_object"]),
        (
            "attic: fish.csv can be deleted, notes/old.csv goes over to tank-data, then what remains?",
            ["delete_objects", "move_object", "list_objects"],
        ),
        ("run otter-2 delete, run otter-1 to the archive, experiment pups archive", ["delete_run", "archive_run", "archive_experiment"]),
        ("remove the schedule kelp-nightly and the pipeline otter-count", ["delete_schedule", "delete_pipeline"]),
        ("otter-2: root cause, count-heads log, then re-attempt that run", ["diagnose_run", "get_run_logs", "retry_run"]),
        (
            "1) experiments? 2) add experiment reef-3 3) one run of otter-count inside pups",
            ["list_experiments", "create_experiment", "run_pipeline"],
        ),
        (
            "for the handover we need an inventory: the pipelines, the experiments, everything that starts by schedule, all buckets",
            ["list_pipelines", "list_experiments", "list_schedules", "list_buckets"],
        ),
        (
            "begin with a summary of the experiment pups, continue with the metrics of otter-1, and close by showing its confusion matrix",
            ["get_experiment", "get_run_metrics", "show_artifact"],
        ),
        (
            "i would need a bucket kelp-raw which keeps older versions. please copy fish.csv into it",
            ["create_bucket", "set_versioning", "copy_object"],
        ),
        ("train otter-count. when it has finished, tell me its metrics", ["run_pipeline", "wait_for_run", "get_run_metrics"]),
        ("diving-rules.md must go, and in its place take in docs/new-rules.md", ["remove_document", "add_documents"]),
        (
            "first say me which parameters has kelp_growth. then schedule kelp-nightly make pause, CountSundays let go again",
            ["get_pipeline", "pause_schedule", "resume_schedule"],
        ),
        ("attic, the whole bucket can go, files and all", ["delete_objects", "delete_bucket"]),
        ("kelp-week-9 status, otter-1 vs otter-2", ["get_run", "compare_runs"]),
        (
            "get rid of: run otter-1, schedule kelp-nightly. archive: run otter-2, experiment pups",
            ["delete_run", "delete_schedule", "archive_run", "archive_experiment"],
        ),
        (
            "i need a bucket kelp-raw. copy fish.csv over from attic, and finish with the new bucket's details",
            ["create_bucket", "copy_object", "get_bucket"],
        ),
        (
            "first the metrics of otter-1, and to end with, let me see the residual_plot artifact",
            ["get_run_metrics", "show_artifact"],
        ),
        ("suspend kelp-nightly, and plan otter-count for each Friday at 16:45", ["pause_schedule", "schedule_pipeline"]),
        ("please list the pipelines for me, and while you're at it the buckets as well", ["list_pipelines", "list_buckets"]),
        ("- log of otter-2\n- retry it", ["get_run_logs", "retry_run"]),
        ("(a) pipelines (b) experiments (c) schedules", ["list_pipelines", "list_experiments", "list_schedules"]),
        ("create a bucket kelp-raw, and once that's done upload data/fish.csv into it", ["create_bucket", "upload_object"]),
        ("when kelp-week-9 is done, compare it with kelp-week-8", ["wait_for_run", "compare_runs"]),
        ("what mae did otter-1 get, and kelp-week-8?", ["get_run_metrics", "get_run_metrics"]),
        ("give me the metrics of otter-1. Same for kelp-week-8.", ["get_run_metrics", "get_run_metrics"]),
        ("throw out everything in attic, then attic itself", ["delete_objects", "delete_bucket"]),
        ("please remove all files in attic and afterwards the bucket as well", ["delete_objects", "delete_bucket"]),
        ("otter-1, kelp-week-8 -> archive; otter-2 -> delete", ["archive_run", "archive_run", "delete_run"]),
        ("kelp_growth and otter-count should both be started", ["run_pipeline", "run_pipeline"]),
        ("CountSundays should not run over christmas, so please pause it", ["pause_schedule"]),
        ("fish.csv in attic: size, first 5 rows, profile", ["get_object_info", "preview_object", "profile_dataset"]),
        ("for fish.csv from attic i want: how large it is; 5 rows of it", ["get_object_info", "preview_object"]),
        ("label attic/fish.csv stage=prod + link please", ["tag_object", "share_object"]),
        ("kelp-nightly off, list schedules", ["pause_schedule", "list_schedules"]),
        ("the log of otter-2, then have it retried", ["get_run_logs", "retry_run"]),
        ("new bucket kelp-raw; data/coral.csv goes there", ["create_bucket", "upload_object"]),
        ("tidy attic a bit. fish.csv can be deleted. when you're through, show me what is left", ["delete_objects", "list_objects"]),
        ("put on hold kelp-nightly; and how do the timers look then?", ["pause_schedule", "list_schedules"]),
        (
            "show me the experiments, the recurring jobs and the documents you've got",
            ["list_experiments", "list_schedules", "list_documents"],
        ),
        ("find out why otter-2 failed, and retry the run afterwards", ["diagnose_run", "retry_run"]),
        ("tidy up: archive run otter-1 and kill the schedule kelp-nightly", ["archive_run", "delete_schedule"]),
        ("the servers are down so pause kelp-nightly; CountSundays may go on again", ["pause_schedule", "resume_schedule"]),
        (
            "kelp-nightly on pause, CountSundays active again, otter-count mondays 05:20",
            ["pause_schedule", "resume_schedule", "schedule_pipeline"],
        ),
        ("give me the size of fish.csv and the first 6 rows of it", ["get_object_info", "preview_object"]),
        ("i would like to see all pipelines and also the five most recent runs", ["list_pipelines", "list_runs"]),
        ("learn docs/new-rules.md, then list what you know now", ["add_documents", "list_documents"]),
        ("put otter-1 in the archive but keep it", ["archive_run"]),
        ("pups: archive that experiment, we're through with it", ["archive_experiment"]),
        (
            "remove CountSundays; otter-1 vs kelp-week-8, then the metrics of the latter",
            ["delete_schedule", "compare_runs", "get_run_metrics"],
        ),
    ],
)
def test_each_thing_that_is_asked_for_is_a_step(planner: Planner, text: str, tools: list[str]) -> None:
    assert [a.tool for a in told(planner, text)] == tools
    steps = planner.steps(text)
    assert planner.steps(";\n".join(steps)) == steps


@pytest.mark.parametrize(
    "text",
    [
        "please explain conditions in pipelines",
        "explain retries to me",
        "what is it 'recurring run' and how it differs from a normal one?",
        "katib early stopping - what is the algorithm called",
        "which argument of dsl.ParallelFor limits how many go at once",
        "can a pipeline call another pipeline",
    ],
)
def test_what_only_the_documents_tell(planner: Planner, text: str) -> None:
    assert [a.tool for a in told(planner, text)] == ["search_docs"]


@pytest.mark.parametrize(
    "text",
    ['maek "0"', 'create "x1"', "make foo-bar", "archive the week run", "i have a file here that is to go into the storage, put it there"],
)
def test_what_is_not_said_is_not_guessed(planner: Planner, text: str) -> None:
    assert not any(a.tool for a in told(planner, text))


@pytest.mark.parametrize("text", ["monthly, on day 1 at 09:00", "on day 1 of every month at 9:00", "every month on the 1st at 9am"])
def test_a_day_of_the_month(planner: Planner, text: str) -> None:
    assert parse(told(planner, f"run otter-count {text}")[0].args["cron"]) == "0 9 1 * *"


def test_working_days_in_brackets(planner: Planner) -> None:
    action = told(planner, "on every working day (Mo-Fr), at quarter past six in the morning, otter-count must go automatically")[0]
    assert parse(action.args["cron"]) == "15 6 * * 1-5"


def test_a_few_words_name_one_of_those_listed(planner: Planner) -> None:
    listed = Memory([Done("list_runs", {}, tuple(Thing("run", e.name) for e in KNOWN["run"]))])
    assert [(a.tool, a.args) for a in told(planner, "let me see week 8", listed)] == [("get_run", {"run": "kelp-week-8"})]


def test_the_step_that_was_spoken_of(planner: Planner) -> None:
    diagnosed = Memory([Done("diagnose_run", {"run": "otter-2"}, (Thing("run", "otter-2"), Thing("step", "count-heads")))])
    assert told(planner, "show me what that step logged", diagnosed)[0].args == {"run": "otter-2", "step": "count-heads"}


@pytest.mark.parametrize("text", ["try it with max_epochs 9", "and now with max_epochs=9", "again, but max_epochs 9"])
def test_the_same_with_another_value(planner: Planner, text: str) -> None:
    ran = Memory([Done("run_pipeline", {"pipeline": "kelp_growth"}, (Thing("run", "kelp-week-8"), Thing("pipeline", "kelp_growth")))])
    assert [(a.tool, a.args["arguments"]) for a in told(planner, text, ran)] == [("run_pipeline", {"max_epochs": 9})]


def test_a_bucket_with_its_files_is_emptied_and_deleted(planner: Planner) -> None:
    seen = Memory([Done("list_objects", {"bucket": "attic"}, (Thing("bucket", "attic"),))])
    actions = told(planner, "all junk. delete that bucket, files included", seen)
    assert [(a.tool, a.args["bucket"]) for a in actions] == [("delete_objects", "attic"), ("delete_bucket", "attic")]


def test_running_a_run_deletes_nothing(planner: Planner) -> None:
    assert [a.tool for a in told(planner, "run otter-1")] == ["retry_run"]


@pytest.mark.parametrize(
    ("text", "cron"),
    [("each day at a quarter to five in the morning", "45 4 * * *"), ("daily at twenty past six", "20 6 * * *")],
)
def test_times_to_and_past_the_hour(planner: Planner, text: str, cron: str) -> None:
    assert parse(told(planner, f"start otter-count {text}")[0].args["cron"]) == cron


def test_one_of_several_is_told_by_who_won(planner: Planner) -> None:
    text = "otter-1 or kelp-week-8, which is better by mae? show me the winner's residual plot and archive the loser"
    assert planner.steps(text)[1:] == ["show me the best run's residual plot", "archive the worst run"]


def test_two_runs_differ_in_what_is_said_of_each(planner: Planner) -> None:
    actions = told(planner, "i'd like two runs of kelp_growth, one with 5 max_epochs, the other with 50")
    assert [a.args["arguments"] for a in actions] == [{"max_epochs": 5}, {"max_epochs": 50}]


def test_each_of_several_goes_on_as_it_began(planner: Planner) -> None:
    failed = Done("list_runs", {"state": "failed"}, (Thing("run", "otter-2"), Thing("run", "otter-1")), now=True)
    first = planner.act("explain each of them", Memory([failed]))
    made = Done(first.tool, first.args, (Thing("run", "otter-2"), Thing("pipeline", "otter-count")), now=True)
    second = planner.act("explain each of them", Memory([failed, made]))
    assert (first.tool, first.args) == ("diagnose_run", {"run": "otter-2"})
    assert (second.tool, second.args) == ("diagnose_run", {"run": "otter-1"})
