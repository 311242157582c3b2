"""The suite `scenarios` from its files to its result."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from evals.chat.playing import Played, Talk, by_script, play, with_model
from evals.chat.report import summarise
from evals.errors import EvalError
from evals.recording import taped
from evals.result import Evaluation
from evals.scenarios.library import FOLDER, load_scenarios, world_file
from evals.scenarios.user import SimulatedUser
from evals.worlds.description import load_world
from evals.worlds.loading import loaded
from swarm.settings import BUILTIN, Settings


async def evaluate(
    place: Path | None = None,
    model: str | None = None,
    repeat: int = 1,
    user: str | None = None,
    record: Path | None = None,
    replay: Path | None = None,
    tell: Callable[[Played], None] = lambda _: None,
) -> Evaluation:
    """Make each world once and play its scenarios, those of a folder or file or else those that come along, in it.

    Args:
        place: a folder or file of scenarios.
        model: `builtin` or `openai:<name>`; None for that of the environment.
        repeat: how often each scenario is played.
        user: a model that plays the user by the scenario's goal; None says the turns of the script.
        record: a file to which the replies of the model are recorded.
        replay: a file from which they are taken instead of a model.
        tell: called with each scenario that was played.

    Raises:
        EvalError: a file cannot be used, or a world cannot be made.
        SettingsError: the name of a model is of no known form.
    """
    started, loading = time.perf_counter(), 0.0
    scenarios = load_scenarios(place or FOLDER)
    settings = with_model(Settings(), model)
    talk: Talk = SimulatedUser(with_model(Settings(), user)) if user else by_script
    played: list[Played] = []
    with _endpoint(settings, record, replay) as address:
        for name in dict.fromkeys(scenario.world for scenario in scenarios):
            making = time.perf_counter()
            with loaded(load_world(world_file(name))) as world:
                loading += time.perf_counter() - making
                chosen = [s for s in scenarios if s.world == name]
                played += await play(world, chosen, settings.model, repeat, tell, talk, address)
    return summarise("scenarios", settings.model, played, time.perf_counter() - started, loading)


@contextmanager
def _endpoint(settings: Settings, record: Path | None, replay: Path | None) -> Iterator[str | None]:
    """The address of a model on tape, or None for that of the settings."""
    if record and replay:
        raise EvalError("either --record or --replay, not both.")
    if not record and not replay:
        yield None
        return
    if settings.model == BUILTIN:
        raise EvalError("only a language model can be recorded or replayed: give --model openai:<name>.")
    openai = settings.openai
    key = openai.api_key.get_secret_value() if openai.api_key else ""
    if replay:
        with taped(replay, "replay") as address:
            yield address
    elif record:
        with taped(record, "record", openai.base_url or "https://api.openai.com/v1", key) as address:
            yield address
