"""The commands `swarm eval`: how well the assistant does, measured. The evaluations are loaded only when one is asked for."""

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.outcome import FAILED, OK, fail, read_settings, run

if TYPE_CHECKING:
    from evals.result import Evaluation

evaluation = typer.Typer(help="Measure how well the assistant does.", no_args_is_help=True)

File = Annotated[Path, typer.Option(exists=True, dir_okay=False)]
Model = Annotated[str | None, typer.Option(help="`builtin` or `openai:<name>`; by default that of the settings.")]
Repeat = Annotated[int, typer.Option(min=1, help="How often each case is played.")]
Output = Annotated[Path | None, typer.Option("--json", help="Write the result here, as JSON.")]
Page = Annotated[Path | None, typer.Option("--html", help="Write the result here, as a page.")]
Earlier = Annotated[Path | None, typer.Option("--compare", exists=True, dir_okay=False, help="An earlier result to compare with.")]
Threshold = Annotated[float, typer.Option(min=0, max=1, help="Pass rate below which the exit code is 1.")]


@evaluation.command("chat")
def chat(
    world: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="The world: pipelines, runs, buckets, ... (YAML).")],
    cases: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="What is said, and what must follow (JSON Lines).")],
    model: Model = None,
    repeat: Repeat = 1,
    perturb: Annotated[int | None, typer.Option(help="Change names, spelling and one word of each message, by this seed.")] = None,
    folds: Annotated[int, typer.Option(min=0, help="Cross-validate the built-in planner: no fold knows examples like its own.")] = 0,
    output: Output = None,
    page: Page = None,
    earlier: Earlier = None,
    threshold: Threshold = 0.0,
) -> None:
    """Load a world for real and play conversations in it. The model `oracle` does what the cases expect, which checks them."""
    from evals.chat.suite import evaluate

    finish(run(evaluate(world, cases, model, repeat, perturb, folds, tell=_dots())), output, threshold, page, earlier)


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
    user: Annotated[str | None, typer.Option(help="A model that plays the user; else the script is said.")] = None,
    record: Annotated[Path | None, typer.Option(dir_okay=False, help="Record the model's replies to this file.")] = None,
    replay: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Take the model's replies from this file.")] = None,
    only_look: Annotated[bool, typer.Option("--self-test", help="Read-only tasks on your own installation instead.")] = False,
    output: Output = None,
    page: Page = None,
    earlier: Earlier = None,
    threshold: Threshold = 0.0,
) -> None:
    """Do tasks of several turns and look at what they leave."""
    from evals.scenarios.self_test import self_test
    from evals.scenarios.suite import evaluate

    if only_look:
        work = self_test(read_settings(), model, tell=_dots())
    else:
        work = evaluate(tasks, model, repeat, user, record, replay, tell=_dots())
    finish(run(work), output, threshold, page, earlier)


@evaluation.command("compare")
def compare(
    earlier: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A result that --json wrote.")],
    later: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Another one.")],
) -> None:
    """Show what became better and what worse between two results; the exit code is 1 when the pass rate fell."""
    from evals.comparison import compared, load_result
    from evals.errors import EvalError

    try:
        results = load_result(earlier), load_result(later)
    except EvalError as error:
        fail(str(error), FAILED)
    typer.echo(compared(*results))
    raise typer.Exit(FAILED if results[1]["pass_rate"] < results[0]["pass_rate"] else OK)


def finish(result: "Evaluation", output: Path | None, threshold: float, page: Path | None = None, earlier: Path | None = None) -> None:
    """Print and write the result of an evaluation, and end with the exit code that it deserves."""
    from evals.chat.report import rendered
    from evals.comparison import compared, load_result
    from evals.errors import EvalError
    from evals.page import html

    typer.echo(rendered(result))
    if output is not None:
        _write(output, json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    if page is not None:
        _write(page, html(result))
    if earlier is not None:
        try:
            typer.echo("\n" + compared(load_result(earlier), result))
        except EvalError as error:
            fail(str(error), FAILED)
    raise typer.Exit(OK if result["pass_rate"] >= threshold else FAILED)


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def _dots() -> Callable[[Any], None]:
    """A mark for each case on a terminal."""

    def tell(played: Any) -> None:
        if sys.stderr.isatty():
            typer.echo("." if played.passed else "F", err=True, nl=False)

    return tell
