"""`swarm conversations` and `swarm audit`: what is kept of conversations, and of what was done in them."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

import typer
from pydantic import BaseModel

from ui.outcome import FAILED, OK, USAGE, Json, fail, read_settings, run

conversations = typer.Typer(help="Your conversations: list, read, rename, search, export, share, delete.", no_args_is_help=True)

User = Annotated[str, typer.Option("--user", help="Whose conversations.")]
Session = Annotated[str, typer.Argument(help="The conversation's session id.")]


@conversations.command("list")
def list_(user: User = "local", limit: int = 50, as_json: Json = False) -> None:
    """List conversations, the one used last first."""
    from swarm.archive import Summary, open_archive

    async def work() -> list[Summary]:
        async with open_archive(read_settings()) as archive:
            return await archive.recent(user, limit)

    found = run(work())
    _print(found, [f"{_when(c.updated)}  {c.session:<24}  {c.title}" for c in found], as_json, "no conversations yet")


@conversations.command()
def show(session: Session, user: User = "local", as_json: Json = False) -> None:
    """Print what was said."""
    from swarm.archive import Said, open_archive

    async def work() -> list[Said]:
        async with open_archive(read_settings()) as archive:
            return await archive.messages(session, user)

    said = run(work())
    _print(said, [f"{_when(s.at)}  {s.user if s.role == 'user' else s.role}: {s.text}" for s in said], as_json, "nothing was said")


@conversations.command()
def rename(session: Session, title: str, user: User = "local") -> None:
    """Give a conversation another title."""
    from swarm.archive import open_archive

    async def work() -> None:
        async with open_archive(read_settings()) as archive:
            await archive.rename(session, title, user)

    run(work())


@conversations.command()
def search(words: str, user: User = "local", limit: int = 20, as_json: Json = False) -> None:
    """Find what was said: all the words, the last one may be unfinished."""
    from swarm.archive import Said, open_archive

    async def work() -> list[Said]:
        async with open_archive(read_settings()) as archive:
            return await archive.search(words, user, limit)

    found = run(work())
    lines = [f"{_when(s.at)}  {s.session:<24}  {s.role}: {' '.join(s.text.split())[:160]}" for s in found]
    _print(found, lines, as_json, f"nothing that was said has the words {words!r}")


@conversations.command()
def export(
    session: Session, form: Annotated[str, typer.Option("--format", help="`markdown` or `json`.")] = "markdown", user: User = "local"
) -> None:
    """Print a whole conversation with its steps and sources."""
    from swarm.archive import open_archive

    if form not in ("markdown", "json"):
        fail(f"--format={form!r}: use markdown or json.", USAGE)
    chosen: Literal["markdown", "json"] = "json" if form == "json" else "markdown"

    async def work() -> str:
        async with open_archive(read_settings()) as archive:
            return await archive.export(session, chosen, user)

    typer.echo(run(work()).rstrip())


@conversations.command()
def share(
    session: Session,
    member: Annotated[str | None, typer.Option("--with", help="One user; without it everyone of this installation.")] = None,
    end: Annotated[bool, typer.Option("--end", help="Take it back.")] = False,
    user: User = "local",
) -> None:
    """Let others read a conversation and go on with it, each with the rights of their own role."""
    from swarm.archive import EVERYONE, open_archive

    async def work() -> str:
        async with open_archive(read_settings()) as archive:
            title = (await archive.summary(session, user)).title
            change = archive.unshare if end else archive.share
            await change(session, member or EVERYONE, user)
            return title

    title = run(work())
    typer.echo(f"{'no longer shared' if end else 'shared'} with {member or 'everyone'}: {title or session}")


@conversations.command()
def delete(session: Session, user: User = "local", yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Delete a conversation for good; the audit log keeps what was done."""
    from swarm.archive import open_archive

    if not yes:
        typer.confirm(f"Delete conversation {session!r} for good?", abort=True)

    async def work() -> None:
        async with open_archive(read_settings()) as archive:
            await archive.delete(session, user)

    run(work())


def audit(
    user: Annotated[str | None, typer.Option(help="Only this user's.")] = None,
    session: Annotated[str | None, typer.Option(help="Only of this conversation.")] = None,
    tool: Annotated[str | None, typer.Option(help="Only calls of this tool.")] = None,
    effect: Annotated[str | None, typer.Option(help="Only read, write or destroy.")] = None,
    event: Annotated[str | None, typer.Option(help="Only call, refused, deleted or shared.")] = None,
    since: Annotated[datetime | None, typer.Option(help="Only from this time on (UTC).")] = None,
    limit: int = 100,
    verify: Annotated[bool, typer.Option("--verify", help="Check that no entry was changed or removed, also at the end.")] = False,
    as_json: Json = False,
) -> None:
    """Show who had what done, who approved it and what came of it."""
    from swarm.audit import AuditLog, Numbered
    from swarm.store import Store
    from swarm.vault import sealing_key

    begin = since.replace(tzinfo=UTC).timestamp() if since else 0.0

    async def work() -> tuple[list[Numbered], tuple[int, int | None]]:
        given = read_settings()
        store = await asyncio.to_thread(Store.open, given.swarm.home, given.database_url)
        try:
            log = AuditLog(store, sealing_key(given.swarm))
            found = [] if verify else log.entries(limit, begin, user=user, session=session, tool=tool, effect=effect, event=event)
            return found, log.verify() if verify else (0, None)
        finally:
            store.close()

    found, (count, broken) = run(work())
    if verify:
        typer.echo(_verdict(count, broken))
        raise typer.Exit(OK if broken is None else FAILED)
    _print(found, [_line(e.model_dump()) for e in found], as_json, "no entries")


def _verdict(count: int, broken: int | None) -> str:
    if broken is None:
        return f"{count} entries, none changed or removed."
    if broken > count:
        return (
            f"the log does not end as it was sealed: entries after {count} were removed, or added by other hands, "
            "or SWARM_SECRETS_KEY (or secrets.key in SWARM_HOME) is not the one it was sealed with."
        )
    return f"entry {broken} is not as it was written, or one before it was removed."


def _line(entry: dict[str, object]) -> str:
    args = json.dumps(entry["args"], ensure_ascii=False, default=str)
    by = f" {entry['approval']} by {entry['approved_by']}" if entry["approved_by"] else f" {entry['approval']}" if entry["approval"] else ""
    what = f"{entry['tool']} {args} ({entry['effect']}){by}: {entry['status']}" if entry["tool"] else f"{entry['event']}: {entry['said']}"
    return f"{entry['number']:>5}  {_when(entry['at'])}  {entry['user']}  {entry['session']}  {what}"


def _print(found: Sequence[BaseModel], lines: Sequence[str], as_json: bool, nothing: str) -> None:
    if as_json:
        typer.echo(json.dumps([f.model_dump(mode="json") for f in found], indent=2, ensure_ascii=False))
    else:
        typer.echo("\n".join(lines) or f"({nothing})")


def _when(at: object) -> str:
    return datetime.fromtimestamp(float(str(at)), UTC).strftime("%Y-%m-%d %H:%M")
