"""What the planner gives a tool for what a person says: values of a pipeline's parameters, amounts, times, folders, names of files.

Each line reads: said so, it must come to this. What stands in no line is given by nothing in the text and must not be there.
"""

from typing import Any

import pytest

from swarm.planner.planner import Planner
from swarm.planner.references import Memory
from tests.unit.swarm.planner.names import planner_of
from tools.tool import Entry

PARAMETERS = {
    "amber-delta": {
        "learning_rate": "float", "C": "float", "test_split": "float", "min_support": "float",
        "epochs": "int", "batch_size": "int", "max_depth": "int", "quantile": "int",
        "seasonality": "bool", "early_stopping": "bool",
        "kernel": "str", "optimizer": "str", "columns": "list", "encoding": "",
    },
    "cobalt_echo": {},
    "broken-crown": {"alpha": "float", "Alpha": "int"},
}  # fmt: skip
KNOWN = {
    "pipeline": [Entry("pipeline", name, {"parameters": parameters}) for name, parameters in PARAMETERS.items()],
    "run": [
        Entry("run", name, {"state": state, "pipeline": "amber-delta"})
        for name, state in (("falcon_02", "running"), ("falcon_01", "failed"))
    ],
    "bucket": [Entry("bucket", name) for name in ("harbor-raw", "lagoon", "parquet-dump")],
    "object": [
        Entry("object", key, {"bucket": "lagoon"})
        for key in ("a/nectar.csv", "b/nectar.csv", "onyx.parquet", "line-items.csv", "reports/summer_sales.csv")
    ],
    "schedule": [Entry("schedule", "nightly-amber"), Entry("schedule", "weekly-amber")],
    "document": [Entry("document", "handbook.md")],
    "experiment": [Entry("experiment", "spring-trial")],
}


@pytest.fixture(scope="module")
def planner() -> Planner:
    return planner_of(KNOWN)


def called(planner: Planner, step: str) -> tuple[str | None, dict[str, Any]]:
    action = planner.act(step, Memory())
    return action.tool, dict(action.args)


@pytest.mark.parametrize(
    ("said", "arguments"),
    [
        # every way to say that a value belongs to a name
        ("with learning_rate=0.05", {"learning_rate": 0.05}),
        ("with learning_rate = 0.05", {"learning_rate": 0.05}),
        ("with learning rate: 0.05", {"learning_rate": 0.05}),
        ("with learning rate -> 0.05", {"learning_rate": 0.05}),
        ("with learning rate 0.05", {"learning_rate": 0.05}),
        ("with a learning rate of 0.05", {"learning_rate": 0.05}),
        ("with the learning rate at 0.05", {"learning_rate": 0.05}),
        ("with learning rate equal to 0.05", {"learning_rate": 0.05}),
        ("with learning rate lowered to 0.05", {"learning_rate": 0.05}),
        ("and set the learning rate to 0.05", {"learning_rate": 0.05}),
        ("and the learning rate should be 0.05", {"learning_rate": 0.05}),
        ("with 0.05 as learning rate", {"learning_rate": 0.05}),
        ("with 0.05 as the learning rate", {"learning_rate": 0.05}),
        ("with 0.05 for learning rate", {"learning_rate": 0.05}),
        ("with 5 epochs", {"epochs": 5}),
        ("with 5-epochs", {"epochs": 5}),
        ("for 5 epochs", {"epochs": 5}),
        ("with kernel: linear", {"kernel": "linear"}),
        ("with kernel linear", {"kernel": "linear"}),
        ("with kernel: copy", {"kernel": "copy"}),
        ("with kernel set to linear", {"kernel": "linear"}),
        ("with a linear kernel", {"kernel": "linear"}),
        ("using linear kernel", {"kernel": "linear"}),
        ("with the linear kernel", {"kernel": "linear"}),
        ("with linear as the kernel", {"kernel": "linear"}),
        ("with optimizer being adam", {"optimizer": "adam"}),
        ('with kernel "no trend"', {"kernel": "no trend"}),
        ("with kernel 'no trend'", {"kernel": "no trend"}),
        # a name said otherwise: short, in other cases and orders, in part, with other endings
        ("with lr=0.1", {"learning_rate": 0.1}),
        ("with lr 0.1", {"learning_rate": 0.1}),
        ("with LR of 0.1", {"learning_rate": 0.1}),
        ("with learning-rate 0.1", {"learning_rate": 0.1}),
        ("with LearningRate 0.1", {"learning_rate": 0.1}),
        ("with learn rate 0.1", {"learning_rate": 0.1}),
        ("with a rate of learning of 0.1", {"learning_rate": 0.1}),
        ("with a split for the test of 0.1", {"test_split": 0.1}),
        ("with a depth of 4", {"max_depth": 4}),
        ("with depth=4", {"max_depth": 4}),
        ("with a maximum depth of 4", {"max_depth": 4}),
        ("with minimum support 0.2", {"min_support": 0.2}),
        ("with a batch of 64", {"batch_size": 64}),
        ("with bs 8", {"batch_size": 8}),
        ("with max 4", {"max_depth": 4}),
        ("with es on", {"early_stopping": True}),
        ("with early off", {"early_stopping": False}),
        ("with ep 3", {"epochs": 3}),
        ("with optim=adam", {"optimizer": "adam"}),
        ("with opt of adam", {"optimizer": "adam"}),
        ("with min supp of 0.3", {"min_support": 0.3}),
        ("with foo=3", {"foo": 3}),
        ("with batches of 64", {"batch_size": 64}),
        ("with batch sizes of 64", {"batch_size": 64}),
        ("for 1 epoch", {"epochs": 1}),
        ("as a 5-epoch run", {"epochs": 5}),
        # numbers as people write and say them
        ("with epochs=1,000 and C=2", {"epochs": 1000, "C": 2}),
        ("with epochs=five", {"epochs": 5}),
        ("with test_split=20%", {"test_split": 0.2}),
        ("with batch_size=2k", {"batch_size": 2000}),
        ("with 1,000 epochs", {"epochs": 1000}),
        ("with a batch size of 2k", {"batch_size": 2000}),
        ("with C=-1", {"C": -1}),
        ("with C of -0.5", {"C": -0.5}),
        ("with C .5", {"C": 0.5}),
        ("with C +3", {"C": 3}),
        ("with C 1e-3", {"C": 0.001}),
        ("with a learning rate of 1e-4.", {"learning_rate": 0.0001}),
        ("with a test split of 20%", {"test_split": 0.2}),
        ("with a test split of 20 percent", {"test_split": 0.2}),
        ("with a 20% test split", {"test_split": 0.2}),
        ("with a test split of five percent", {"test_split": 0.05}),
        ("with quantile 90%", {"quantile": 90}),
        ("for two epochs", {"epochs": 2}),
        ("for three epochs", {"epochs": 3}),
        ("for one epoch", {"epochs": 1}),
        ("for twelve epochs", {"epochs": 12}),
        ("for fifteen epochs", {"epochs": 15}),
        ("for eighteen epochs", {"epochs": 18}),
        ("for twenty epochs", {"epochs": 20}),
        ("for twenty-five epochs", {"epochs": 25}),
        ("for forty two epochs", {"epochs": 42}),
        ("for ninety epochs", {"epochs": 90}),
        ("for a hundred epochs", {"epochs": 100}),
        ("for one hundred epochs", {"epochs": 100}),
        ("for two hundred epochs", {"epochs": 200}),
        ("for a dozen epochs", {"epochs": 12}),
        ("with a batch size of sixty-four", {"batch_size": 64}),
        # on and off
        ("with seasonality", {"seasonality": True}),
        ("with seasonality on", {"seasonality": True}),
        ("with seasonality enabled", {"seasonality": True}),
        ("with seasonality set to true", {"seasonality": True}),
        ("with seasonality=yes", {"seasonality": True}),
        ("and turn seasonality on", {"seasonality": True}),
        ("and turn on seasonality", {"seasonality": True}),
        ("and enable the seasonality", {"seasonality": True}),
        ("and use early stopping", {"early_stopping": True}),
        ("without seasonality", {"seasonality": False}),
        ("without any seasonality", {"seasonality": False}),
        ("with no seasonality", {"seasonality": False}),
        ("with seasonality off", {"seasonality": False}),
        ("with seasonality: no", {"seasonality": False}),
        ("with seasonality=False", {"seasonality": False}),
        ("with seasonality=off", {"seasonality": False}),
        ("with seasonality=enabled", {"seasonality": True}),
        ("and never use seasonality", {"seasonality": False}),
        ("and disable early stopping", {"early_stopping": False}),
        ("and skip early stopping", {"early_stopping": False}),
        ("with seasonality left out", {"seasonality": False}),
        ("and seasonality should be ignored", {"seasonality": False}),
        ("and seasonality is not included", {"seasonality": False}),
        # text stays as it is written
        ("with kernel=1.10", {"kernel": "1.10"}),
        ("with kernel 1.10", {"kernel": "1.10"}),
        ("with kernel=no", {"kernel": "no"}),
        ("with kernel 20%", {"kernel": "20%"}),
        # lists and quoted text
        ("with columns=[1, 2]", {"columns": [1, 2]}),
        ('with columns: ["a", "b"]', {"columns": ["a", "b"]}),
        ('with kernel="rbf"', {"kernel": "rbf"}),
        # a parameter whose type is not known takes what is there
        ("with encoding utf8", {"encoding": "utf8"}),
        ("with encoding 8", {"encoding": 8}),
        # several at once
        ("with C=2, lr 0.1 and five epochs", {"C": 2, "learning_rate": 0.1, "epochs": 5}),
        ("with kernel linear, seasonality off and a depth of 3", {"kernel": "linear", "seasonality": False, "max_depth": 3}),
        ("with adam as optimizer and no early stopping", {"optimizer": "adam", "early_stopping": False}),
        ("with C=2 and C=3", {"C": 3}),
        # beside when it is to run, and names within names
        ("every 5 epochs", {"epochs": 5}),
        ("with max-depth-4", {}),
        ("with depth-of-field 4", {}),
        ("with falcon-epochs 5", {}),
        ("with epochs-old 5", {}),
        ("with d 3", {}),
        ("with epochs 1/2", {}),
        ("with epochs 5min", {}),
        ("with the epochs. 5 of them", {}),
        ("with batch size 8, depth 4", {"batch_size": 8, "max_depth": 4}),
        # what is not set
        ("with a size of 3", {"batch_size": 3}),
        ("with the kernel", {}),
        ("with kernel and optimizer", {}),
        ("with the usual optimizer", {}),
        ("with optimizer run", {}),
        ("with optimizer to 5", {"optimizer": "5"}),
        ("with depth the 5", {}),
        ("in experiment spring-trial", {}),
        ("with c 3", {}),
    ],
)  # fmt: skip
def test_parameters_take_the_values_that_are_said(planner: Planner, said: str, arguments: dict[str, Any]) -> None:
    tool, args = called(planner, f"run amber-delta {said}")
    assert tool == "run_pipeline"
    assert args["pipeline"] == "amber-delta"
    given = args.get("arguments", {})
    assert given == arguments
    assert {name: type(value) for name, value in given.items()} == {name: type(value) for name, value in arguments.items()}


@pytest.mark.parametrize(
    ("step", "tool", "args"),
    [
        # of two names that differ in case alone, the one that is spelt so
        ("run broken-crown with alpha 0.5", "run_pipeline", {"arguments": {"alpha": 0.5}}),
        ("run broken-crown with alpha=0.5 and Alpha=3", "run_pipeline", {"arguments": {"alpha": 0.5, "Alpha": 3}}),
        # rows
        ("show the first 5 rows of onyx.parquet", "preview_object", {"rows": 5}),
        ("show the first five rows of onyx.parquet", "preview_object", {"rows": 5}),
        ("show me 20 lines of onyx.parquet", "preview_object", {"rows": 20}),
        ("show twenty lines of onyx.parquet", "preview_object", {"rows": 20}),
        ("preview the top three records of onyx.parquet", "preview_object", {"rows": 3}),
        ("preview a dozen rows of onyx.parquet", "preview_object", {"rows": 12}),
        ("preview seven sample rows of onyx.parquet", "preview_object", {"rows": 7}),
        ("head -n 8 onyx.parquet", "preview_object", {"rows": 8}),
        ("head -4 onyx.parquet", "preview_object", {"rows": 4}),
        ("preview nine rows of onyx.parquet", "preview_object", {"rows": 9}),
        ("preview fifteen rows of onyx.parquet", "preview_object", {"rows": 15}),
        ("preview a hundred rows of onyx.parquet", "preview_object", {"rows": 100}),
        ("preview onyx.parquet", "preview_object", {"rows": None}),
        # how many to list
        ("list the last 5 runs", "list_runs", {"limit": 5}),
        ("list the last five runs", "list_runs", {"limit": 5}),
        ("list the two most recent runs", "list_runs", {"limit": 2}),
        ("list the four latest failed runs", "list_runs", {"limit": 4, "state": "failed"}),
        ("which run failed last?", "list_runs", {"limit": 1, "state": "failed"}),
        ("what job ran most recently?", "list_runs", {"limit": 1}),
        ("list all runs", "list_runs", {"limit": None, "state": None}),
        ("list 7 newest runs", "list_runs", {"limit": 7}),
        ("list the last 12 runs of amber-delta", "list_runs", {"limit": 12, "pipeline": "amber-delta"}),
        # states, but not in names
        ("list the crashed runs", "list_runs", {"state": "failed"}),
        ("list runs that are still running", "list_runs", {"state": "running"}),
        ("list the runs of amber-delta that finished", "list_runs", {"state": "succeeded", "pipeline": "amber-delta"}),
        ("list the queued runs in spring-trial", "list_runs", {"state": "pending", "experiment": "spring-trial"}),
        ("list the runs of broken-crown", "list_runs", {"state": None, "pipeline": "broken-crown"}),
        # folders
        ("list the files in lagoon/reports/2024", "list_objects", {"bucket": "lagoon", "prefix": "reports/2024"}),
        ("list the files in reports/2024/ of lagoon", "list_objects", {"bucket": "lagoon", "prefix": "reports/2024/"}),
        ("list the files in lagoon under reports", "list_objects", {"bucket": "lagoon", "prefix": "reports"}),
        ("list the files in the folder reports of lagoon", "list_objects", {"bucket": "lagoon", "prefix": "reports"}),
        ("list the files in the reports folder of lagoon", "list_objects", {"bucket": "lagoon", "prefix": "reports"}),
        ("list the files in lagoon starting with rep", "list_objects", {"bucket": "lagoon", "prefix": "rep"}),
        ("list the files in lagoon under archive", "list_objects", {"bucket": "lagoon", "prefix": "archive"}),
        ('list the files in lagoon with the prefix "reports/q1"', "list_objects", {"bucket": "lagoon", "prefix": "reports/q1"}),
        ("list the files in lagoon/reports.", "list_objects", {"bucket": "lagoon", "prefix": "reports"}),
        ("list the files in lagoon", "list_objects", {"bucket": "lagoon", "prefix": None}),
        ("list the files in the folder called lagoon", "list_objects", {"bucket": "lagoon", "prefix": None}),
        ("list the files in lagoon in a folder named logs", "list_objects", {"bucket": "lagoon", "prefix": "logs"}),
        ("list the files in lagoon whose folder is called logs", "list_objects", {"bucket": "lagoon", "prefix": "logs"}),
        ("list the contents of lagoon/", "list_objects", {"bucket": "lagoon", "prefix": None}),
        # days and minutes
        ("expire objects in lagoon after 30 days", "expire_objects", {"bucket": "lagoon", "days": 30}),
        ("expire objects under tmp/ in lagoon after two weeks", "expire_objects", {"bucket": "lagoon", "days": 14, "prefix": "tmp/"}),
        ("delete objects in lagoon automatically after three months", "expire_objects", {"days": 90}),
        ("expire objects in lagoon after 12 hours", "expire_objects", {"days": 1}),
        ("expire objects in lagoon after 36 hours", "expire_objects", {"days": 2}),
        ("expire objects in lagoon after half a day", "expire_objects", {"days": 1}),
        ("expire objects in lagoon after a year", "expire_objects", {"days": 365}),
        ("share onyx.parquet for 30 minutes", "share_object", {"expires_minutes": 30}),
        ("share onyx.parquet for two hours", "share_object", {"expires_minutes": 120}),
        ("share onyx.parquet for half an hour", "share_object", {"expires_minutes": 30}),
        ("share onyx.parquet for an hour and a half", "share_object", {"expires_minutes": 90}),
        ("share onyx.parquet for 1.5 hours", "share_object", {"expires_minutes": 90}),
        ("share onyx.parquet for a quarter of an hour", "share_object", {"expires_minutes": 15}),
        ("share onyx.parquet for eighteen hours", "share_object", {"expires_minutes": 1080}),
        ("share onyx.parquet for fifty minutes", "share_object", {"expires_minutes": 50}),
        ("share onyx.parquet for forty-five minutes", "share_object", {"expires_minutes": 45}),
        ("share onyx.parquet for two and a half hours", "share_object", {"expires_minutes": 150}),
        ("share onyx.parquet for a couple of hours", "share_object", {"expires_minutes": 120}),
        ("share onyx.parquet for a few hours", "share_object", {"expires_minutes": 180}),
        ("share onyx.parquet overnight", "share_object", {"expires_minutes": 720}),
        ("share onyx.parquet for a fortnight", "share_object", {"expires_minutes": 20160}),
        ("share onyx.parquet for a day", "share_object", {"expires_minutes": 1440}),
        ("share onyx.parquet", "share_object", {"expires_minutes": None}),
        # on, off, kept
        ("turn on versioning for lagoon", "set_versioning", {"bucket": "lagoon", "enabled": True}),
        ("enable versioning on lagoon", "set_versioning", {"bucket": "lagoon", "enabled": True}),
        ("turn versioning of lagoon off", "set_versioning", {"bucket": "lagoon", "enabled": False}),
        ("disable versioning on lagoon", "set_versioning", {"bucket": "lagoon", "enabled": False}),
        ("stop versioning lagoon", "set_versioning", {"bucket": "lagoon", "enabled": False}),
        ("no versions are kept now, turn versioning on for lagoon", "set_versioning", {"enabled": True}),
        ("versioning is not on, please enable versioning on lagoon", "set_versioning", {"enabled": True}),
        ("disable versioning on lagoon, its versions are too many", "set_versioning", {"enabled": False}),
        ("turn on versioning for lagoon so that no file is lost", "set_versioning", {"enabled": True}),
        ("enable versioning on lagoon, nothing must be overwritten", "set_versioning", {"enabled": True}),
        ("we do not need old files. switch versioning on for lagoon", "set_versioning", {"enabled": True}),
        # tags
        ("label onyx.parquet as checked yes", "tag_object", {"tags": {"checked": "yes"}}),
        ("tag onyx.parquet with team=core", "tag_object", {"tags": {"team": "core"}}),
        ("tag onyx.parquet with team=core, stage='test'", "tag_object", {"tags": {"team": "core", "stage": "test"}}),
        ("tag onyx.parquet with team: core and stage: test", "tag_object", {"tags": {"team": "core", "stage": "test"}}),
        ("tag onyx.parquet with the team set to core", "tag_object", {"tags": {"team": "core"}}),
        ("tag onyx.parquet with team core", "tag_object", {"tags": {"team": "core"}}),
        ("add the tag team=core to onyx.parquet", "tag_object", {"tags": {"team": "core"}}),
        # charts
        ("plot price against size from onyx.parquet", "plot_dataset", {"x": "size", "y": "price"}),
        ("plot price vs size from onyx.parquet", "plot_dataset", {"x": "size", "y": "price"}),
        ("draw price over the year from onyx.parquet as a line", "plot_dataset", {"x": "year", "y": "price", "kind": "line"}),
        ("show a histogram of price in onyx.parquet", "plot_dataset", {"x": "price", "y": None, "kind": "histogram"}),
        ("make a scatter plot of price and size from onyx.parquet", "plot_dataset", {"x": "price", "y": "size", "kind": "scatter"}),
        ("draw a box plot of the column price of onyx.parquet", "plot_dataset", {"x": "price", "kind": "box"}),
        ("draw a bar chart of price by size from onyx.parquet", "plot_dataset", {"x": "size", "y": "price", "kind": "bar"}),
        ("draw a chart of price grouped by size from onyx.parquet", "plot_dataset", {"x": "price", "y": "size", "kind": None}),
        ("plot the price in onyx.parquet as bars", "plot_dataset", {"x": "price", "y": None, "kind": "bar"}),
        ("plot bar_count against line_no from onyx.parquet", "plot_dataset", {"x": "line_no", "y": "bar_count", "kind": None}),
        ("plot the price of line-items.csv", "plot_dataset", {"x": "price", "kind": None}),
        # versions
        ("restore version 3a7f of onyx.parquet", "restore_object_version", {"version_id": "3a7f"}),
        ("restore version id 'abc-123' of onyx.parquet", "restore_object_version", {"version_id": "abc-123"}),
        ("restore onyx.parquet to revision deadbeef.", "restore_object_version", {"version_id": "deadbeef"}),
        ("restore the previous version of onyx.parquet", "restore_object_version", {"version_id": "previous"}),
        ("bring back the version before of onyx.parquet", "restore_object_version", {"version_id": "previous"}),
        # what files are called
        ("find *.csv", "find_objects", {"pattern": "*.csv"}),
        ("find reports/*2024* in lagoon", "find_objects", {"pattern": "reports/*2024*", "bucket": "lagoon"}),
        ("where is the file budget.xlsx?", "find_objects", {"pattern": "budget.xlsx"}),
        ("find all csv files", "find_objects", {"pattern": "*.csv"}),
        ("find the CSVs in lagoon", "find_objects", {"pattern": "*.csv", "bucket": "lagoon"}),
        ("find report-* in lagoon", "find_objects", {"pattern": "report-*", "bucket": "lagoon"}),
        ("find lagoon/*.csv", "find_objects", {"pattern": "*.csv", "bucket": "lagoon"}),
        ("find lagoon/old/budget.xlsx", "find_objects", {"pattern": "old/budget.xlsx", "bucket": "lagoon"}),
        ("find pickle files", "find_objects", {"pattern": "*.pkl"}),
        ("find parquet files in parquet-dump", "find_objects", {"pattern": "*.parquet", "bucket": "parquet-dump"}),
        ("find pdf reports about sales", "find_objects", {"pattern": "reports sales pdf"}),
        ("find anything in lagoon ending in csv", "find_objects", {"pattern": "*.csv"}),
        ("find files containing 'summer'", "find_objects", {"pattern": "summer"}),
        ("find the summer sales files", "find_objects", {"pattern": "summer sales"}),
        ("find the summer csv files", "find_objects", {"pattern": "summer csv"}),
        ("find everything about nectar in lagoon", "find_objects", {"pattern": "nectar", "bucket": "lagoon"}),
        # parts of names
        ("list pipelines containing amber in the name", "list_pipelines", {"query": "amber"}),
        ("list pipelines whose name contains 'cob'", "list_pipelines", {"query": "cob"}),
        ("which pipelines have names starting with co?", "list_pipelines", {"query": "co"}),
        ("list all pipelines", "list_pipelines", {"query": None}),
        # sections of documents
        ("read the section about retries of handbook.md", "read_document", {"source": "handbook.md", "section": "retries"}),
        ('read the chapter "First steps" in handbook.md', "read_document", {"source": "handbook.md", "section": "First steps"}),
        ("read handbook.md", "read_document", {"source": "handbook.md", "section": None}),
        # questions for the documents, without that they are asked
        ("what do the docs say about retries?", "search_docs", {"query": "retries?"}),
        ("search the docs for cache rules", "search_docs", {"query": "cache rules"}),
        ("according to the docs, how are runs retried?", "search_docs", {"query": "how are runs retried?"}),
        ("how are runs retried? check the docs", "search_docs", {"query": "how are runs retried?"}),
        # notes, without the asking
        ("please remember that the lagoon is shared.", "remember_note", {"note": "the lagoon is shared"}),
        ("keep in mind that falcon is dear", "remember_note", {"note": "falcon is dear"}),
        ("forget the note about the lagoon", "forget_note", {"words": "the lagoon"}),
        # lists of runs and metrics, steps
        ("compare falcon_01 and falcon_02 by accuracy", "compare_runs", {"runs": ["falcon_01", "falcon_02"], "metrics": ["accuracy"]}),
        ("show the logs of the train step of falcon_01", "get_run_logs", {"run": "falcon_01", "step": "train"}),
        ("delete onyx.parquet from lagoon", "delete_objects", {"bucket": "lagoon", "keys": ["onyx.parquet"]}),
        # when
        ("run amber-delta every day at 7 with C=2", "schedule_pipeline", {"cron": "every day at 7", "arguments": {"C": 2}}),
        ("run amber-delta every monday at half past 9", "schedule_pipeline", {"cron": "every monday at 9:30"}),
        ("run amber-delta every forty-five minutes", "schedule_pipeline", {"cron": "every 45 minutes"}),
        ("run amber-delta every couple of hours", "schedule_pipeline", {"cron": "every 2 hours"}),
        ("run amber-delta every day at twenty past seven", "schedule_pipeline", {"cron": "every day at 7:20"}),
        ("schedule amber-delta on 0 7 * * 1", "schedule_pipeline", {"cron": "0 7 * * 1", "arguments": None}),
    ],
)
def test_arguments_are_what_is_said(planner: Planner, step: str, tool: str, args: dict[str, Any]) -> None:
    chosen, given = called(planner, step)
    assert (chosen, {name: given.get(name) for name in args}) == (tool, args)


@pytest.mark.parametrize(
    "step",
    ["expire objects in lagoon after 11 hours", "tag onyx.parquet", "plot onyx.parquet"],
)
def test_what_must_be_said_and_is_not_is_asked_for(planner: Planner, step: str) -> None:
    assert planner.act(step, Memory()).question
