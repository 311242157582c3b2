"""The scenarios of a folder: YAML files, each a list of records like the cases of a conversation."""

from pathlib import Path

import yaml
from pydantic import TypeAdapter, ValidationError

from evals.chat.cases import Case
from evals.chat.endstate import CHECKS
from evals.errors import EvalError
from evals.worlds.description import problems

FOLDER = Path(__file__).parent / "tasks"
WORLDS = Path(__file__).parents[1] / "worlds"
SELF_TEST = Path(__file__).parent / "self_test.yaml"
_CASES = TypeAdapter(list[Case])


def load_scenarios(place: Path = FOLDER) -> list[Case]:
    """All scenarios of a folder, or of one file.

    Raises:
        EvalError: a file cannot be read or holds something else; the message says which and why.
    """
    files = sorted(place.glob("*.yaml")) if place.is_dir() else [place]
    found: list[Case] = []
    for file in files:
        try:
            found += _CASES.validate_python(yaml.safe_load(file.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise EvalError(f"{file} is no readable YAML file: {error}") from error
        except ValidationError as error:
            raise EvalError(f"{file} holds no scenarios: {problems(error)}.") from error
    for scenario in found:
        if unknown := [e.tool for e in (*scenario.holds, *scenario.holds_not) if e.tool not in CHECKS]:
            raise EvalError(f"scenario {scenario.id!r}: nobody can look up whether {unknown[0]!r} has come true.")
    if double := [s.id for n, s in enumerate(found) if any(s.id == other.id for other in found[:n])]:
        raise EvalError(f"there are several scenarios {double[0]!r}.")
    if not found:
        raise EvalError(f"{place} holds no scenarios.")
    return found


def world_file(name: str) -> Path:
    """The file of a world: one that comes along, by its name, or a path.

    Raises:
        EvalError: there is none.
    """
    own = WORLDS / name / "world.yaml"
    file = own if own.is_file() else Path(name)
    if not file.is_file():
        known = ", ".join(sorted(p.parent.name for p in WORLDS.glob("*/world.yaml")))
        raise EvalError(f"there is no world {name!r}; there are {known}, or give the path of a world file.")
    return file
