"""What a conversation answers: the reply, its parts, and the events on the way to it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from tools.result import Artifact, Effect, ErrorCode, Source

Status = Literal["done", "needs_approval", "needs_input", "failed"]


class Step(BaseModel):
    """One tool call of a turn."""

    id: str
    agent: str
    tool: str
    args: dict[str, Any]
    effect: Effect
    status: Literal["ok", "no_data", "error", "rejected"]
    code: ErrorCode | None = None
    ms: int


class Approval(BaseModel):
    """A call that waits for a person's decision. Bound to exactly these arguments, usable once."""

    id: str
    agent: str
    tool: str
    args: dict[str, Any]
    effect: Effect
    preview: str
    expires_at: str
    """RFC 3339, UTC."""


class Usage(BaseModel):
    """What the turn cost."""

    model_calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


class Reply(BaseModel):
    """The answer to one message."""

    session: str
    answer: str
    status: Status
    steps: list[Step] = Field(default_factory=list)
    approval: Approval | None = None
    artifacts: list[Artifact] = Field(default_factory=list)
    sources: list[Source] = Field(default_factory=list)
    usage: Usage = Field(default_factory=Usage)


class PlanStep(BaseModel):
    """One step of a plan: what is to be done, by which agent once that is known."""

    text: str
    agent: str = ""
    state: Literal["pending", "running", "done", "failed", "asked"] = "pending"


class PlanUpdated(BaseModel):
    """The plan of a turn that takes several steps: all of it, each time something changes."""

    type: Literal["plan_updated"] = "plan_updated"
    steps: list[PlanStep]


class StepStarted(BaseModel):
    """A tool begins to work."""

    type: Literal["step_started"] = "step_started"
    id: str
    agent: str
    tool: str
    args: dict[str, Any]


class StepProgress(BaseModel):
    """A tool says what it is doing."""

    type: Literal["step_progress"] = "step_progress"
    id: str
    text: str


class StepFinished(BaseModel):
    """A tool has answered; `artifacts` can be drawn at once."""

    type: Literal["step_finished"] = "step_finished"
    id: str
    step: Step
    artifacts: list[Artifact] = Field(default_factory=list)


class AnswerDelta(BaseModel):
    """A piece of the answer as the model writes it. The reply's answer replaces them all."""

    type: Literal["answer_delta"] = "answer_delta"
    text: str


class Finished(BaseModel):
    """The turn is over, or waits for a decision."""

    type: Literal["finished"] = "finished"
    reply: Reply


Event = Annotated[PlanUpdated | StepStarted | StepProgress | StepFinished | AnswerDelta | Finished, Field(discriminator="type")]
