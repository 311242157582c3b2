"""Profiles: what each user asked to be remembered, for models to use as data and for the user to see and change."""

import re
import time
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, select

from swarm.secrets import find
from swarm.store import Store
from swarm.tables import messages, notes
from swarm.vault import PLACEHOLDER
from tools.result import ErrorCode, ToolError
from tools.speaker import speaker

MOST = 50
"""Notes of one user."""
NOUNS = frozenset({"bucket", "pipeline", "experiment", "run", "schedule"})
"""Kinds of things: the word stays where a user's own name for one is replaced."""
EVERYTHING = frozenset({"everything", "all"})
_SUBJECT = re.compile(
    r"^\W*(?P<subject>(?:my|our|the)\s[\w\s-]{2,60}?)\s*(?:\bis\b|\bare\b|\bmeans\b|=|:)\s*(?P<value>\S.*?)[.!\s]*$", re.I
)
_MEANT = re.compile(r"^\W*(?:when|if|by) I say (?P<subject>.{3,60}?),? I mean (?P<value>\S.*?)[.!\s]*$", re.I)
_SMALL = frozenset(
    "a an and are as at be by call called for from i in is it its me mean means my of on or our say that the their them this to use uses "
    "user users wants want prefers prefer always when with name named please should has have usual default time zone".split()
)
"""Words that a note may have without the user having said them."""

_KNOWN = select(notes.c.text).where(notes.c.user == bindparam("user")).order_by(notes.c.id)


class Profiles:
    """The notes of all users. Methods block."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def notes(self, user: str) -> list[str]:
        """What is remembered about a user, the oldest first."""
        with self._store.reading() as connection:
            return self.known(connection, user)

    def known(self, connection: Connection, user: str) -> list[str]:
        """Like `notes`, within a transaction."""
        return [str(text) for text in connection.execute(_KNOWN, {"user": user}).scalars()]

    def add(self, user: str, note: str) -> bool:
        """Keep a note; one about the same thing ("my bucket is ...") is replaced. Tells whether it was new.

        Raises:
            ToolError: INVALID_ARGUMENT: it holds a secret, or there are too many.
        """
        if find(note) or PLACEHOLDER.search(note):
            raise ToolError(ErrorCode.INVALID_ARGUMENT, "passwords, keys and tokens are not remembered.")
        known = self.notes(user)
        if note in known:
            return False
        if len(known) >= MOST:
            raise ToolError(ErrorCode.INVALID_ARGUMENT, f"{MOST} notes are remembered at the most; forget one first.")
        subject = _subject(note)
        same = [n for n in known if subject and _subject(n) == subject]
        with self._store.writing() as connection:
            connection.execute(delete(notes).where(notes.c.user == user, notes.c.text.in_(same)))
            connection.execute(notes.insert().values(user=user, at=time.time(), text=note))
        return True

    def remove(self, user: str, words: str) -> list[str]:
        """Remove the notes that have all these words, or all notes for "everything"; which ones."""
        wanted = set(_words(words)) - _FILLERS
        everything = bool(EVERYTHING & set(_words(words))) and not wanted - EVERYTHING
        gone = [n for n in self.notes(user) if everything or (wanted and wanted <= set(_words(n)))]
        with self._store.writing() as connection:
            connection.execute(delete(notes).where(notes.c.user == user, notes.c.text.in_(gone)))
        return gone

    def said(self, user: str, session: str) -> set[str]:
        """All words that a user wrote in a conversation."""
        mine = select(messages.c.words).where(messages.c.session == session, messages.c.user == user, messages.c.role == "user")
        with self._store.reading() as connection:
            return {word for words in connection.execute(mine).scalars() for word in words.split()}


_FILLERS = frozenset("my the a an about of that what said say is are i you know remember me on note notes any more".split())


class UserNotebook:
    """The notebook of the user whom the running call is for: what tools see of the profiles."""

    def __init__(self, profiles: Profiles) -> None:
        self._profiles = profiles

    def notes(self) -> list[str]:
        """All notes, the oldest first."""
        return self._profiles.notes(speaker().user)

    def add(self, note: str) -> bool:
        """Keep a note if the user wrote its words in this conversation: a document or a log cannot have itself remembered."""
        who = speaker()
        unsaid = [w for w in _words(note) if w not in _SMALL and w not in self._profiles.said(who.user, who.session)]
        if unsaid:
            message = f"only what the user said is remembered; the user did not write: {', '.join(unsaid[:5])}. Use the user's own words."
            raise ToolError(ErrorCode.INVALID_ARGUMENT, message)
        return self._profiles.add(who.user, note)

    def remove(self, words: str) -> list[str]:
        """Remove the notes that have all these words; which ones."""
        return self._profiles.remove(speaker().user, words)


def aliases(known: Sequence[str]) -> dict[str, str]:
    """What the user's own names stand for: "my bucket" and what it is."""
    found: dict[str, str] = {}
    for note in known:
        match = _MEANT.match(note) or _SUBJECT.match(note)
        if match:
            found[" ".join(match["subject"].lower().split())] = match["value"].strip("`'\"“” ")
    return found


def expanded(text: str, known: Sequence[str]) -> str:
    """A request with the user's own names replaced by what they stand for: "my bucket" by "bucket datasets"."""
    for subject, value in sorted(aliases(known).items(), key=lambda pair: -len(pair[0])):
        noun = subject.split()[-1]
        meant = f"{noun} {value}" if noun in NOUNS else value
        text = re.sub(rf"\b{re.escape(subject)}\b", meant.replace("\\", r"\\"), text, flags=re.I)
    return text


def _subject(note: str) -> str:
    return next(iter(aliases([note])), "")


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())
