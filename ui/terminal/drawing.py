"""Turns and replies in a terminal."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.live import Live
from rich.markdown import Markdown
from rich.table import Table
from rich.text import Text

from swarm.reply import AnswerDelta, Approval, Event, Finished, PlanUpdated, Reply, StepFinished, StepProgress, StepStarted
from tools.markdown import duration
from tools.result import Artifact
from ui.terminal.charts import chart
from ui.turn import STEP, Turn, in_answer

STATES = {"pending": "○", "running": "▸", "done": "✓", "failed": "✗", "asked": "?"}
MARKS = {"ok": ("✓", "green"), "no_data": ("∅", "yellow"), "error": ("✗", "red"), "rejected": ("–", "yellow")}
ROWS = 30
"""Rows of a table that are shown."""
WIDEST = 40
"""Characters of a cell that stand in one line where the table is too wide."""


async def show(events: AsyncIterator[Event], as_json: bool = False, console: Console | None = None) -> int:
    """Draw a turn; with `as_json` print only the reply. The exit code is 1 for a failed turn."""
    console = console or Console()
    reply = await show_steps(events, None if as_json else console)
    if as_json:
        print(reply.model_dump_json(), flush=True)  # noqa: T201 - the command's output
    else:
        draw_reply(console, reply)
        _how_to_decide(console, reply)
    return 1 if reply.status == "failed" else 0


async def show_steps(events: AsyncIterator[Event], console: Console | None) -> Reply:
    """Draw the steps and the answer as they come, if there is a console; the reply in the end."""
    reply: Reply | None = None
    written = ""
    with _draft(console) as draft:
        async for event in events:
            if isinstance(event, Finished):
                reply = event.reply
            elif isinstance(event, AnswerDelta):
                written += event.text
                draft(written)
            elif console is not None:
                draw_step(console, event)
    if reply is None:
        raise RuntimeError("a stream of events ends with Finished")
    return reply


@contextmanager
def _draft(console: Console | None) -> Iterator[Callable[[str], None]]:
    """Shows the end of what is written so far, on a terminal that can take lines back; it is gone when the whole answer is drawn."""
    if console is None or not console.is_terminal or console.is_dumb_terminal:
        yield lambda _: None
        return
    with Live(console=console, transient=True) as live:
        yield lambda text: live.update(Markdown("\n".join(text.splitlines()[-console.height // 2 :]), hyperlinks=False))


def draw_step(console: Console, event: Event) -> None:
    """What is planned, begins, goes on or ends."""
    if isinstance(event, PlanUpdated):
        for number, planned in enumerate(event.steps, start=1):
            console.print(Text(f"{STATES[planned.state]} {number}. {planned.text}", style="dim"))
    elif isinstance(event, StepStarted):
        console.print(Text(f"… {event.agent} · {event.tool} {_short(event.args)}", style="dim"))
    elif isinstance(event, StepProgress):
        console.print(Text(f"  {event.text}", style="dim"))
    elif isinstance(event, StepFinished):
        step = event.step
        said = f" {step.agent} · {step.tool} ({step.ms / 1000:.1f} s)"
        console.print(Text.assemble(MARKS[step.status], (said, "dim")))


def draw_reply(console: Console, reply: Reply) -> None:
    """The answer, its sources, and what there is to look at."""
    console.print()
    console.print(Markdown(reply.answer, hyperlinks=False))
    for source in reply.sources:
        place = f"{source.title} › {source.section}" if source.section and source.section != source.title else source.title
        console.print(Text(f"[{source.n}] {place}  {source.uri}", style="dim"))
    if reply.approval is None:
        for artifact in Turn.told("", reply).drawings:
            if artifact.kind != "run" or not in_answer(artifact, reply.answer):
                console.print()
                console.print(drawing(artifact))
    console.print()


def drawing(artifact: Artifact) -> RenderableType:
    """A thing to look at, or where it can be looked at."""
    data = artifact.data
    match artifact.kind:
        case "chart":
            return chart(artifact)
        case "table":
            return Sheet(artifact.title, data.get("columns", []), data.get("rows", []))
        case "diff":
            changes = [[c.get("name", ""), c.get("before", ""), c.get("after", "")] for c in data.get("changes", [])]
            return Sheet(artifact.title, ["", data.get("before", "before"), data.get("after", "after")], changes, ("", "red", "green"))
        case "run":
            steps = [[s.get("state", ""), s.get("name", ""), duration(s.get("seconds"))] for s in data.get("steps", [])]
            title = f"{data.get('name', artifact.title)}: {data.get('state', '')}"
            return Sheet(title, list(STEP), steps) if steps else Text(title, style="bold")
        case "file":
            return Text(f"{data.get('name', artifact.title)}: {data.get('url') or data.get('path') or ''}")
    return Text(f"{artifact.title}: on the web page (`swarm ui`)", style="dim")


class Sheet:
    """A table of any width: rows under each other, of many the first; columns that do not fit beside the others follow below them,
    again with the first one, which mostly names the row."""

    def __init__(self, title: str, columns: list[Any], rows: list[list[Any]], styles: tuple[str, ...] = ()) -> None:
        self._title = title
        self._more = f"{len(rows) - ROWS} more rows" if len(rows) > ROWS else None
        self._columns = [str(name) for name in columns]
        self._rows = [[_cell(value) for value in row] for row in rows[:ROWS]]
        self._styles = styles

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Text(self._title, style="bold")
        for block in self._blocks(options.max_width):
            drawn = Table()
            for index in block:
                style = self._styles[index] if index < len(self._styles) else ""
                drawn.add_column(Text(self._columns[index]), overflow="fold", style=style)
            for row in self._rows:
                drawn.add_row(*(Text(row[index]) for index in block if index < len(row)))
            yield drawn
        if self._more:
            yield Text(self._more, style="dim")

    def _blocks(self, width: int) -> list[list[int]]:
        """Which columns stand beside each other, by number."""
        columns = [[name, *(row[index] for row in self._rows if index < len(row))] for index, name in enumerate(self._columns)]
        needed = [min(max(map(cell_len, cells)), WIDEST) + 3 for cells in columns]
        blocks: list[list[int]] = [[]]
        for index in range(len(self._columns)):
            if blocks[-1] and sum(needed[i] for i in blocks[-1]) + needed[index] >= width:
                blocks.append([0] if needed[0] + needed[index] < width else [])
            blocks[-1].append(index)
        return blocks


def _cell(value: Any) -> str:
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


def draw_approval(console: Console, approval: Approval) -> None:
    """What is asked, in a chat that asks for the decision next."""
    what = "removes or overwrites something" if approval.effect == "destroy" else "changes something"
    console.print(Text(f"{approval.agent} · {approval.tool} {what}: y approves, n rejects, e edits.", style="yellow"))


def _how_to_decide(console: Console, reply: Reply) -> None:
    if reply.approval is not None:
        console.print(Text(f"Waiting for your decision: swarm approve --session {reply.session}  (or --reject)", style="yellow"))


def _short(args: dict[str, Any]) -> str:
    text = ", ".join(f"{name}={value}" for name, value in args.items())
    return text if len(text) <= 120 else text[:119] + "…"
