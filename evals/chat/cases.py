"""The cases of a file: what is said, which calls must follow, which must not."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from agents.registry import find_agents
from evals.errors import EvalError
from evals.worlds.description import problems
from tools.tool import Tool

FOLLOW_UP, CLARIFY = "followup", "clarify"


class Expected(BaseModel):
    """A call that must be made; empty arguments are free, others may be given besides."""

    tool: str
    args: dict[str, Any] = Field(default_factory=dict)


class Case(BaseModel):
    """One conversation: its turns, and what must and must not come of them."""

    model_config = ConfigDict(extra="ignore")

    id: str
    kind: str
    world: str = ""
    turns: list[str] = Field(min_length=1)
    expect: list[Expected] = Field(default_factory=list)
    forbid: list[str] = Field(default_factory=list)
    answer_has: list[str] = Field(default_factory=list)
    note: str = ""
    refuse: list[int] = Field(default_factory=list)
    """Turns, counted from 1, in which the user refuses what needs an approval."""
    holds: list[Expected] = Field(default_factory=list)
    """Effects that must have come true in the end, whichever calls brought them about; arguments in full."""
    holds_not: list[Expected] = Field(default_factory=list)
    """Effects that must not."""
    goal: str = ""
    """What the user wants, for a simulated one."""

    @field_validator("kind")
    @classmethod
    def _plain(cls, value: str) -> str:
        return value.lower().replace("-", "").replace("_", "").replace(" ", "")

    @field_validator("turns")
    @classmethod
    def _said(cls, value: list[str]) -> list[str]:
        if any(not turn.strip() for turn in value):
            raise ValueError("a turn is empty")
        return value


def known_tools() -> dict[str, Tool]:
    """All tools of the agents that are installed, by name."""
    return {name: tool for agent in find_agents().values() for name, tool in agent.toolset.tools.items()}


def load_cases(path: Path) -> list[Case]:
    """The cases of a JSON Lines file.

    Raises:
        EvalError: the file cannot be read, or a line is no case; the message says which and why.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EvalError(f"{path} cannot be read: {error}") from error
    cases: list[Case] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            case = Case.model_validate_json(line)
        except ValidationError as error:
            raise EvalError(f"{path}, line {number} is no case: {problems(error)}.") from error
        if any(case.id == other.id for other in cases):
            raise EvalError(f"{path}, line {number}: there is a case {case.id!r} already.")
        cases.append(case)
    if not cases:
        raise EvalError(f"{path} holds no cases.")
    return cases
