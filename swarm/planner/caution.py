"""Caution: what a text only supposes, forbids, or asks about must not be done."""

import re

_ACTION = (
    r"(?:delet|remov|eras|drop|nuk|wip|destroy|purg|trash|discard|scrap|stop|terminat"
    r"|kill|abort|cancel|halt|paus|suspend|disabl|start|launch|run\b|trigger"
    r"|archiv|mov|copy|upload|overwrit|replac|shar|expir|creat|retr|rerun|restart|schedul"
    r"|renam|restor|touch|chang|send|execut|kick|do (?:it|that|so)\b|go ahead)\w*"
)
_FORBIDDEN = re.compile(
    rf"[(\s,;-]*\b(?:(?:please\s+)?(?:do not|never|by no means|under no circumstances"
    rf"|no need to|you (?:must|should|may) not|not to)\s+(?:\w+\s+){{0,2}}?{_ACTION}"
    rf"|(?:without|instead of|rather than|not|and not|but not)\s+(?:\w+\s+)?(?:delet|remov|eras|stopp?"
    rf"|kill|terminat|overwrit|replac|start|runn|mov|chang|touch|restart|archiv)\w*ing\b"
    rf"|not\s+(?:delete|remove|kill|stop|terminate|move|run|start|drop|archive))\b[^,;.!?()\n]*\)?",
    re.I,
)
_SUPPOSED = re.compile(
    r"\bwhat (?:would|will|could|might|does|do|happens?|is going to)\b.*\b(?:happen|if|when|break)\b"
    r"|\bwhat if\b|\bif i (?:were to|would|should)\b|\bsuppose\b|\bhypothetical|\bimagine\b"
    r"|\b(?:should|shall|may|can|could|must|would) (?:i|we|one|anyone)\b(?! (?:please )?(?:have|get|see)\b)|\b(?:is|was"
    r"|would) it (?:be )?(?:ok|okay|safe|(?<!would it be )possible|wise|allowed|bad|fine|a good idea|dangerous|better)\b"
    r"|\b(?:is there (?:a|any) (?:risk|danger|way))\b|\bthinking (?:of|about)\b|\bconsequences?\b"
    r"|\bhow (?:do|can|would|should|to|could) (?:i|we|you|one|people)?\b|\bhow to\b"
    r"|\bam i (?:allowed|able)\b|\bwhat (?:does|do) .* do\b",
    re.I,
)
_CONSEQUENCE = re.compile(
    r"\bwhat (?:would|will|could|might|is going to) (?:happen|become)\b|\bwhat (?:happens|becomes) (?:if|when|to|of|with|after|once)\b"
    r"|\bwhat (?:would|will|could) [^.?!]*\bif\b|\bwhat if\b|^\W*(?:suppose|supposing|imagine|assuming|hypothetically)\b"
    r"|\bif (?:i|we|you|one|someone|somebody|anyone) (?:were to |would |ever )?[a-z]+\b"
    r"[^.?!]*\b(?:would|will|does|do|is|are|can|could)\b[^.!]*\?",
    re.I,
)
_PAST = re.compile(
    r"^\W*(?:(?:and|so|but|also)\s+)*(?:does|did|was|were(?! (?:finished|done|through|ready)\b)|who|when|why|is|are"
    r"|do\s+(?:we|they|you|these|those|any)|(?:has"
    r"|have|had)\s+(?:you|we|i|they|it|the|any|all|anyone|someone))\b(?!.*\b(?:please|can you|could you)\b)",
    re.I,
)
_REPORT = re.compile(
    r"^\W*(?:(?:and|then|also|please|finally|afterwards)\W+)*(?:report|tell|say|show|inform|let (?:me|us) (?:know|see))"
    r"(?:\s+(?:to\s+)?(?:me|us))?"
    r"\s+(?:how|what|whether|if|when|where|which|who)\b[^,;]*$",
    re.I,
)
_OVERRIDE = re.compile(
    r"\b(?:ignore|forget|disregard|override|bypass|skip)\b[^,;/]{0,40}(?<![-/])\b(?:rules?|instructions?|prompts?"
    r"|restrictions?|guidelines?|safety|approvals?|polic\w+)\b|\byou are now\b|\bpretend (?:to be|you)\b"
    r"|\brm -rf\b|\bno restrictions\b|\bdeveloper mode\b|\bjailbreak\b|\b(?:act|behave) as (?:if|an?|the|my"
    r"|root|admin)\b|\bsystem prompt\b|\bdrop table\b|\bsudo\b|^\W*(?:curl|wget)\s|\bexecute\s+`|\bos\.system\b",
    re.I,
)
_SECRET = re.compile(
    r"\b(?:api|secret|access|private|ssh|encryption|signing)[\s_-]*(?:access[\s_-]*)?(?:keys?|tokens?)\b|\bpasswords?\b|\bpasswd\b"
    r"|\bcredentials?\b|\b(?:bearer|auth|access|slack|bot)\s+tokens?\b|\byour tokens?\b"
    r"|\benvironment variables?\b|\benv vars?\b|\.env\b|\b[A-Z]{3,}_(?:[A-Z]+_)*(?:KEY|TOKEN|SECRET)\b",
    re.I,
)
_REVEAL = re.compile(
    r"\b(?:show|print|tell|give|reveal|display|send|list|dump|leak|echo|read"
    r"|need|want|what|which|where|share|post|output|know|get)\b",
    re.I,
)


def allowed_part(text: str) -> str:
    """The text without what it forbids: "archive it (don't delete it)" -> "archive it"."""
    return _FORBIDDEN.sub(" ", text).strip(" \t,;.-")


def forbids(text: str) -> bool:
    """Whether a text says that something must not be done."""
    return _FORBIDDEN.search(text) is not None


def only_asks(text: str) -> bool:
    """Whether a text supposes something or asks about it, so that nothing must be changed because of it."""
    return any(asks.search(text) for asks in (_SUPPOSED, _PAST, _REPORT))


def supposes(text: str) -> bool:
    """Whether a text asks what would come of something, which only the documentation can tell."""
    return _CONSEQUENCE.search(text) is not None


def overrides(text: str) -> bool:
    """Whether a text tries to talk the assistant out of its rules."""
    return _OVERRIDE.search(text) is not None


def wants_secret(text: str) -> bool:
    """Whether a text asks for keys, passwords or tokens."""
    return _SECRET.search(text) is not None and _REVEAL.search(text) is not None
