"""The commands `swarm docs`: the documents that answers come from, by the same tools as in a conversation."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.outcome import FAILED, Json, fail, loading, read_settings

if TYPE_CHECKING:
    from tools.result import ToolResult

docs = typer.Typer(help="The documents that answers come from.", no_args_is_help=True)


@docs.command()
def add(
    paths: Annotated[list[str], typer.Argument(help="Files, folders, patterns, web addresses or minio://bucket/prefix.")],
    as_json: Json = False,
) -> None:
    """Index documents. What did not change is left alone; what is gone from a folder leaves the index."""
    results = [_call("add_documents", {"path": path}) for path in paths]
    _print(results, as_json)


@docs.command("list")
def list_(as_json: Json = False) -> None:
    """List the indexed documents."""
    _print([_call("list_documents", {})], as_json)


@docs.command()
def remove(
    source: Annotated[str, typer.Argument(help="A document, or a folder of documents, as the list names it.")], as_json: Json = False
) -> None:
    """Remove documents from the index. The files themselves stay."""
    _print([_call("remove_document", {"source": source})], as_json)


@docs.command()
def search(query: Annotated[str, typer.Argument(help="A question or keywords.")], as_json: Json = False) -> None:
    """Show the passages that answer a question."""
    _print([_call("search_docs", {"query": query})], as_json)


def _call(name: str, arguments: dict[str, Any]) -> "ToolResult":
    """One tool of the documentation agent; every folder is open to it, as to any command of this user."""
    with loading():
        from agents.registry import find_agents
        from swarm.backends import open_services
        from swarm.platform import find_platform
        from tools.activity import Activity, activity
        from tools.call import Call, prepare, run

    settings = read_settings()
    everywhere = settings.swarm.model_copy(update={"files": [Path.cwd(), Path(Path.cwd().anchor)]})
    toolset = find_agents()["rag"].toolset
    services = open_services(settings.model_copy(update={"swarm": everywhere}), find_platform())
    try:
        with activity(Activity(_report)):
            call = prepare(toolset.tools[name], arguments, services, toolset.resolvers)
            return run(call, services) if isinstance(call, Call) else call
    except KeyboardInterrupt:
        fail("stopped; the documents are as they were before.", 130)
    finally:
        services.close()
        _report("")


def _report(text: str) -> None:
    """Progress on one line of a terminal."""
    if sys.stderr.isatty():
        typer.echo(f"\r\033[K{text}", err=True, nl=False)


def _print(results: "list[ToolResult]", as_json: bool) -> None:
    import json

    if as_json:
        shown = [result.model_dump(mode="json", include={"status", "content", "code", "artifacts", "sources"}) for result in results]
        typer.echo(json.dumps(shown[0] if len(shown) == 1 else shown, indent=2, ensure_ascii=False))
    for result in results:
        if not as_json:
            typer.echo(result.content, err=result.status == "error")
    if any(result.status == "error" for result in results):
        raise typer.Exit(FAILED)
