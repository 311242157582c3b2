"""`swarm demo`: a conversation played for real, every answer checked."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.markup import escape

from swarm.assistant import Assistant
from swarm.reply import Reply
from swarm.settings import Settings
from ui.terminal.drawing import draw_reply, show_steps

SESSION = "demo"


@dataclass(frozen=True)
class Turn:
    """Something said, and what must be true of the reply."""

    say: str
    expect: Callable[[Reply], bool]
    decide: Literal["approve"] | None = None


def _called(reply: Reply, tool: str, **args: object) -> bool:
    return any(s.tool == tool and s.status == "ok" and args.items() <= s.args.items() for s in reply.steps)


TURNS = [
    Turn("which pipelines are there?", lambda r: _called(r, "list_pipelines") and "breast-cancer-svm" in r.answer),
    Turn("run breast-cancer-svm with C=10", lambda r: _called(r, "run_pipeline", arguments={"C": 10}), decide="approve"),
    Turn("wait for it", lambda r: _called(r, "wait_for_run") and "succeeded" in r.answer),
    Turn(
        "show its metrics and the confusion matrix",
        lambda r: _called(r, "get_run_metrics") and "accuracy" in r.answer and "Confusion matrix" in r.answer,
    ),
    Turn("which buckets are there?", lambda r: _called(r, "list_buckets") and "datasets" in r.answer),
    Turn("show the first 3 rows of iris.csv in datasets", lambda r: _called(r, "preview_object", rows=3) and "sepal" in r.answer),
    Turn("how do I turn off caching for one step?", lambda r: _called(r, "search_docs") and bool(r.sources)),
    Turn("delete wine.csv from the datasets bucket", lambda r: _called(r, "delete_objects", keys=["wine.csv"]), decide="approve"),
]


async def play(settings: Settings, console: Console | None = None) -> int:
    """Play the conversation in a home of its own, so that nothing of the user's is touched; the exit code."""
    console = console or Console()
    with tempfile.TemporaryDirectory(prefix="mlops-swarm-demo-") as folder:
        home = Path(folder)
        settings = settings.model_copy(update={"swarm": settings.swarm.model_copy(update={"home": home})})
        started = time.monotonic()
        wrong: list[str] = []
        try:
            async with Assistant.open(settings) as assistant:
                for turn in TURNS:
                    if not turn.expect(await _play(assistant, turn, console)):
                        wrong.append(turn.say)
        finally:
            from swarm.platform import find_platform

            find_platform().stop(home)
    seconds = time.monotonic() - started
    if wrong:
        console.print(f"[red]Not as expected:[/] {escape('; '.join(wrong))}", highlight=False)
        return 1
    console.print(
        f"[green]{len(TURNS)} requests, every answer as expected, {seconds:.0f} s.[/] Now try `swarm chat` or `swarm ui`.", highlight=False
    )
    return 0


async def _play(assistant: Assistant, turn: Turn, console: Console) -> Reply:
    console.rule(style="dim")
    console.print(f"[bold cyan]you>[/] {escape(turn.say)}", highlight=False)
    reply = await show_steps(assistant.stream(turn.say, SESSION), console)
    draw_reply(console, reply)
    if turn.decide is not None and reply.status == "needs_approval":
        console.print(f"[bold cyan]you>[/] {turn.decide}", highlight=False)
        reply = await show_steps(assistant.stream_decision(SESSION, turn.decide), console)
        draw_reply(console, reply)
    return reply
