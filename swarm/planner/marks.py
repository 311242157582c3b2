"""Turns of phrase that part the steps of a request, and those that tell a request from what is only told."""

import re

BOUNDARY = re.compile(
    r"\s*(?:[;\n]+(?:\s*then\b,?)?|&&|(?<=[\w)\"'`\]])[.!?]+(?=\s|$)|,?\s+(?:(?:and |but )?(?:then|after that|afterwards|finally"
    r"|meanwhile|in the meantime|also|at the end|lastly|(?<=and )last(?= (?:the|its|all|an?)\b)"
    r"|once (?:that|it) is done|(?:when|once) you are (?:done|through)"
    r"|(?:while|as) (?:you|we) are at it|on top of that|in addition|additionally))\b,?"
    r"|(?<!\bthe)(?<!\bthis)(?<!\bour),?\s+(?:and )?next\b(?! (?:to|years?|weeks?|months?|quarters?|time|days?"
    r"|release|meeting|mon|tues|wednes|thurs|fri))\b,?"
    r"|,?\s+(?:and|&|\+|but|plus|as well as|along with)\s+|,\s+(?:and\s+)?|\s+(?:-|–|—|/)\s+)\s*",
    re.I,
)
STRONG = re.compile(
    r"[;\n.!?]|\bthen\b|after that|afterwards|finally|\bnext\b(?! to\b)"
    r"|meanwhile|meantime|at the end|lastly|once (?:that|it)|you are (?:done|through)",
    re.I,
)
LEADING = frozenset(
    "please also just now can could would will you kindly then and so ok okay well hey hi hello good morning i want to need would "
    "like us let first second third fourth next finally afterwards but great nice thanks thank all right cool perfect meanwhile lets mind "
    "happy be kind as no nah nope yes yeah yep sorry actually if able possible might may wondering whether maybe perhaps really "
    "once more again last".split()
)
ASKING = frozenset("what which who where when why how is are does do did any whose has was were".split())
WISH = re.compile(
    r"\b(?:could|can|would|will) you\b|\bmake sure\b"
    r"|\b(?:i|we) (?:(?:would|will|do|also|really|still|only) )*(?:want|need|like|love|require) to\b",
    re.I,
)
WANTS = re.compile(
    r"\bplease\b|^\W*(?:(?:also|and|then)\s+)*(?:want|need)\b|\b(?:i|we) (?:(?:would|will|do|also|really|still"
    r"|only) )*(?:want|need|like|love|require)\b",
    re.I,
)
WANTED = re.compile(
    r"^\W*(?:i|we|(?:the|my|our)\s+(?:[\w-]+\s+)?[\w-]+)\s+(?:(?:would|will|do|also|really|still|only)\s+)*(?:wants?|needs?|like|love|requires?)\s+(?:also\s+)?(?:an?|the|its|their|one|another)\s",
    re.I,
)
"""Wishes for a thing: "I also need a link to it"."""
FILLERS = frozenset("um uh er should must have".split())
TELLS = frozenset({"i", "we"})
LETS = frozenset("can could may might shall should would will let to".split())
SEEKS = frozenset("search look like want wish need get".split())
"""After "I", a verb tells what somebody does, but for these."""
PACED = re.compile(
    r"(?<!that )(?<!which )(?<!names )(?<!files )(?<!objects )(?<!keys )(?:(?:\band|\bplease|\bso|,)\s+)*"
    r"\b(?:begin|start|open|continue|go on|carry on|proceed|close|end|finish|conclude|wrap up|round off)\s+(?:with|by)\s+"
    r"(?=(?:the|an?|its|their|our|my)\s|[a-z]+ing\b)",
    re.I,
)
"""Only says in which order things are wanted: "begin with a summary", "close by showing"."""
ENDING = re.compile(r"(?:,\s*)?(?:\band\s+)?\bto (?:begin|start|end|finish|close|conclude|round off)(?: (?:with|off))?,\s+", re.I)
"""The same, apart from the request: "to end with, show it"."""
RELATIVE = re.compile(
    r"^(?:which|who|where|that)\s+(?:is|are|was|were|has|have|lies?|lives?|sits?|belongs?|comes?|contains?|holds?|keeps?|we|i|you|he|she|they)\b"
    r"(?!\s+(?:the|an?|it|my|our|best|better|worst|worse|newest|latest|oldest|bigger|biggest|larger|largest|smallest)\b)[^.!?;\n]*(?:[.!;\n]|$)",
    re.I,
)
"""A clause that tells of the thing before it, and asks nothing."""
SCOPE = re.compile(
    r"^\W*((?:in|for|from|on|with|within|inside|regarding|about)\s(?:[^:,.;]|\.(?=\w)){1,80}?)"
    r"(?:\s(?:i|we) (?:want|need|would like)(?: to (?:know|see|have))?)?:\s+",
    re.I,
)
SCOPED = re.compile(r"^\W*((?:in|under|within|inside|from)\s+(?:the\s+)?(?:\w+\s+)?[\w./-]+),\s+", re.I)
PLACED = re.compile(r"^\W*(?:(?:in|for|from|on|within|inside)\s+(?:the\s+)?[\w./-]+\s+)+", re.I)
PREFACE = re.compile(r"^([^:]{3,120}):\s+(?=[A-Za-z])")
CONNECTIVE = re.compile(
    r"^\W*(?:(?:(?:and|but|then|after that|afterwards|finally|next|meanwhile"
    r"|while you are at it|in addition|on top of that|additionally"
    r"|(?:when|once|as soon as) you are (?:done|through|finished|ready)(?: with (?:it|that|this|them))?"
    r"|if you (?:do not mind|please|would be so kind)"
    r"|in the meantime|lastly|at the end|if so|in that case|as well as|in (?:its|their) place|instead|in return|in exchange)\b[,\s]*"
    r"|(?:first|second|third|fourth|fifth|last)(?:ly)?\s*[,:]\s*|(?:first|second|third|fourth|fifth|lastly)(?:ly)?\s+(?=(?:the|an?|all|its|their|i|we|you|please|to)\b))+)+",
    re.I,
)
SHOULD = re.compile(r"^[^\s,]+(?:\s[^\s,]+){0,5}\s(?:should|must|has to|have to|needs? to|ought to|shall|may|can)\s(?!you\b)", re.I)
SHOULD_BE = re.compile(
    r"\b(?:should|must|shall|can|may) (?:be(?! [a-z]+(?:ed|pt)\b)|have|equal)\b"
    r"|\b(?:has to|have to|needs? to|must|should|ought to|shall) (?:read|see|look|know|access|view|check|report"
    r"|present|decide|understand|use)\b|^\W*(?:i|we|you"
    r"|it|that|which|who|what|he|she|they|nobody|everyone)\b",
    re.I,
)
WITH = re.compile(
    r"\s+(?:with|and have|having)\s+(?=(?:[a-z]+\s+){1,2}(?:turned "
    r"|switched )?(?:on|off|enabled|disabled|activated)\b)",
    re.I,
)
SWITCHED = re.compile(
    r"^(?:[a-z]+\s+){1,2}(?:turned |switched )?(?:on|off|enabled|disabled|activated)\b(?=\W*$|\s+(?:for|in|again|please)\b)", re.I
)
STATEMENT = re.compile(
    r"\b(?:is|are|am|was|were|has|have|had|did|does|do|went|takes?|looks?|seems?|should|must|will|got|came|need(?:s|ed)?"
    r"|belongs?|comes|died|crashed|failed|broke|hangs|hung|stopped|finished|ended|happened|worked|started|says?|said|thinks?|want(?:s|ed)?)\b",
    re.I,
)
"""The verbs of a sentence that tells something."""
TOLD = re.compile(r"^\W*(?:the\s+|my\s+)?(?:run|log|schedule|label|tag|list|plot|report|test|name)\s*(?:=|:|is\b|was\b)", re.I)
"""Tells what a thing is: "run is a-1"."""
THEN = re.compile(r"\bthen\b|after that|afterwards|finally|\bnext\b(?! to\b)|meanwhile|meantime|at the end|lastly|once (?:that|it)", re.I)
LISTING = re.compile(r",|\+|\s/\s|as well as|plus|along with|\balso\b|at it\b|in addition|additionally|on top of that", re.I)
OF = re.compile(r"(?:the|its|their|an?|one|another)\s+(?:\w+\s+){1,3}(?:of|for|from)\s", re.I)
NEWCOMER = re.compile(r"^\W*(?:i am |we are )?new (?:on|in|at|to|here)\b", re.I)
IT_SHOULD = re.compile(r"^\W*(?:it|this|that|they)\s+(?:must|should|has to|have to|shall|needs? to)\s", re.I)
PAST = re.compile(r"\b(?:was|were|is|are|has|have|had|did|got|been)\b", re.I)
SUBJECT = re.compile(r"\bones?\b|\b(?:somebody|someone|anybody|anyone)\b|\w/\s", re.I)
CLAUSED = re.compile(r"(?<=\w)\s(?:(?:that|which|who)\s|(?:you|we|it|they)\s(?:have|has|had|work|know|use|own)\b)[^,;]*$", re.I)
"""What is told of a thing behind it: "everything that is planned"."""
ITS = re.compile(r"(?:its|their)\s", re.I)
CLEANING = re.compile(
    r"^\W*(?:(?:please|time to|let us|now|today)\s+)*(?:clean|tidy)(?:ing)?[ -]?up"
    r"(?:\s+(?:please|a bit|a little|time|first))*\s*[:.;,]\s+",
    re.I,
)
"""Says only that something is tidied; what is to be done follows."""
LATER = re.compile(r"(?<=\w),?\s+(?:and\s+)?(?:afterwards|after that|thereafter|subsequently)(?=\W*$)", re.I)
"""When a step is to be done, at its end."""
SO = re.compile(r"\bso,?\s+(?:please\s+)?", re.I)
TIDY = re.compile(
    r"^\W*(?:please\s+)?(?:clean|tidy)(?:\s+up)?\s+(?:the\s+)?(?:bucket\s+)?"
    r"([\w./-]*\w)(?:\s+(?:for me|please|a (?:bit|little)))*\s*[.:]\s+",
    re.I,
)
"""Says where to tidy; what is to be done there follows."""
ECHO = re.compile(
    r"(?:(?:the|that|this|its|their)\s+)?[\w./-]+(?:\s+[\w./-]+)?\s+(?:itself|themselves|too|as well)(?:\s+please)?\W*(?=$|[,;.!?])", re.I
)
"""A thing with which the same is to be done: "the bucket itself", "b too"."""
ARTICLE = re.compile(r"\W*(?:the|its|their|an?|all|everything)\s", re.I)
NUMBERED = re.compile(r"(?:^|(?<=\s))(?:\(?[1-9][.)]|\([a-h]\))\s+(?=[A-Za-z])")
ALSO = re.compile(r"^\W*(?:also|too)\s+", re.I)
BULLET = re.compile(r"(?m)^\s*[-*•]\s+(?=\S)")
"""Before a thing of a list, each on a line of its own."""
CLAUSE = re.compile(r"(?:[^,;.!?]|\.(?=\w))*")
LIST = (
    r"(?:(?:the |its |their |all |our |my )?({noun})s?\s*,\s*)*(?:the |its |their |all |our "
    r"|my )?({noun})(?:\s*,?\s+(?:and|or|&)\s+|\s*[,/+]\s*)(?:the |its |their |all |our |my )?({noun})"
)
