"""The commands `swarm eval`: how well the assistant does, measured. The evaluations are loaded only when one is asked for."""

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.outcome import FAILED, OK, read_settings, run

if TYPE_CHECKING:
    from evals.result import Evaluation

evaluation = typer.Typer(help="Measure how well the assistant does.", no_args_is_help=True)

File = Annotated[Path, typer.Option(exists=True, dir_okay=False)]
Model = Annotated[str | None, typer.Option(help="`builtin` or `openai:<name>`; by default that of the settings.")]
Repeat = Annotated[int, typer.Option(min=1, help="How often each case is played.")]
Output = Annotated[Path | None, typer.Option("--json", help="Write the result here, as JSON.")]
Threshold = Annotated[float, typer.Option(min=0, max=1, help="Pass rate below which the exit code is 1.")]


@evaluation.command("chat")
def chat(
    world: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="The world: pipelines, runs, buckets, ... (YAML).")],
    cases: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="What is said, and what must follow (JSON Lines).")],
    model: Model = None,
    repeat: Repeat = 1,
    perturb: Annotated[int | None, typer.Option(help="Change names, spelling and one word of each message, by this seed.")] = None,
    output: Output = None,
    threshold: Threshold = 0.0,
) -> None:
    """Load a world for real and play conversations in it. The model `oracle` does what the cases expect, which checks them."""
    from evals.chat.suite import evaluate

    finish(run(evaluate(world, cases, model, repeat, perturb, tell=_dots())), output, threshold)


@evaluation.command("rag")
def rag(
    corpus: Annotated[Path, typer.Option(exists=True, file_okay=False, help="Folder of documents.")],
    questions: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Questions with the pages that answer them (JSON Lines).")],
    output: Output = None,
    threshold: Threshold = 0.0,
) -> None:
    """Index documents and see which questions find their passages, beside BM25 alone, vectors alone and rank fusion."""
    from evals.rag import compare, table

    result, ways = run(asyncio.to_thread(compare, corpus, questions, read_settings().knowledge))
    typer.echo(table(ways) + "\n")
    finish(result, output, threshold)


@evaluation.command("scenarios")
def scenarios(
    tasks: Annotated[Path | None, typer.Option(exists=True, help="Folder or file of scenarios; else those that come along.")] = None,
    model: Model = None,
    repeat: Repeat = 1,
    output: Output = None,
    threshold: Threshold = 0.0,
) -> None:
    """Do tasks of several turns and look at what they leave."""
    from evals.scenarios.suite import evaluate

    finish(run(evaluate(tasks, model, repeat, tell=_dots())), output, threshold)


def finish(result: "Evaluation", output: Path | None, threshold: float) -> None:
    """Print and write the result of an evaluation, and end with the exit code that it deserves."""
    from evals.chat.report import rendered

    typer.echo(rendered(result))
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    raise typer.Exit(OK if result["pass_rate"] >= threshold else FAILED)


def _dots() -> Callable[[Any], None]:
    """A mark for each case on a terminal."""

    def tell(played: Any) -> None:
        if sys.stderr.isatty():
            typer.echo("." if played.passed else "F", err=True, nl=False)

    return tell
