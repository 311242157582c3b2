"""`swarm chat`: a conversation line by line."""

import asyncio
import json
import secrets
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import ThreadedCompleter
from prompt_toolkit.history import FileHistory
from prompt_toolkit.patch_stdout import patch_stdout
from prompt_toolkit.utils import is_dumb_terminal
from rich.console import Console
from rich.markdown import Markdown
from rich.text import Text

from agents.registry import find_agents
from swarm.assistant import Assistant
from swarm.errors import SwarmError
from swarm.planner.catalogue import Catalogue
from swarm.reply import Approval, Event
from swarm.settings import BUILTIN, Settings
from ui.terminal.drawing import draw_approval, draw_reply, show_steps
from ui.terminal.names import Names

COMMANDS = {
    "/help": "what can be typed here",
    "/new": "begin another conversation",
    "/list": "your conversations",
    "/open": "SESSION: go on with a conversation",
    "/export": "print this conversation as Markdown",
    "/approve": "what waits",
    "/reject": "what waits",
    "/tools": "what I can do, with its effect",
    "/quit": "leave; so does Ctrl-D. Ctrl-C stops what is under way",
}


async def chat(settings: Settings, session: str) -> int:
    """Talk until the user leaves; the exit code."""
    console = Console()
    settings.swarm.home.mkdir(parents=True, exist_ok=True)
    brain = "the built-in planner (no language model)" if settings.model == BUILTIN else settings.model
    console.print(Text(f"mlops-swarm, answering with {brain}. Leave with Ctrl-D; /help says what can be typed."))
    async with Assistant.open(settings) as assistant:
        await Chat(assistant, session, settings, console).talk()
    return 0


class Chat:
    """One person at one terminal."""

    def __init__(self, assistant: Assistant, session: str, settings: Settings, console: Console) -> None:
        self._assistant = assistant
        self._session = session
        self._console = console
        self._waiting: Approval | None = None
        self._catalogue = Catalogue([agent.toolset for agent in find_agents().values()], assistant.services)
        self._prompt: PromptSession[str] | None = None
        self._form: PromptSession[str] | None = None
        """Asks for arguments, which stand in no history."""
        if sys.stdin.isatty():
            completer = ThreadedCompleter(Names(list(COMMANDS), self._names))
            written = settings.swarm.home / "history"
            written.touch(mode=0o600)
            self._prompt = PromptSession(history=FileHistory(str(written)), completer=completer, complete_while_typing=False)
            self._form = PromptSession()

    async def talk(self) -> None:
        """Line after line."""
        await self._resume()
        while True:
            self._unstoppable()
            listening = asyncio.create_task(self._listen())
            try:
                text = (await self._read(self._prompt, "you> ")).strip()
            except KeyboardInterrupt:
                continue
            except EOFError:
                return
            finally:
                listening.cancel()
            if text in ("/exit", "/quit", "exit", "quit"):
                return
            if text:
                await self._stoppable(text)

    async def _stoppable(self, text: str) -> None:
        """Do what was typed; Ctrl-C ends it and not the program."""
        task = asyncio.create_task(self._take(text))
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, task.cancel)
        try:
            await task
        except asyncio.CancelledError:
            self._say("Stopped.")
        except SwarmError as error:
            self._console.print(Text(str(error), style="red"))
        finally:
            self._unstoppable()

    def _unstoppable(self) -> None:
        """From now on Ctrl-C ends nothing at a terminal, until a line is read there; elsewhere it ends the program."""
        loop = asyncio.get_running_loop()
        if self._prompt is not None:
            loop.add_signal_handler(signal.SIGINT, lambda: None)
        else:
            loop.remove_signal_handler(signal.SIGINT)

    async def _take(self, text: str) -> None:
        word, _, rest = text.partition(" ")
        if word.startswith("/"):
            await self._command(word, rest.strip())
        elif self._waiting is not None and text.lower() in ("e", "edit"):
            await self._edit(self._waiting)
        elif self._waiting is not None and text.lower() in ("y", "n"):
            await self._command("/approve" if text.lower() == "y" else "/reject", "")
        else:
            await self._play(self._assistant.stream(text, self._session))

    async def _command(self, word: str, rest: str) -> None:
        match word:
            case "/approve" | "/reject":
                await self._play(self._assistant.stream_decision(self._session, "approve" if word == "/approve" else "reject"))
            case "/new":
                await self._open(f"chat-{secrets.token_hex(4)}")
            case "/open" if rest:
                await self._assistant.conversations.summary(rest)
                await self._open(rest)
            case "/list":
                for found in await self._assistant.conversations.recent():
                    self._say(f"{found.session}  {found.title}")
            case "/export":
                self._say(await self._assistant.conversations.export(self._session))
            case "/tools":
                for agent, tool in self._assistant.toolbox.tools:
                    self._say(f"{agent.name} · {tool.name} ({tool.effect})")
            case _:
                for name, meaning in COMMANDS.items():
                    self._say(f"{name:<9} {meaning}")

    async def _open(self, session: str) -> None:
        self._session = session
        self._say(f"Conversation {session}.")
        await self._resume()

    async def _resume(self) -> None:
        """Ask again for the decision that the conversation waits for."""
        pending = await self._assistant.pending(self._session)
        self._waiting = pending[0] if pending else None
        if self._waiting is not None:
            self._console.print(Markdown(self._waiting.preview, hyperlinks=False))
            draw_approval(self._console, self._waiting)

    async def _play(self, events: AsyncIterator[Event]) -> None:
        reply = await show_steps(events, self._console)
        draw_reply(self._console, reply)
        self._waiting = reply.approval
        if reply.approval is not None:
            draw_approval(self._console, reply.approval)

    async def _edit(self, approval: Approval) -> None:
        """Ask for each argument, the present value to begin with."""
        changed: dict[str, Any] = {}
        for name, value in approval.args.items():
            before = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            after = await self._read(self._form, f"{name}> ", before)
            if after.strip() and after != before:
                try:
                    changed[name] = after if isinstance(value, str) else json.loads(after)
                except ValueError:
                    self._say(f"{after} is no JSON; nothing was decided.")
                    return
        await self._play(self._assistant.stream_decision(self._session, "edit", changed, approval.id))

    async def _read(self, asking: PromptSession[str] | None, prompt: str, default: str = "") -> str:
        """A line. The default can be changed in place; where the terminal cannot do that, an empty line means it.

        Raises:
            EOFError: there is none any more.
        """
        if asking is not None:
            shown, given = (f"{prompt}[{default}] ", "") if default and is_dumb_terminal() else (prompt, default)
            with patch_stdout():
                return await asking.prompt_async(shown, default=given) or default
        line: str = await asyncio.to_thread(sys.stdin.readline)
        if not line:
            raise EOFError
        return line.rstrip("\n") or default

    async def _listen(self) -> None:
        """Print what watches report, when they do."""
        with suppress(SwarmError):
            async for notice in self._assistant.notifications(self._session):
                self._console.print(Markdown(f"---\n{notice.text}", hyperlinks=False))

    def _names(self) -> list[str]:
        return sorted({entry.name for kind in self._catalogue.kinds for entry in self._catalogue.entries(kind)})

    def _say(self, text: str) -> None:
        self._console.print(Text(text))
