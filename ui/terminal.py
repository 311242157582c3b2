"""The terminal: one question, a batch, or a chat."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, Literal

from pydantic import BaseModel, ValidationError
from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape

from swarm.assistant import Assistant
from swarm.errors import MessageError, SwarmError
from swarm.mandate import ApproveMode
from swarm.reply import Event, Finished, PlanUpdated, Reply, StepFinished, StepProgress, StepStarted
from swarm.settings import BUILTIN, Settings

STATES = {"pending": "○", "running": "▸", "done": "✓", "failed": "✗", "asked": "?"}
MARKS = {"ok": "[green]✓[/]", "no_data": "[yellow]∅[/]", "error": "[red]✗[/]", "rejected": "[yellow]–[/]"}


class BatchLine(BaseModel):
    """One line of a batch file."""

    session: str
    message: str
    approve: ApproveMode = "ask"


async def ask_once(settings: Settings, message: str, session: str, approve: ApproveMode, as_json: bool) -> int:
    """One turn; the exit code."""
    from swarm.assistant import check_message

    check_message(message)
    async with Assistant.open(settings) as assistant:
        return await show(assistant.stream(message, session, approve=approve), as_json)


async def decide_once(
    settings: Settings, session: str, decision: Literal["approve", "reject", "edit"], arguments: dict[str, Any] | None, as_json: bool
) -> int:
    """One decision on a pending approval; the exit code."""
    async with Assistant.open(settings) as assistant:
        return await show(assistant.stream_decision(session, decision, arguments), as_json)


async def ask_batch(settings: Settings, lines: list[str]) -> int:
    """One turn a line, one JSON object a line; the exit code is 1 when any turn failed."""
    code = 0
    async with Assistant.open(settings) as assistant:
        for number, text in enumerate(lines, start=1):
            if not text.strip():
                continue
            try:
                line = BatchLine.model_validate_json(text)
                reply = await assistant.ask(line.message, line.session, approve=line.approve)
            except (ValidationError, MessageError) as error:
                said = str(error) if isinstance(error, MessageError) else _explain(error)
                reply = Reply(session=_session_of(text), answer=f"Line {number}: {said}", status="failed")
            print(reply.model_dump_json(), flush=True)  # noqa: T201 - the command's output
            code = 1 if reply.status == "failed" else code
    return code


def _session_of(text: str) -> str:
    with suppress(ValueError, AttributeError):
        return str(json.loads(text).get("session", ""))
    return ""


def _explain(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, p['loc'])) or 'line'}: {p['msg'].lower()}" for p in error.errors())


async def show(events: AsyncIterator[Event], as_json: bool = False, console: Console | None = None) -> int:
    """Draw a turn; with `as_json` print only the reply. The exit code is 1 for a failed turn."""
    console = console or Console()
    reply = await show_steps(events, None if as_json else console)
    if as_json:
        print(reply.model_dump_json(), flush=True)  # noqa: T201 - the command's output
    else:
        draw_reply(console, reply)
    return 1 if reply.status == "failed" else 0


async def show_steps(events: AsyncIterator[Event], console: Console | None) -> Reply:
    """Draw the steps as they come, if there is a console; the reply in the end."""
    reply: Reply | None = None
    async for event in events:
        if isinstance(event, Finished):
            reply = event.reply
        elif console is not None:
            _draw_step(console, event)
    if reply is None:
        raise RuntimeError("a stream of events ends with Finished")
    return reply


def _draw_step(console: Console, event: Event) -> None:
    if isinstance(event, PlanUpdated):
        for number, planned in enumerate(event.steps, start=1):
            console.print(f"[dim]{STATES[planned.state]} {number}. {escape(planned.text)}[/]", highlight=False)
    elif isinstance(event, StepStarted):
        console.print(f"[dim]… {event.agent} · {event.tool} {escape(_short(event.args))}[/]", highlight=False)
    elif isinstance(event, StepProgress):
        console.print(f"[dim]  {escape(event.text)}[/]", highlight=False)
    elif isinstance(event, StepFinished):
        step = event.step
        console.print(f"{MARKS[step.status]} [dim]{step.agent} · {step.tool} ({step.ms / 1000:.1f} s)[/]", highlight=False)


def _short(args: dict[str, Any]) -> str:
    text = ", ".join(f"{name}={value}" for name, value in args.items())
    return text if len(text) <= 120 else text[:119] + "…"


def draw_reply(console: Console, reply: Reply) -> None:
    """The answer, its sources, and what else there is to look at."""
    console.print()
    console.print(Markdown(reply.answer, hyperlinks=False))
    for source in reply.sources:
        place = f"{source.title} › {source.section}" if source.section and source.section != source.title else source.title
        console.print(f"[dim][{source.n}] {escape(place)}  {escape(source.uri)}[/]".replace("[dim][", "[dim]\\["), highlight=False)
    charts = [a.title for a in reply.artifacts if a.kind in ("chart", "image", "html")]
    if charts:
        console.print(f"[dim]Charts on the web page (`swarm ui`): {escape(', '.join(charts))}[/]", highlight=False)
    if reply.approval is not None:
        console.print(
            f"[yellow]Waiting for your decision:[/] swarm approve --session {escape(reply.session)}  (or --reject)", highlight=False
        )
    console.print()


async def chat(settings: Settings, session: str) -> int:
    """Talk until the user leaves."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import FileHistory
    from prompt_toolkit.patch_stdout import patch_stdout

    console = Console()
    settings.swarm.home.mkdir(parents=True, exist_ok=True)
    prompt: PromptSession[str] | None = None
    if sys.stdin.isatty():
        prompt = PromptSession(history=FileHistory(str(settings.swarm.home / "history")))
    brain = "the built-in planner (no language model)" if settings.model == BUILTIN else settings.model
    console.print(f"mlops-swarm, answering with {brain}. Leave with Ctrl-D; `help` says what I can do.", highlight=False)
    async with Assistant.open(settings) as assistant:
        listening = asyncio.create_task(_listen(assistant, session, console))
        try:
            while True:
                with patch_stdout():
                    text = await prompt.prompt_async("you> ") if prompt else await asyncio.to_thread(sys.stdin.readline)
                if (not prompt and not text) or text.strip() in ("/exit", "/quit", "exit", "quit"):
                    return 0
                if text.strip():
                    await _turn(assistant, text, session, console)
        except (EOFError, KeyboardInterrupt):
            return 0
        finally:
            listening.cancel()


async def _listen(assistant: Assistant, session: str, console: Console) -> None:
    """Print what watches report, when they do."""
    async for notice in assistant.notifications(session):
        console.print(Markdown(f"---\n{notice.text}", hyperlinks=False))


async def _turn(assistant: Assistant, text: str, session: str, console: Console) -> None:
    """One message; the assistant itself understands a yes or no while an approval waits."""
    try:
        await show(assistant.stream(text, session), console=console)
    except SwarmError as error:
        console.print(f"[red]{escape(str(error))}[/]", highlight=False)
