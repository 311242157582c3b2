"""What a tool answers: one result type, a closed set of errors, and typed things to draw."""

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, Field

Effect = Literal["read", "write", "destroy"]


class ErrorCode(StrEnum):
    """Every way a tool can fail, named by who must act."""

    INVALID_ARGUMENT = "INVALID_ARGUMENT"
    """The caller rephrases: a value has the wrong type or is out of range."""
    NOT_FOUND = "NOT_FOUND"
    """The caller rephrases: no such thing; the message lists the nearest names."""
    AMBIGUOUS = "AMBIGUOUS"
    """The caller rephrases: several things fit; the message lists them."""
    CONFLICT = "CONFLICT"
    """It exists already, or its state does not allow this."""
    PERMISSION_DENIED = "PERMISSION_DENIED"
    """The user or the credentials may not do this."""
    UNSUPPORTED = "UNSUPPORTED"
    """This backend cannot do it."""
    UNAVAILABLE = "UNAVAILABLE"
    """A backend does not answer; the message names its endpoint and what to check."""
    TIMEOUT = "TIMEOUT"
    """It took longer than allowed."""
    CANCELED = "CANCELED"
    """A person stopped it."""
    INTERNAL = "INTERNAL"
    """A defect of this program; the message carries an id that the log explains."""


class ToolError(Exception):
    """Raised inside a tool to end it with one error of the closed set.

    Attributes:
        code: which error.
        message: for a person: what happened, to what, and what to do next.
        names: valid or nearest names, most likely first, when a name was the trouble.
    """

    def __init__(self, code: ErrorCode, message: str, names: list[str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.names = names or []


class Artifact(BaseModel):
    """A typed thing that a front-end draws.

    `data` by kind:
    table `{columns: [str], rows: [[value]], total?: int}`;
    chart: a plotly figure as JSON;
    image `{media_type, base64}`;
    html `{html}`, untrusted, to be sandboxed;
    file `{name, path | url, bytes?}`;
    run `{run_id, name, pipeline, state, steps: [{name, state, seconds}]}`;
    diff `{before, after, changes: [{name, before, after}]}`.
    """

    kind: Literal["table", "chart", "image", "html", "file", "run", "diff"]
    title: str
    data: dict[str, Any]


class Source(BaseModel):
    """A passage that supports a documentation answer; `[n]` in the text refers to it."""

    n: int
    title: str
    section: str
    uri: str
    text: str = ""


class Subject(BaseModel):
    """Something a result is about, so that "it" and "the failed one" can be understood later."""

    kind: str
    name: str
    bucket: str | None = None
    """For an object: the bucket that holds it."""
    standing: Literal["best", "worst"] | None = None
    """Among the runs of a comparison: the one that is better than all others, or worse."""


class ToolResult(BaseModel):
    """Both halves of a tool's answer.

    Attributes:
        status: `ok`, `no_data` (nothing there, which is no error) or `error`.
        content: short Markdown for the model, its first line a sentence that answers; about 600 tokens at the most.
        artifacts: data for the front-ends, never shown to the model.
        subjects: what the result is about, the most important first.
    """

    status: Literal["ok", "no_data", "error"] = "ok"
    content: str
    code: ErrorCode | None = None
    artifacts: list[Artifact] = Field(default_factory=list)
    sources: list[Source] = Field(default_factory=list)
    subjects: list[Subject] = Field(default_factory=list)
    choices: list[str] = Field(default_factory=list)
    """For AMBIGUOUS and NOT_FOUND: the names to choose from."""

    @classmethod
    def no_data(cls, content: str) -> "ToolResult":
        """An empty answer: say what was looked for and where."""
        return cls(status="no_data", content=content)

    @classmethod
    def failed(cls, error: ToolError) -> "ToolResult":
        """The answer for an error of the closed set."""
        return cls(status="error", code=error.code, content=f"{error.code}: {error.message}", choices=error.names)
