"""The command `swarm`. Nothing heavy is imported before a command needs it."""

import json
import logging
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from ui.conversations import audit, conversations
from ui.docs import docs
from ui.evaluation import evaluation
from ui.outcome import FAILED, OK, USAGE, Json, fail, loading, read_settings, run

app = typer.Typer(
    help="Run machine-learning operations by talking: pipelines, storage and documentation behind one conversation.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
demo = typer.Typer(help="Sample pipelines and data, and a conversation that shows them.", invoke_without_command=True)
platform = typer.Typer(help="The pipeline server of this machine.", no_args_is_help=True)
app.add_typer(demo, name="demo")
app.add_typer(platform, name="platform")
app.add_typer(docs, name="docs")
app.add_typer(evaluation, name="eval")
app.add_typer(conversations, name="conversations")
app.command("audit")(audit)


class Approve(StrEnum):
    """What happens to calls that need an approval."""

    ask = "ask"
    all = "all"
    none = "none"


Session = Annotated[str, typer.Option("--session", "-s", help="Conversation to go on with.")]


@app.callback()
def _common(verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log more, to stderr.")] = False) -> None:
    logging.basicConfig(stream=sys.stderr, level=logging.INFO if verbose else logging.ERROR, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("bm25s").setLevel(logging.WARNING)


@app.command()
def ask(
    message: Annotated[str | None, typer.Argument(help="What you want; `-` reads it from stdin.")] = None,
    session: Session = "default",
    approve: Annotated[Approve, typer.Option(help="Changes: ask first, approve all, or refuse all.")] = Approve.ask,
    batch: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="JSON Lines: {session, message, approve?}.")] = None,
    as_json: Json = False,
) -> None:
    """Say one thing and print the answer."""
    with loading():
        from ui.terminal.once import ask_batch, ask_once

    if (message is None) == (batch is None):
        fail("give either a message or --batch FILE.", USAGE)
    if batch is not None:
        raise typer.Exit(run(ask_batch(read_settings(), batch.read_text(encoding="utf-8").splitlines())))
    text = sys.stdin.read() if message == "-" else str(message)
    raise typer.Exit(run(ask_once(read_settings(), text, session, approve.value, as_json)))


@app.command()
def approve(
    session: Session = "default",
    reject: Annotated[bool, typer.Option("--reject", help="Refuse instead.")] = False,
    edit: Annotated[str | None, typer.Option(help="Approve with changed arguments, as JSON.")] = None,
    as_json: Json = False,
) -> None:
    """Decide on what waits for an approval in a conversation."""
    with loading():
        from ui.terminal.once import decide_once

    arguments: dict[str, Any] | None = None
    if edit is not None:
        try:
            arguments = json.loads(edit)
        except ValueError as error:
            fail(f"--edit is no JSON: {error}.", USAGE)
        if not isinstance(arguments, dict) or reject:
            fail("--edit takes a JSON object, and not together with --reject.", USAGE)
    decision: Literal["approve", "reject", "edit"] = "reject" if reject else "edit" if arguments is not None else "approve"
    raise typer.Exit(run(decide_once(read_settings(), session, decision, arguments, as_json)))


@app.command()
def chat(session: Session = "default") -> None:
    """Talk in the terminal."""
    with loading():
        from ui.terminal.chat import chat as talk

    raise typer.Exit(run(talk(read_settings(), session)))


@app.command()
def ui(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 picks a free one.")] = None,
) -> None:
    """Start the platform and the web page, and print its address."""
    with loading():
        from ui.web.server import serve

    settings = read_settings()
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = settings.model_copy(update={"swarm": settings.swarm.model_copy(update=given)})
    raise typer.Exit(run(serve(settings)))


@app.command()
def slack() -> None:
    """Answer in Slack, over a socket or signed HTTP events."""
    with loading():
        from ui.slack.server import serve

    raise typer.Exit(run(serve(read_settings())))


@app.command()
def mcp(
    http: Annotated[bool, typer.Option("--http", help="Serve over streamable HTTP instead of the standard streams.")] = False,
    host: Annotated[str, typer.Option(help="With --http: address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="With --http: port to listen on; 0 picks a free one.")] = 7861,
    progressive: Annotated[bool, typer.Option("--progressive", help="List a few tools through which all others are found.")] = False,
    tokens: Annotated[bool, typer.Option("--tokens", help="Only count the tokens of the list of tools, in both modes.")] = False,
) -> None:
    """Offer the tools to programs that speak the Model Context Protocol."""
    with loading():
        from ui.mcp.serve import counted, over_http, over_stdio

    settings = read_settings()
    if tokens:
        typer.echo("\n".join(f"{mode:<12} {count:>6} tokens" for mode, count in run(counted(settings)).items()))
    elif http:
        given = {"host": host, "port": port}
        settings = settings.model_copy(update={"swarm": settings.swarm.model_copy(update=given)})
        raise typer.Exit(run(over_http(settings, progressive)))
    else:
        raise typer.Exit(run(over_stdio(settings, progressive)))


@app.command()
def config(as_json: Json = False) -> None:
    """Print the effective settings, secrets masked."""
    from swarm.settings import variables

    values = variables(read_settings())
    if as_json:
        typer.echo(json.dumps(values, indent=2))
    else:
        width = max(len(name) for name in values)
        typer.echo("\n".join(f"{name:<{width}}  {value}".rstrip() for name, value in values.items()))


@app.command()
def doctor(as_json: Json = False) -> None:
    """Try each backend and say what to do."""
    from ui.doctor import examine

    findings = run(examine(read_settings()))
    if as_json:
        typer.echo(json.dumps([f.model_dump() for f in findings], indent=2))
    else:
        for finding in findings:
            typer.echo(f"{'ok  ' if finding.ok else 'FAIL'}  {finding.backend:<14} {finding.message}")
    raise typer.Exit(OK if all(f.ok for f in findings) else FAILED)


@demo.callback()
def _demo(context: typer.Context) -> None:
    """Play a conversation for real: run a pipeline, wait, look at its metrics, storage and documentation."""
    if context.invoked_subcommand is None:
        with loading():
            from ui.demo import play

        raise typer.Exit(run(play(read_settings())))


@demo.command("load")
def demo_load() -> None:
    """Load the sample pipelines and data into the configured backends."""
    from swarm.backends import open_services
    from swarm.platform import find_platform
    from swarm.samples import load_samples
    from tools.result import ToolError

    found = find_platform()
    services = open_services(read_settings(), found)
    try:
        added = load_samples(services, found)
    except ToolError as error:
        fail(error.message, FAILED)
    finally:
        services.close()
    typer.echo(f"Added {len(added.pipelines_added)} pipelines and {len(added.objects_added)} objects; what was there stays.")


@platform.command()
def status() -> None:
    """Tell whether the pipeline server of this machine runs."""
    from swarm.platform import find_platform

    home = read_settings().swarm.home
    address = find_platform().running(home)
    typer.echo(f"running at {address} (home {home})" if address else f"not running (home {home})")


@platform.command()
def stop() -> None:
    """Stop the pipeline server; runs under way go on and are picked up at the next start."""
    from swarm.platform import find_platform

    typer.echo("stopped" if find_platform().stop(read_settings().swarm.home) else "was not running")


def main() -> None:
    """Entry point of the command `swarm`."""
    app()
