"""What the arguments of tools mean: annotated types that carry a kind beside a description.

A `Kind` with `exists=True` names something that is already there: it is resolved against the backend before the tool runs. The others
tell the reader of a sentence (a language model, the built-in planner, a form) what sort of value belongs there.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field


@dataclass(frozen=True)
class Kind:
    """The meaning of an argument."""

    name: str
    exists: bool = False


def existing(kind: str) -> Kind:
    """A name of something that exists; people may say it loosely."""
    return Kind(kind, exists=True)


Pipeline = Annotated[str, existing("pipeline"), Field(description="Name of the pipeline, as the user says it.")]
Run = Annotated[
    str,
    existing("run"),
    Field(
        description="Name or id of the run, as the user says it; 'latest' is the newest of all, 'latest churn' that of the churn pipeline, "
        "'latest failed' or 'last successful churn' the newest in that state."
    ),
]
Experiment = Annotated[str, existing("experiment"), Field(description="Name of an experiment that exists, as the user says it.")]
Schedule = Annotated[str, existing("schedule"), Field(description="Name of the schedule (recurring run).")]
Bucket = Annotated[str, existing("bucket"), Field(description="Name of a bucket that exists, without 's3://' and without a key.")]
Object = Annotated[
    str, existing("object"), Field(description="Key of an object inside the bucket, e.g. 'raw/2024/sales.csv'; its file name is enough.")
]
Objects = Annotated[
    list[Annotated[str, Kind("object")]],
    Field(
        min_length=1,
        max_length=1000,
        description="Which objects: keys ('raw/a.csv'), folders ending in '/' ('tmp/'), or wildcards ('*.tmp'); only what the user named.",
    ),
]

NewName = Annotated[str, Kind("new_name"), Field(min_length=1, max_length=200)]
NewKey = Annotated[str, Kind("new_key"), Field(description="Key for the object, e.g. 'models/v2.pkl'; left out: the file's own name.")]
LocalPath = Annotated[
    str, Kind("path"), Field(description="Path of a file on the user's computer, e.g. 'data/new.csv', not in a bucket.", min_length=1)
]
Document = Annotated[
    str,
    existing("document"),
    Field(description="Name of an indexed document, e.g. 'kfp-guide.pdf' or 'docs/setup.md', as passages and lists give it."),
]
Section = Annotated[
    str, Kind("section"), Field(description="Heading of a section to read, e.g. 'Installation'; of a long one also 'Installation, part 2'.")
]
DocumentPath = Annotated[
    str,
    Kind("path"),
    Field(
        min_length=1,
        description="What to index: a file, a folder or a pattern on the user's computer ('docs/guide.md', 'docs/', 'notes/**/*.md'), "
        "a web address ('https://...'), or objects of a bucket ('minio://bucket/prefix').",
    ),
]
Query = Annotated[str, Kind("query")]
Filter = Annotated[str, Kind("filter"), Field(description="Only those whose name contains this text; leave out to list all.")]
Prefix = Annotated[str, Kind("prefix"), Field(description="Only keys that start with this, e.g. 'raw/2024/'.")]
Rows = Annotated[int, Kind("rows"), Field(ge=1, le=100, description="How many rows or lines to show, if the user said so.")]
Limit = Annotated[int, Kind("limit"), Field(ge=1, le=100, description="How many to list at most.")]
Arguments = Annotated[
    dict[str, Any],
    Kind("arguments"),
    Field(
        description='Values for parameters of the pipeline by name, e.g. {"C": 10}. Only those the user gave; '
        "others keep their default. Parts of names are enough: depth means max_depth where only that fits."
    ),
]
Cron = Annotated[
    str,
    Kind("cron"),
    Field(
        description="When to run: a cron expression of 5 fields (minute hour day month weekday), or words such as 'every Monday at 9:30'."
    ),
]
StepName = Annotated[str, Kind("step"), Field(description="Name of a step of the run; leave out unless the user named one.")]
ArtifactName = Annotated[str, Kind("artifact"), Field(description="Name of an artifact of the run, e.g. 'confusion_matrix'.")]
Metric = Annotated[str, Kind("metric"), Field(description="Name of a metric, e.g. 'accuracy'.")]
Note = Annotated[
    str,
    Kind("note"),
    Field(
        min_length=3,
        max_length=300,
        description="What the user said, in the user's own words and nothing else, e.g. 'my bucket is datasets' or 'always use UTC+2'.",
    ),
]
NoteWords = Annotated[str, Kind("note_words"), Field(min_length=1, description="Words of what was remembered, e.g. 'my bucket'.")]
Pattern = Annotated[str, Kind("pattern"), Field(min_length=1, max_length=500)]
After = Annotated[
    str,
    Kind("after"),
    Field(description="Only to go on with a long list: what the answer before said to pass; otherwise leave out."),
]
Minutes = Annotated[int, Kind("minutes")]
Days = Annotated[int, Kind("days"), Field(ge=1, le=36_500, description="After how many days.")]
Switch = Annotated[bool, Kind("switch"), Field(description="true to turn it on, false to turn it off.")]
VersionId = Annotated[
    str,
    Kind("version"),
    Field(min_length=1, description="Id of the version, from list_object_versions; 'previous' is the one before, or what was deleted."),
]
Column = Annotated[str, Kind("column"), Field(min_length=1, description="Name of a column of the table, as the user says it.")]
ChartKind = Annotated[
    Literal["histogram", "scatter", "line", "bar", "box"],
    Kind("chart"),
    Field(description="Kind of chart, only if the user named one; left out: what fits the columns."),
]
Tags = Annotated[
    dict[str, str],
    Kind("tags"),
    Field(min_length=1, max_length=10, description='Tags by name, e.g. {"owner": "anna"}. Only those the user named.'),
]
PipelineSteps = Kind("pipeline_steps")
RunState = Annotated[
    Literal["pending", "running", "succeeded", "failed", "canceled", "skipped"],
    Kind("state"),
    Field(description="Only runs in this state; leave out for all states."),
]
