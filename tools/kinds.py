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


Pipeline = Annotated[str, existing("pipeline"), Field(description="Name of a pipeline, as the user says it.")]
Run = Annotated[str, existing("run"), Field(description="Name or id of a run, or 'latest' for the newest one.")]
Experiment = Annotated[str, existing("experiment"), Field(description="Name of an experiment.")]
Schedule = Annotated[str, existing("schedule"), Field(description="Name of a schedule (recurring run).")]
Bucket = Annotated[str, existing("bucket"), Field(description="Name of a bucket.")]
Object = Annotated[str, existing("object"), Field(description="Key of an object inside the bucket, e.g. 'raw/2024/sales.csv'.")]

NewName = Annotated[str, Kind("new_name"), Field(min_length=1, max_length=200)]
NewKey = Annotated[str, Kind("new_key"), Field(description="Key inside the bucket; default: the file's own name.")]
LocalPath = Annotated[str, Kind("path"), Field(description="Path of a local file.", min_length=1)]
Query = Annotated[str, Kind("query")]
Filter = Annotated[str, Kind("filter"), Field(description="Only those whose name contains this text.")]
Prefix = Annotated[str, Kind("prefix"), Field(description="Only keys that start with this, e.g. 'raw/2024/'.")]
Rows = Annotated[int, Kind("rows"), Field(ge=1, le=100, description="How many rows to show.")]
Limit = Annotated[int, Kind("limit"), Field(ge=1, le=100, description="How many to list at most.")]
Arguments = Annotated[
    dict[str, Any], Kind("arguments"), Field(description='Pipeline arguments by parameter name, e.g. {"C": 10}. Only those the user named.')
]
RunState = Annotated[
    Literal["pending", "running", "succeeded", "failed", "canceled", "skipped"],
    Kind("state"),
    Field(description="Only runs in this state."),
]
