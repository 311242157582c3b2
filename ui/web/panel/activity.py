"""Activity: what waits for a decision, and what was done by whom."""

import asyncio
import json
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from swarm.assistant import Assistant
from swarm.audit import Numbered
from tools.markdown import when
from ui.web.panel.rendering import page

RECENT = 30
"""Conversations that are asked for pending approvals."""
ENTRIES = 100
"""Entries of the audit log that are shown."""
EVENTS = ("call", "refused", "deleted", "shared")


class Activity:
    """What happened, as the panel shows it. Admins see everybody, others themselves."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    async def listing(self, user: str, effect: str = "") -> str:
        """Approvals that wait, and the newest entries of the audit log, of one effect where it is given."""
        own = None if self._assistant.permissions(user).role == "admin" else user
        waiting, entries = await asyncio.gather(
            self._waiting(user), asyncio.to_thread(self._assistant.audit.entries, ENTRIES, user=own, effect=effect or None)
        )
        rows = [(entry, _what(entry), when(datetime.fromtimestamp(entry.at, UTC))) for entry in reversed(entries)]
        return page("activity", waiting=waiting, rows=rows, effect=effect, effects=("read", "write", "destroy"))

    async def _waiting(self, user: str) -> list[tuple[str, str, str]]:
        """Session, title and first line of the preview of each approval that waits."""
        recent = await self._assistant.conversations.recent(user, limit=RECENT)
        pending = await asyncio.gather(*(self._assistant.pending(c.session, user) for c in recent))
        return [(c.session, c.title, a.preview.split("\n")[0]) for c, approvals in zip(recent, pending, strict=True) for a in approvals]


def _what(entry: Numbered) -> str:
    """One line: the call with its arguments, or why something was refused."""
    if entry.event != "call":
        return f"{entry.event}: {entry.said}".rstrip(": ")
    given = ", ".join(f"{name}={value if isinstance(value, str) else json.dumps(value, default=str)}" for name, value in entry.args.items())
    return f"{entry.tool}({given})"


def routes(activity: Activity) -> APIRouter:
    """The address of this view."""
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/activity")
    async def listing(request: Request, effect: str = "") -> str:
        return await activity.listing(str(request.scope["swarm_user"]), effect)

    return router
