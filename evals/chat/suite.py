"""The suite `chat` from its files to its result."""

import time
from collections.abc import Callable
from pathlib import Path

from evals.chat.cases import load_cases
from evals.chat.playing import Played, play, with_model
from evals.chat.report import summarise
from evals.result import Evaluation
from evals.worlds.description import load_world
from evals.worlds.loading import loaded


async def evaluate(
    world_file: Path, case_file: Path, model: str | None = None, repeat: int = 1, tell: Callable[[Played], None] = lambda _: None
) -> Evaluation:
    """Load the world for real and play the cases in it.

    Raises:
        EvalError: a file cannot be used, or the world cannot be made.
        SettingsError: the model's name is of no known form.
    """
    started = time.perf_counter()
    world, cases = load_world(world_file), load_cases(case_file)
    with loaded(world) as made:
        loading = time.perf_counter() - started
        played = await play(made, cases, model, repeat, tell)
        name = with_model(made.settings, model).model
    return summarise("chat", name, played, time.perf_counter() - started, loading)
