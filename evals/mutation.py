"""`make mutation`: small changes to the code that decides most, each of which some test has to notice.

cosmic-ray makes the changes, in a copy of this folder. A mutant that survives is printed with its change.
"""

import random
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.work_db import use_db
from cosmic_ray.work_item import TestOutcome, WorkItem

ROOT = Path(__file__).parents[1]
COPY = ROOT / "build" / "mutation"
SECONDS = 120
"""After which a mutant counts as noticed: it does not end."""

CONFIGURATION = """
[cosmic-ray]
module-path = "{module}"
timeout = {seconds}
excluded-modules = []
test-command = "{python} -m pytest -x -q -p no:cacheprovider {tests}"
[cosmic-ray.distributor]
name = "local"
"""


@dataclass(frozen=True)
class Subject:
    """A module, the tests that have to notice its mutants, and how many of these are tried."""

    module: str
    tests: list[str]
    most: int


@dataclass(frozen=True)
class Outcome:
    """What became of the mutants of a module."""

    module: str
    possible: int
    tried: int
    survivors: list[str]
    """Each as a diff."""


def main() -> None:
    """Mutate every subject, or those named on the command line, and print what survived."""
    given = tomllib.loads(Path(__file__).with_suffix(".toml").read_text())
    shutil.rmtree(COPY, ignore_errors=True)
    shutil.copytree(ROOT, COPY, ignore=shutil.ignore_patterns(".*", "build", "__pycache__"))
    subjects = [Subject(**one) for one in given["subject"]]
    chosen = [one for one in subjects if not sys.argv[1:] or one.module in sys.argv[1:]]
    outcomes = [_tried(one, given["left_out"], given["seed"]) for one in chosen]
    sys.stdout.writelines(_report(outcomes))


def _tried(subject: Subject, left_out: str, seed: int) -> Outcome:
    configuration, session = COPY / "mutation.toml", COPY / f"{Path(subject.module).stem}.sqlite"
    words = {"module": subject.module, "tests": " ".join(subject.tests), "seconds": SECONDS, "python": sys.executable}
    configuration.write_text(CONFIGURATION.format(**words))
    _cosmic_ray("baseline", configuration)
    _cosmic_ray("init", configuration, session)
    with use_db(str(session)) as database:
        items = sorted(
            (item.mutations[0] for item in database.work_items), key=lambda one: (one.start_pos, one.operator_name, one.occurrence)
        )
        fitting = [one for one in items if not one.operator_name.startswith(left_out)]
        picked = random.Random(seed).sample(fitting, min(subject.most, len(fitting)))  # noqa: S311 - the same ones every time
        database.clear()
        database.add_work_items(WorkItem.single(str(number), one) for number, one in enumerate(picked))
    _cosmic_ray("exec", configuration, session)
    with use_db(str(session)) as database:
        results = [result for _, result in database.results]
    survivors = [str(result.diff) for result in results if result.test_outcome == TestOutcome.SURVIVED]
    return Outcome(subject.module, len(fitting), len(results), survivors)


def _cosmic_ray(*words: object) -> None:
    program = Path(sys.executable).with_name("cosmic-ray")
    subprocess.run([program, *map(str, words)], cwd=COPY, check=True)


def _report(outcomes: list[Outcome]) -> Iterator[str]:
    for outcome in outcomes:
        for diff in outcome.survivors:
            yield "\n".join(line for line in diff.splitlines() if line.startswith(("@@", "-", "+")) and not line.startswith(("---", "+++")))
            yield "\n\n"
    yield "| module | mutants | tried | noticed | survived |\n|---|---|---|---|---|\n"
    for one in outcomes:
        left = len(one.survivors)
        yield f"| `{one.module}` | {one.possible} | {one.tried} | {one.tried - left} | {left} |\n"


if __name__ == "__main__":
    main()
