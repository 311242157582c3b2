"""One turn of a conversation as a front-end shows it: what was said, what was done, what was answered."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from swarm.reply import (
    AnswerDelta,
    Approval,
    Event,
    Finished,
    PlanStep,
    PlanUpdated,
    Reply,
    Step,
    StepFinished,
    StepProgress,
    StepStarted,
)
from tools.result import Artifact, Source

Verdict = Literal["approve", "reject", "edit"]
STEP = ("state", "step", "took")
"""What is shown of each step of a run."""


@dataclass
class Call:
    """A tool call; `step` is there once it has ended, `note` is the last it said while working."""

    id: str
    agent: str
    tool: str
    args: dict[str, Any]
    note: str = ""
    step: Step | None = None
    artifacts: list[Artifact] = field(default_factory=list)


@dataclass
class Request:
    """A request for a decision; `verdict` is there once a person has decided."""

    approval: Approval
    verdict: Verdict | None = None
    wanted: Mapping[str, Any] | None = None
    """The arguments that a person last wanted instead."""


@dataclass
class Turn:
    """Grows with the events of the turn."""

    said: str
    parts: list[Call | Request] = field(default_factory=list)
    plan: list[PlanStep] = field(default_factory=list)
    answer: str = ""
    sources: list[Source] = field(default_factory=list)
    running: bool = True
    failed: bool = False
    notice: str = ""
    """A sentence of the front-end itself: what was refused, or that the turn was stopped."""
    news: list[str] = field(default_factory=list)
    """What watches reported after this turn, as Markdown."""
    _delivered: list[Artifact] = field(default_factory=list)

    @classmethod
    def told(cls, said: str, reply: Reply | None) -> "Turn":
        """A turn of the past, from the message and the reply that the conversation's store kept."""
        turn = cls(said)
        if reply is None:
            turn.end("This turn was cut short before it was answered.")
            return turn
        turn.parts = [Call(step.id, step.agent, step.tool, step.args, step=step) for step in reply.steps]
        turn.apply(Finished(reply=reply))
        return turn

    def apply(self, event: Event) -> None:
        """Take in what happened."""
        match event:
            case PlanUpdated():
                self.plan = event.steps
            case StepStarted():
                self.answer = ""
                self._call(event.id, event.agent, event.tool, event.args)
            case StepProgress():
                for part in self.parts:
                    if isinstance(part, Call) and part.id == event.id:
                        part.note = event.text
            case StepFinished():
                call = self._call(event.id, event.step.agent, event.step.tool, event.step.args)
                call.step, call.artifacts = event.step, event.artifacts
            case AnswerDelta():
                self.answer += event.text
            case Finished():
                self._finish(event.reply)

    def wait(self, approval: Approval) -> None:
        """Wait for a decision, unless the turn does so already."""
        self.running, self.answer = False, ""
        if self.waiting is None or self.waiting.approval.id != approval.id:
            self.parts.append(Request(approval))

    def end(self, notice: str, failed: bool = False) -> None:
        """End the turn with a sentence of the front-end's own."""
        self.running, self.notice, self.failed = False, notice, failed

    @property
    def waiting(self) -> Request | None:
        """The request that nobody has decided yet."""
        return next((p for p in reversed(self.parts) if isinstance(p, Request) and p.verdict is None), None)

    @property
    def artifacts(self) -> list[Artifact]:
        """All there is to draw, in order; of several cards of one run the last."""
        found = self._delivered or [a for p in self.parts if isinstance(p, Call) for a in p.artifacts]
        last = {a.data.get("run_id"): a for a in found if a.kind == "run"}
        return [a for a in found if a.kind != "run" or last[a.data.get("run_id")] is a]

    @property
    def drawings(self) -> list[Artifact]:
        """The same without the tables that the answer shows in full."""
        return [a for a in self.artifacts if a.kind != "table" or not in_answer(a, self.answer)]

    def _call(self, call_id: str, agent: str, tool: str, args: dict[str, Any]) -> Call:
        """The call of this id, which is new when nothing was heard of it before."""
        for part in self.parts:
            if isinstance(part, Call) and part.id == call_id:
                part.args = args
                return part
        call = Call(call_id, agent, tool, args)
        self.parts.append(call)
        return call

    def _finish(self, reply: Reply) -> None:
        if reply.approval is not None:
            self.wait(reply.approval)
            if reply.approval.preview not in reply.answer:
                self.answer = reply.answer  # something else was said while the approval waits
            return
        self.running, self.failed = False, reply.status == "failed"
        self.answer, self.sources, self._delivered = reply.answer, reply.sources, reply.artifacts


def in_answer(artifact: Artifact, answer: str) -> bool:
    """Whether a table of the answer is as large as the artifact: a table, or a run with its steps."""
    rows, columns = len(artifact.data.get("rows") or artifact.data.get("steps", [])), len(artifact.data.get("columns", STEP))
    return any(len(lines) - 2 >= rows and lines[0].replace("\\|", "").count("|") - 1 >= columns for lines in _tables(answer))


def _tables(answer: str) -> list[list[str]]:
    """The lines of each Markdown table."""
    blocks = re.findall(r"(?:^\|.*\|[ \t]*$\n?)+", answer, re.M)
    return [block.splitlines() for block in blocks]
