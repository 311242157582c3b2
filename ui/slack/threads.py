"""Threads of Slack, each of which is a conversation."""

from typing import NamedTuple

PREFIX = "slack"


class Thread(NamedTuple):
    """Where a conversation is held."""

    team: str
    channel: str
    ts: str
    """Of the thread's first message."""

    @property
    def session(self) -> str:
        """The conversation's session id."""
        return f"{PREFIX}-{self.team}-{self.channel}-{self.ts}"

    @property
    def direct(self) -> bool:
        """Whether this is between one person and the assistant."""
        return self.channel.startswith("D")

    @property
    def owner(self) -> str:
        """Who owns a conversation that many may join: the channel itself."""
        return f"{PREFIX}-{self.team}-{self.channel}"

    @classmethod
    def of(cls, session: str) -> "Thread | None":
        """The thread of a session; None for a session that is held elsewhere."""
        parts = session.split("-", 3)
        return cls(*parts[1:]) if len(parts) == 4 and parts[0] == PREFIX else None
