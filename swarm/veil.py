"""The veil: a streamed answer loses its secrets too, also those that come in pieces. What may be the beginning of one waits."""

import re
from collections.abc import Callable, Collection

from swarm.secrets import KEYS, KEYWORDS, SCHEMES

REACH = 320
"""Characters after a telling word within which its secret ends: names, signs and the longest value that `secrets` looks for."""
TELLING = re.compile("|".join([*KEYWORDS, *SCHEMES, KEYS.pattern]), re.I)
BLOCK = "-----BEGIN"
BLOCK_END = re.compile(r"-----END [A-Z ]*-----")
LAST_WORDS = re.compile(r"\S*\s*\S*\Z")
"""The word that may go on, and the one before it, with which it may make a telling name: `api key`."""


class Veil:
    """What has come of a stream of text and has not been shown yet."""

    def __init__(self, mask: Callable[[str], str], known: Callable[[], Collection[str]]) -> None:
        """`mask` takes the secrets out of a text; `known` are values that it finds wherever they stand."""
        self._mask = mask
        self._known = known
        self._waiting = ""

    def shown(self, piece: str) -> str:
        """Take a piece in; the text that can be shown by now. Blocks."""
        self._waiting += piece
        end = settled(self._waiting, self._known())
        ready, self._waiting = self._waiting[:end], self._waiting[end:]
        return self._mask(ready) if ready else ""

    def rest(self) -> str:
        """What is left when the stream has ended. Blocks."""
        ready, self._waiting = self._waiting, ""
        return self._mask(ready) if ready else ""


def settled(text: str, known: Collection[str]) -> int:
    """The length of the part of a text into which no secret reaches that goes on behind it."""
    phrases = [value for value in known if " " in value or "\n" in value]
    end = min(_last_words(text), _unbegun(text, phrases))
    while (nearer := _unbegun(text[:end], phrases)) < end:
        end = nearer
    return end


def _unbegun(text: str, phrases: Collection[str]) -> int:
    """The length of a text without the beginning of a secret at its end."""
    return min(_told(text), _block(text), *(len(text) - _begun(text, phrase) for phrase in phrases))


def _last_words(text: str) -> int:
    match = LAST_WORDS.search(text)
    return match.start() if match else len(text)


def _told(text: str) -> int:
    """Where the telling words begin that a secret may still follow."""
    begin, last = len(text), -REACH - 1
    for match in TELLING.finditer(text):
        if match.start() - last > REACH:
            begin = match.start()
        last = match.start()
    return _last_words(text[:begin]) if last >= len(text) - REACH else len(text)


def _block(text: str) -> int:
    """Where a private key begins whose end has not come."""
    closed = max((match.end() for match in BLOCK_END.finditer(text)), default=0)
    begin = text.find(BLOCK, closed)
    return begin if begin >= 0 else len(text)


def _begun(text: str, value: str) -> int:
    """How many of a value's first characters a text ends with."""
    return next((n for n in range(min(len(value) - 1, len(text)), 0, -1) if text.endswith(value[:n])), 0)
