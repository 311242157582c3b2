"""The suite `scenarios` from its files to its result."""

import time
from collections.abc import Callable
from pathlib import Path

from evals.chat.playing import Played, Talk, by_script, play, with_model
from evals.chat.report import summarise
from evals.result import Evaluation
from evals.scenarios.library import FOLDER, load_scenarios, world_file
from evals.worlds.description import load_world
from evals.worlds.loading import loaded
from swarm.settings import Settings


async def evaluate(
    place: Path | None = None,
    model: str | None = None,
    repeat: int = 1,
    tell: Callable[[Played], None] = lambda _: None,
    talk: Talk = by_script,
) -> Evaluation:
    """Make each world once and play its scenarios, those of a folder or file or else those that come along, in it.

    Raises:
        EvalError: a file cannot be used, or a world cannot be made.
        SettingsError: the model's name is of no known form.
    """
    started, loading = time.perf_counter(), 0.0
    scenarios = load_scenarios(place or FOLDER)
    played: list[Played] = []
    for name in dict.fromkeys(scenario.world for scenario in scenarios):
        making = time.perf_counter()
        with loaded(load_world(world_file(name))) as world:
            loading += time.perf_counter() - making
            played += await play(world, [s for s in scenarios if s.world == name], model, repeat, tell, talk)
    return summarise("scenarios", with_model(Settings(), model).model, played, time.perf_counter() - started, loading)
