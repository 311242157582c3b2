"""Which conversation a chat page goes on with. It sends what was said so far and no id: the swarm's own answers in it tell."""

import hashlib
import re
import uuid
from dataclasses import dataclass

from swarm.archive import Conversations
from swarm.errors import MessageError

LOOKED_AT = 200
"""Conversations, the latest first, that are looked through."""
_NAME = re.compile(r"[\w.:@-]{1,200}")


@dataclass(frozen=True)
class Spoken:
    """A message of the user or of the swarm."""

    role: str
    text: str


async def session_of(archive: Conversations, before: list[Spoken], user: str, person: str, named: str | None) -> str:
    """The session for a message.

    Args:
        archive: the conversations.
        before: what was said before it.
        user: who has signed in.
        person: whom the page names, where several people share one token; their conversations are kept apart.
        named: the session's name where the page gives one.

    Raises:
        MessageError: the name given is none.
    """
    whose = hashlib.sha256("\n".join((user, person)).encode(errors="replace")).hexdigest()
    kept_apart = f"v1-{whose[:12]}-"
    if named is not None:
        if not _NAME.fullmatch(named):
            raise MessageError(f"{named!r:.60} is no name of a session: letters, digits and . : @ - _ are.")
        return f"{kept_apart}{named}"
    answers = [_plain(s.text) for s in before if s.role == "assistant"]
    if answers:
        for summary in await archive.recent(user, LOOKED_AT):
            if not summary.session.startswith(kept_apart):
                continue
            said = await archive.messages(summary.session, user)
            if [_plain(s.text) for s in said if s.role == "assistant"] == answers:
                return summary.session
    return f"{kept_apart}{uuid.uuid4().hex[:12]}"


def _plain(text: str) -> str:
    """A text without what pages change: spaces and line ends."""
    return " ".join(text.split())
