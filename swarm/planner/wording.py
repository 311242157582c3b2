"""Turns of phrase by which a step is understood: what only completes, corrects or points."""

import re

from swarm.planner.references import NOUNS

ELLIPSIS = re.compile(
    r"^\W*(?:and|what about|how about|same|again|also|now|then|ok|or|but|for|with|the same|instead|not|no|nope|sorry|rather|actually"
    r"|i meant?|only|just|(?:please )?(?:do|make) (?:just |exactly )?the same)\b",
    re.I,
)
DO_THE_SAME = re.compile(r"^\W*(?:(?:and|now|then|please|also)\W+)*(?:do |make )?(?:just |exactly )?the same\b", re.I)
"""Says that what was done is to be done to something else."""
ONES = re.compile(r"\b(?:(?:the|another|a)\s+(?:[\w{}]+\s+)?)?ones?\b", re.I)
NOTED = frozenset({"note", "note_words"})
"""Kinds of what is remembered and forgotten: the user's own words, and never a question."""
ASKED = re.compile(r"^\W*(?:what|who|why|when|where|which|how|is|are|was|were)\b", re.I)
ASIDE = frozenset(
    "before previous earlier not that same again one ones "
    "what about how instead other no nope sorry meant mean only just under but rather actually".split()
)
"""Words of a correction or an addition that name nothing to do."""
IT = re.compile(
    r"(?:\b|(?<=\s))(?:the (?:[\w{}]+ )?ones?|it|its|this one|that one|this|that|them|their"
    r"|these|those|this run|that run|the one)\b(?!\s+(?:is|was|s|has)\b)",
    re.I,
)
WHAT_IS = re.compile(
    r"^\W*(?:(?:and|so|but|please)\s+)*what (?:is|are)(?: meant (?:by|with))? "
    r"(?!(?:in|on|at|of|under|inside|with|for|from|wrong|new)\b)(?:an? |the )?((?:[\w-]+ ){0,3}[\w-]+)\W*$",
    re.I,
)
WITH_CONTENTS = re.compile(
    r",?\s+\b(?:with|including|together with|plus|and)\s+(?:(?:all|its|the|of|whole|entire|any)\s+)*"
    r"(?:everything|files?|objects?|contents?|data)"
    r"(?:\s+(?:(?:that|which|what) (?:is|are|it has) |it has )?(?:(?:in|of|within) (?:it|there)|inside(?: (?:of )?(?:it|there))?))?\b"
    r"|,?\s+\b(?:with|including|and) all (?:that|what|which) (?:is |lies )?(?:in(?:side)? (?:of )?it|in there|inside|there)\b"
    r"|,?\s+(?:files?|objects?|contents?) and all\b"
    r"|,?\s+(?:files?|objects?|contents?|everything|all)\s+(?:included|inclusive|too|as well)\b",
    re.I,
)
THE_NEW = re.compile(rf"\b(?:the|this|that) new (?:{'|'.join(NOUNS.values())})\b", re.I)
THERE = re.compile(r"\s+(?:(?:in |into |over )?(?:there|therein)\b|inside(?=\s*(?:[,.;!?]|$)))", re.I)
WISH = re.compile(
    r"\b(?:can|could|would|will) you (?:please |kindly )?(?!explain|tell|say|describe|elaborate|clarify|give me an? (?:idea|intro))", re.I
)
NEWLY = re.compile(r"(?<!\{)\b(?:called?|named?|titled|create|make|new)\b", re.I)
AND = re.compile(
    r"[\"'`]?\s*(?:,|,?\s*(?:and|or|&|\+)|as well as|,?\s*(?:and )?also|plus)\s*(?:(?:for|of|from)\s+)?(?:the\s+)?[\"'`]?", re.I
)
MODAL = re.compile(r"\b(?:can|may|must|should|has to|have to|needs? to|goes|go|becomes?|belongs?|let)\b", re.I)
"""Says what is to become of something: "{object} can go"."""
LAST_ONE = re.compile(r"\bthe (?:very )?last one\b", re.I)
AGAIN = re.compile(r"\b(?:again|once more|one more time|another (?:time|try|shot|go)|re-?runs?|redo|repeat|retry|afresh|anew)\b", re.I)
"""Says that something is to be done another time."""
ENDING = re.compile(
    r"\W*(?:go(?: ahead| on)?|off you go|do it|now|please|thanks?(?: you)?(?: (?:a lot|so much|very much|in advance))?|that is all)\W*",
    re.I,
)
"""Ends a request without asking for more."""
KEEPING = re.compile(
    r"^\W*(?:but\s+)?(?:keep|leave)\s+(?:it|them|that|those)(?:\s+(?:there|alone|in place|as (?:it is|they are)))?\W*$", re.I
)
"""Tells only that what the request is about goes on to be there."""
HELPLESS = re.compile(
    r"^\W*(?:(?:and|so|now|but)\s+)*what (?:can|could|should|do) (?:i|we) (?:do|try)(?: (?:now|about (?:it|that|this)))?\W*$"
    r"|^\W*(?:(?:and|so|but)\s+)*why(?: (?:so|not|is that))?\W*$",
    re.I,
)
"""Adds nothing to a trouble that was told before it."""
SEEN = re.compile(r"\b(?:need|want|like|love|have|wish) to (?:have a )?(?:look|see|read|check|view|inspect|study|examine)\b", re.I)
SHOW_IT = re.compile(
    r"^\W*(?:(?:so|and|then|please|just)\s+)*(?:open|show|display|view|print|draw|render)(?: me)? (?:it|that|them)\b[\w ]{0,12}\W*$", re.I
)
"""Two halves of one wish: "I need to look at it, so please open it"."""
LIGHT = re.compile(
    r"^\W*(?:(?:and|then|also|please|i|we|would|will|want|like|to|just|simply)\s+)*(?:(?:(?:the|this|that)\s+)?(?:run|job)\s+(?:please\s+)?(?=call|name|label|title)"
    r"|(?:(?:the|this|that)\s+)?(?:run|job|it)\s+(?:shall|should|must|is to|has to|may)\s+be\s+(?=called|named))?"
    r"(?:put|called|named|call|name|label|title|use|set|with|make|give"
    r"|add|let|have|assign|run it (?:in|under|with)|in|under)\b",
    re.I,
)
