"""What a turn is played with: for whom, with which rights, and how much it may cost."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from langchain_core.messages import AIMessage

from swarm.facts import Facts
from swarm.permissions import Permissions
from swarm.reply import Usage
from swarm.telemetry import Measured
from tools.speaker import Speaker

ASIDE = "\x1faside"
"""Ends the name of the thread on which is said what is said beside a session's open approval."""
ApproveMode = Literal["ask", "apart", "all", "none"]
"""What happens to calls that need an approval. `apart` asks too, but takes no approval in words: for callers that may be a model."""


@dataclass(frozen=True)
class Limits:
    """Where a turn stops, whatever a model would still like to do."""

    steps: int = 40
    """Model calls."""
    tokens: int = 200_000
    """Tokens sent and received."""
    seconds: float = 900.0
    """From its begin to its reply, without the time that approvals wait."""


@dataclass
class Mandate:
    """Goes through all of a turn; parallel branches spend from the same purse."""

    session: str
    user: str
    permissions: Permissions
    approve: ApproveMode = "ask"
    limits: Limits = field(default_factory=Limits)
    spent: Usage = field(default_factory=Usage)
    begun: float = field(default_factory=time.monotonic)
    aloud: bool = True
    """Whether somebody reads the answer while it is written."""
    facts: Facts = field(default_factory=Facts)
    mask: Callable[[Any], Any] = field(default=lambda data: data)
    """Takes the secrets out of texts, plain data and models, for this conversation."""
    measured: Measured | None = None
    """The turn as telemetry sees it."""

    @property
    def conversation(self) -> str:
        """The session that the user knows, also for what is said beside it."""
        return self.session.removesuffix(ASIDE)

    @property
    def speaker(self) -> Speaker:
        """Whom tools work for."""
        return Speaker(self.user, self.conversation)

    @property
    def trace(self) -> str:
        """Identifies the turn in traces and in the audit log."""
        return self.measured.trace if self.measured else ""

    def denial(self, what: str) -> str:
        """Why something may not be done at present, in words for a person."""
        if self.session.endswith(ASIDE):
            return f"Nothing else is begun before your decision: {what}"
        return f"Your role ({self.permissions.role}) may not do this: {what}"

    @property
    def seconds_left(self) -> float:
        """Time until the turn must have ended."""
        return self.limits.seconds - (time.monotonic() - self.begun)

    def spend(self, message: AIMessage) -> None:
        """Count what an answer of a model cost."""
        used = message.usage_metadata
        self.spent.model_calls += 1
        self.spent.prompt_tokens += used["input_tokens"] if used else 0
        self.spent.completion_tokens += used["output_tokens"] if used else 0

    def exhausted(self) -> str | None:
        """Why no model may be asked any more, in words for a person."""
        tokens = self.spent.prompt_tokens + self.spent.completion_tokens
        if self.spent.model_calls >= self.limits.steps:
            return f"I stopped after {self.spent.model_calls} rounds of thinking, the limit of one turn (SWARM_TURN_STEPS)."
        if tokens >= self.limits.tokens:
            return f"I stopped because this turn used {tokens:,} tokens; {self.limits.tokens:,} are allowed (SWARM_TURN_TOKENS)."
        if self.seconds_left <= 0:
            return self.out_of_time
        return None

    @property
    def out_of_time(self) -> str:
        """What is said when the time is up."""
        return f"I stopped because this turn took longer than {self.limits.seconds:g} seconds (SWARM_TURN_SECONDS)."
