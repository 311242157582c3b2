"""Decisions in words: what a message says about the approval that waits. Only what is beyond doubt counts."""

import re
from dataclasses import dataclass
from typing import Literal

from tools.result import Effect

_APPROVE = frozenset(
    "approve,approved,approve it,i approve,yes,yes please,yes approve,yes i approve,confirm,confirmed,i confirm".split(",")
)
_CASUAL = frozenset(
    "y,yep,yeah,yup,ok,okay,ok go,sure,go,go ahead,go for it,do it,yes do it,please do,proceed,fine,alright,run it,yes go ahead".split(",")
)
"""Enough for what can be undone, not for what removes or overwrites."""
_REJECT = frozenset(
    "n,no,nope,no thanks,no thank you,reject,rejected,reject it,i reject,cancel,cancel it,cancel that,abort,stop,dont,do not,"
    "dont do it,do not do it,no dont,never mind,nevermind,forget it,no cancel,no stop".split(",")
)
_INSTEAD = re.compile(r"^\s*(?:no|nope|reject|cancel(?: it| that)?|stop)\s*[,.;:!–—-]+\s*(?P<rest>\S.*)$", re.I | re.S)
_LATER = re.compile(r"^\W*(?:wait|not yet|hold on|hang on|later|one moment|let me)\b", re.I)


@dataclass(frozen=True)
class Said:
    """What a message says about the pending approval; `rest` is what it asks for besides."""

    verdict: Literal["approve", "reject"]
    rest: str = ""


def said(message: str, effect: Effect) -> Said | None:
    """The decision that a message states; None where it states none, or not clearly enough for an effect like this."""
    words = re.sub(r"[^\w\s]", "", message.lower().replace("’", "'").replace("'", ""))
    plain = " ".join(words.split())
    if plain in _APPROVE or (plain in _CASUAL and effect != "destroy"):
        return Said("approve")
    if plain in _REJECT:
        return Said("reject")
    instead = _INSTEAD.match(message)
    if instead and not _LATER.match(instead["rest"]):
        return Said("reject", instead["rest"].strip())
    return None


def agrees(message: str) -> bool:
    """Whether a message seems to agree, though perhaps not clearly enough."""
    return " ".join(re.sub(r"[^\w\s]", "", message.lower()).split()) in _CASUAL | _APPROVE
