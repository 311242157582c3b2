"""The suite `chat` from its files to its result."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from evals.chat.cases import load_cases
from evals.chat.folds import play_in_folds
from evals.chat.oracle import check
from evals.chat.perturbation import perturbed
from evals.chat.playing import Played, play, with_model
from evals.chat.report import summarise
from evals.errors import EvalError
from evals.result import Evaluation
from evals.worlds.description import load_world
from evals.worlds.loading import loaded
from swarm.settings import BUILTIN

ORACLE = "oracle"
"""Instead of a model: what the cases themselves expect. All must pass."""


async def evaluate(
    world_file: Path,
    case_file: Path,
    model: str | None = None,
    repeat: int = 1,
    perturb: int | None = None,
    folds: int = 0,
    tell: Callable[[Played], None] = lambda _: None,
) -> Evaluation:
    """Load the world for real and play the cases in it.

    Args:
        world_file: the world (YAML).
        case_file: the cases (JSON Lines).
        model: `builtin`, `openai:<name>` or `oracle`; None for that of the environment.
        repeat: how often each case is played.
        perturb: where given, names of the world, their spelling and one word of each message are changed by this seed.
        folds: where given, the built-in planner is cross-validated in so many folds (see `evals.chat.folds`).
        tell: called with each case that was played.

    Raises:
        EvalError: a file cannot be used, or the world cannot be made.
        SettingsError: the model's name is of no known form.
    """
    started = time.perf_counter()
    if folds and model not in (None, BUILTIN):
        raise EvalError("only the built-in planner learns from examples: --folds goes with --model builtin.")
    world, cases = load_world(world_file), load_cases(case_file)
    if perturb is not None:
        world, cases = perturbed(world, cases, perturb)
    with loaded(world) as made:
        loading = time.perf_counter() - started
        known: dict[str, float] = {}
        if folds:
            played, close = await play_in_folds(made, cases, folds, repeat, tell)
            known = {"messages_with_examples_taken_away": close}
        elif model == ORACLE:
            played = await asyncio.to_thread(check, made, cases, tell)
        else:
            played = await play(made, cases, model, repeat, tell)
        name = ORACLE if model == ORACLE else with_model(made.settings, BUILTIN if folds else model).model
    result = summarise("chat", name, played, time.perf_counter() - started, loading)
    result["metrics"] |= known
    return result
