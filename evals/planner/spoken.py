"""`python -m evals.planner.spoken [--told spoken|ferry|dairy] [--people held|open|all] [--show]`, or with `--world FILE --cases FILE`: what
the planner decides, call by call.

Nothing is run: the names are those of a world file, and a call leaves behind what its arguments name. The phrasings of `spoken.txt`,
`ferry.txt` and `dairy.txt` are by invented people; some of them are held out, so that what is written for the others is measured on
words of somebody else.
"""

import argparse
import importlib.resources
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from agents.registry import find_agents
from evals.chat.cases import FOLLOW_UP, Case, Expected, known_tools, load_cases
from evals.chat.matching import Names, mismatch
from evals.planner.data import tools_of
from evals.planner.imagined import Imagined
from evals.worlds.description import load_world
from knowledge.embeddings import WordLlamaEmbedding
from swarm.planner import talk
from swarm.planner.planner import Action, Planner
from swarm.planner.references import Memory
from tools.kfp.cron import parse
from tools.result import ToolError

HELD = frozenset({"voice", "french", "domain", "manager"})
"""People whose phrasings nothing is written for."""
HERE = Path(str(importlib.resources.files("evals.planner")))


def main() -> int:
    """Decide every case and print how many are right."""
    options = argparse.ArgumentParser(prog="python -m evals.planner.spoken")
    options.add_argument("--people", choices=("held", "open", "all"), default="all", help="whose phrasings (default: all)")
    options.add_argument("--told", choices=("spoken", "ferry", "dairy"), default="spoken", help="which phrasings, each with its world")
    options.add_argument("--world", type=Path, help="the world file of the cases")
    options.add_argument("--cases", type=Path, help="cases of `swarm eval chat` instead of the phrasings")
    options.add_argument("--show", action="store_true", help="show what went wrong")
    given = options.parse_args()
    world = Imagined(load_world(given.world or HERE / f"{given.told}_world.yaml"))
    cases = (
        load_cases(given.cases)
        if given.cases
        else [c for p, c in spoken(given.told) if given.people == "all" or (p in HELD) == (given.people == "held")]
    )
    planner = Planner(tools_of(find_agents()), world, WordLlamaEmbedding())
    console = Console()
    counts: dict[str, list[int]] = {}
    for case in cases:
        actions = decide(planner, world, case)
        wrong = faults(case, actions)
        counts.setdefault(case.kind, []).append(not wrong)
        if wrong and given.show:
            console.print(
                f"{case.kind} {case.id}: {' >> '.join(case.turns)}\n    {'; '.join(wrong)}", style="dim", markup=False, highlight=False
            )
    table = Table("kind", "cases", "right", "share")
    for kind, right in counts.items():
        table.add_row(kind, str(len(right)), str(sum(right)), f"{sum(right) / len(right):.1%}")
    console.print(table)
    return 0


def spoken(told: str) -> Iterator[tuple[str, Case]]:
    """Who says it, and the case: below a line of kind and calls, a line for each way to say it."""
    kind, expect = "", []
    for number, line in enumerate((HERE / f"{told}.txt").read_text("utf-8").splitlines(), 1):
        if line.startswith("["):
            kind, _, calls = line[1:].partition("] ")
            expect = [_call(call) for call in calls.split(" ; ") if call.strip() not in ("", "-")]
        elif line.strip() and not line.startswith("#"):
            person, _, turns = line.partition(" ")
            yield (
                person,
                Case(id=f"{number} {person}", kind=kind.rstrip("]"), turns=turns.replace("\\n", "\n").split(" >> "), expect=expect),
            )


def _call(text: str) -> Expected:
    tool, *pairs = re.findall(r'(?:[^\s"]|"[^"]*")+', text)
    return Expected(tool=tool, args={k: _literal(v) for k, _, v in (pair.partition("=") for pair in pairs)})


def _literal(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


def decide(planner: Planner, world: Imagined, case: Case) -> list[list[Action]]:
    """What the planner does in each turn."""
    world.reset()
    memory, pending = Memory(), ""
    turns: list[list[Action]] = []
    for number, said in enumerate(case.turns):
        text = f"{pending.rstrip(' .!?')} {said}" if pending and not planner.begins(said) else said
        memory = Memory(world.earlier(memory), case.turns[number - 1] if number else "")
        small = talk.small_talk(text, world, memory.topic == "run" and not pending)
        turns.append([Action(say=small)] if small is not None else _turn(planner, world, text, memory))
        pending = text if turns[-1][-1].question else ""
    return turns


def _turn(planner: Planner, world: Imagined, text: str, memory: Memory) -> list[Action]:
    actions: list[Action] = []
    for step in planner.plan(text, memory):
        actions.append(planner.act(step.text, memory) if step.delegate else Action(say=step.declined))
        if actions[-1].question:
            break
        if actions[-1].tool:
            memory.calls.append(world.done(actions[-1].tool, actions[-1].args))
        while actions[-1].more and (another := planner.act(step.text, memory)).tool:
            actions.append(another)
            memory.calls.append(world.done(another.tool, another.args))
    return actions


def faults(case: Case, turns: Sequence[Sequence[Action]]) -> list[str]:
    """What is missing, and what is done that must not be."""
    counted = list(turns[-1]) if case.kind == FOLLOW_UP else [a for turn in turns for a in turn]
    made = [a for a in counted if a.tool]
    tools = known_tools()
    wrong: list[str] = []
    for expected in sorted(case.expect, key=lambda e: -len(e.args)):
        fits = [
            a
            for a in made
            if a.tool in expected.tool.split("|") and mismatch(_prepared(a.args), expected.args, tools.get(a.tool), Names()) is None
        ]
        if fits:
            made.remove(fits[0])
        else:
            wrong.append(f"wants {expected.tool} {expected.args}")
    left = [a.tool for a in made if (a.tool in case.forbid if case.forbid else tools[a.tool].effect != "read")]
    if left:
        wrong.append(f"does {', '.join(left)}")
    if case.kind == "clarify" and not any(a.question for a in counted) and not any("?" in a.say for a in counted):
        wrong.append("does not ask")
    if wrong:
        wrong.append(
            "got " + " | ".join(f"{a.tool} {a.args}" if a.tool else f"ASK {a.question[:90]}" if a.question else "SAY" for a in counted)
        )
    return wrong


def _prepared(args: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments as a tool takes them: when something repeats as a cron expression."""
    try:
        return {**args, "cron": parse(str(args["cron"]))} if "cron" in args else dict(args)
    except ToolError:
        return dict(args)


if __name__ == "__main__":
    sys.exit(main())
