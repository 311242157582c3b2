"""Plays cases against a real assistant over a loaded world, each in a session of its own, the world as new for each."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field

from evals.chat.cases import Case, Expected, known_tools
from evals.chat.endstate import Inventory, problems, take_inventory, unmet
from evals.chat.grading import Verdict, grade, told
from evals.worlds.loading import LoadedWorld
from swarm.assistant import Assistant
from swarm.reply import Reply, Step
from swarm.settings import Settings


@dataclass(frozen=True)
class Played:
    """One case, played once."""

    case: Case
    attempt: int
    replies: list[Reply]
    seconds: float
    reasons: list[str] = field(default_factory=list)
    """Why it does not pass; empty when it does."""

    @property
    def passed(self) -> bool:
        """Whether it did what was meant."""
        return not self.reasons

    @property
    def steps(self) -> list[Step]:
        """All calls of all turns."""
        return [step for reply in self.replies for step in reply.steps]


Talk = Callable[[Assistant, Case, str], Awaitable[list[Reply]]]
"""How a case is talked through in a session; the replies."""


async def by_script(assistant: Assistant, case: Case, session: str) -> list[Reply]:
    """Say the turns, whatever is answered, and approve what needs an approval unless the case refuses it."""
    replies = []
    for number, turn in enumerate(case.turns, 1):
        replies.append(await assistant.ask(turn, session=session, approve="none" if number in case.refuse else "all"))
    return replies


async def play(
    world: LoadedWorld,
    cases: Sequence[Case],
    model: str | None = None,
    repeat: int = 1,
    tell: Callable[[Played], None] = lambda _: None,
    talk: Talk = by_script,
    address: str | None = None,
) -> list[Played]:
    """Play every case, `repeat` times, one after the other. A case that touched something is followed by a reset of the world.

    Args:
        world: where they are played.
        cases: what is played.
        model: `builtin` or `openai:<name>`; None for that of the environment.
        repeat: how often.
        tell: called with each that was played.
        talk: who talks; by default the turns of the case are said.
        address: of the model's endpoint, instead of that of the environment.

    Raises:
        SettingsError: the model's name is of no known form.
    """
    settings = with_model(world.settings, model, address)
    before = await asyncio.to_thread(take_inventory, world)
    waiting = ((case, attempt) for attempt in range(1, repeat + 1) for case in cases)
    played: list[Played] = []
    while batch := await _play_until_touched(world, settings, before, waiting, talk):
        for one in batch:
            tell(one)
        played += batch
        if touched(batch[-1].replies):
            await asyncio.to_thread(world.reset)
    return played


def with_model(settings: Settings, model: str | None, address: str | None = None) -> Settings:
    """The settings with this model, where given, at this address, and no other that could stand in for it unnoticed."""
    swarm = settings.swarm.model_copy(update={"model": model or settings.model, "fallback_models": ["none"]})
    openai = settings.openai.model_copy(update={"base_url": address} if address else {})
    return settings.model_copy(update={"swarm": swarm, "openai": openai})


def touched(replies: Sequence[Reply]) -> bool:
    """Whether something may have been changed."""
    return any(step.effect != "read" and step.status != "rejected" for reply in replies for step in reply.steps)


async def _play_until_touched(
    world: LoadedWorld, settings: Settings, before: Inventory, waiting: Iterator[tuple[Case, int]], talk: Talk
) -> list[Played]:
    """What one assistant plays: up to the first case that changes the world, or that a stale memory of names could disturb."""
    batch: list[Played] = []
    tools = known_tools()
    async with Assistant.open(settings) as assistant:
        for case, attempt in waiting:
            started = time.perf_counter()
            replies = await talk(assistant, case, f"{case.id}-{attempt}")
            seconds = time.perf_counter() - started
            verdict = grade(case, replies, tools, before.names)
            left = await asyncio.to_thread(_left, world, case, before, verdict, replies)
            batch.append(Played(case, attempt, replies, seconds, [*verdict.reasons, *left]))
            if touched(replies):
                break
    return batch


def _left(world: LoadedWorld, case: Case, before: Inventory, verdict: Verdict, replies: Sequence[Reply]) -> list[str]:
    """What is wrong with how the world was left."""
    wrong = [f"{told(effect)} came true" for effect in case.holds_not if unmet(world, before, effect) is None]
    if touched(replies) or case.holds:
        wrong += problems(world, before, [*in_full(verdict), *case.holds])
    return wrong


def in_full(verdict: Verdict) -> list[Expected]:
    """The expected calls that were made, with all arguments they were made with."""
    return [Expected(tool=step.tool, args=step.args) for _, step in verdict.made]
