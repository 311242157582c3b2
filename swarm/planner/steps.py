"""Splitting a request into its steps."""

import re
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from swarm.planner.language import stem, words
from swarm.planner.references import NOUNS
from swarm.planner.shape import PLACEHOLDER

_BOUNDARY = re.compile(
    r"\s*(?:[;\n]+(?:\s*then\b,?)?|&&|(?<=[\w)\"'`\]])[.!?]+(?=\s|$)|,?\s+(?:(?:and |but )?(?:then|after that|afterwards|finally"
    r"|meanwhile|in the meantime|also|at the end|lastly|once (?:that|it) is done))\b,?"
    r"|(?<!\bthe)(?<!\bthis)(?<!\bour),?\s+(?:and )?next\b(?! (?:to|years?|weeks?|months?|quarters?|time|days?"
    r"|release|meeting|mon|tues|wednes|thurs|fri))\b,?"
    r"|,?\s+(?:and|&|\+|but|plus|as well as|along with)\s+|,\s+(?:and\s+)?|\s+(?:-|–|—)\s+)\s*",
    re.I,
)
_STRONG = re.compile(
    r"[;\n.!?]|\bthen\b|after that|afterwards|finally|\bnext\b(?! to\b)"
    r"|meanwhile|meantime|at the end|lastly|once (?:that|it)",
    re.I,
)
_LEADING = frozenset(
    "please also just now can could would will you kindly then and so ok okay well hey hi hello good morning i want to need would "
    "like us let first second third fourth next finally afterwards but great nice thanks thank all right cool perfect meanwhile lets mind "
    "happy be kind as if able possible might may wondering whether maybe perhaps really once more again last".split()
)
_ASKING = frozenset("what which who where when why how is are does do did any whose has was were".split())
_WISH = re.compile(
    r"\b(?:could|can|would|will) you\b|\bmake sure\b"
    r"|\b(?:i|we) (?:(?:would|will|do|also|really|still|only) )*(?:want|need|like|love|require) to\b",
    re.I,
)
_WANTS = re.compile(
    r"\bplease\b|^\W*(?:(?:also|and|then)\s+)*(?:want|need)\b|\b(?:i|we) (?:(?:would|will|do|also|really|still"
    r"|only) )*(?:want|need|like|love|require)\b",
    re.I,
)
_WANTED = re.compile(
    r"^\W*(?:i|we|(?:the|my|our)\s+(?:[\w-]+\s+)?[\w-]+)\s+(?:(?:would|will|do|also|really|still|only)\s+)*(?:wants?|needs?|like|love|requires?)\s+(?:also\s+)?(?:an?|the|its|their|one|another)\s",
    re.I,
)
"""Wishes for a thing: "I also need a link to it"."""
_FILLERS = frozenset("um uh er should must have".split())
_TELLS = frozenset({"i", "we"})
_LETS = frozenset("can could may might shall should would will let to".split())
_SEEKS = frozenset("search look like want wish need get".split())
"""After "I", a verb tells what somebody does, but for these."""
_PACED = re.compile(
    r"(?<!that )(?<!which )(?<!names )(?<!files )(?<!objects )(?<!keys )(?:(?:\band|\bplease|\bso|,)\s+)*"
    r"\b(?:begin|start|open|continue|go on|carry on|proceed|close|end|finish|conclude|wrap up|round off)\s+(?:with|by)\s+"
    r"(?=(?:the|an?|its|their|our|my)\s|[a-z]+ing\b)",
    re.I,
)
"""Only says in which order things are wanted: "begin with a summary", "close by showing"."""
_ENDING = re.compile(r"(?:,\s*)?(?:\band\s+)?\bto (?:begin|start|end|finish|close|conclude|round off)(?: (?:with|off))?,\s+", re.I)
"""The same, apart from the request: "to end with, show it"."""
_RELATIVE = re.compile(
    r"^(?:which|who|where|that)\s+(?:is|are|was|were|has|have|lies?|lives?|sits?|belongs?|comes?|contains?|holds?|keeps?|we|i|you|he|she|they)\b"
    r"(?!\s+(?:the|an?|it|my|our|best|better|worst|worse|newest|latest|oldest|bigger|biggest|larger|largest|smallest)\b)[^.!?;\n]*(?:[.!;\n]|$)",
    re.I,
)
"""A clause that tells of the thing before it, and asks nothing."""
_SCOPE = re.compile(r"^\W*((?:in|for|from|on|with|within|inside|regarding|about)\s[^:,.;]{1,80}):\s+", re.I)
_SCOPED = re.compile(r"^\W*((?:in|under|within|inside|from)\s+(?:the\s+)?(?:\w+\s+)?[\w./-]+),\s+", re.I)
_PLACED = re.compile(r"^\W*(?:in|for|from|on|within|inside)\s+(?:the\s+)?[\w./-]+\s+", re.I)
_PREFACE = re.compile(r"^([^:]{3,120}):\s+(?=[A-Za-z])")
_CONNECTIVE = re.compile(
    r"^\W*(?:(?:(?:and|but|then|after that|afterwards|finally|next|meanwhile"
    r"|in the meantime|lastly|at the end|if so|in that case|as well as|in (?:its|their) place|instead|in return|in exchange)\b[,\s]*"
    r"|(?:first|second|third|fourth|fifth|last)(?:ly)?\s*[,:]\s*|(?:first|second|third|fourth|fifth|lastly)(?:ly)?\s+(?=(?:the|an?|all|its|their|i|we|you|please|to)\b))+)+",
    re.I,
)
_SHOULD = re.compile(r"^[^\s,]+(?:\s[^\s,]+){0,5}\s(?:should|must|has to|have to|needs? to|ought to|shall|may|can)\s(?!you\b)", re.I)
_SHOULD_BE = re.compile(
    r"\b(?:should|must|shall|can|may) (?:be(?! [a-z]+(?:ed|pt)\b)|have|equal)\b"
    r"|\b(?:has to|have to|needs? to|must|should|ought to|shall) (?:read|see|look|know|access|view|check|report"
    r"|present|decide|understand|use)\b|^\W*(?:i|we|you"
    r"|it|that|which|who|what|he|she|they|nobody|everyone)\b",
    re.I,
)
_WITH = re.compile(
    r"\s+(?:with|and have|having)\s+(?=(?:[a-z]+\s+){1,2}(?:turned "
    r"|switched )?(?:on|off|enabled|disabled|activated)\b)",
    re.I,
)
_SWITCHED = re.compile(
    r"^(?:[a-z]+\s+){1,2}(?:turned |switched )?(?:on|off|enabled|disabled|activated)\b(?=\W*$|\s+(?:for|in|again|please)\b)", re.I
)
_STATEMENT = re.compile(
    r"\b(?:is|are|am|was|were|has|have|had|did|does|do|went|takes?|looks?|seems?|should|must|will|got|came|need(?:s|ed)?"
    r"|belongs?|comes|died|crashed|failed|broke|hangs|hung|stopped|finished|ended|happened|worked|started|says?|said|thinks?|want(?:s|ed)?)\b",
    re.I,
)
"""The verbs of a sentence that tells something."""
_TOLD = re.compile(r"^\W*(?:the\s+|my\s+)?(?:run|log|schedule|label|tag|list|plot|report|test|name)\s*(?:=|:|is\b|was\b)", re.I)
"""Tells what a thing is: "run is a-1"."""
_THEN = re.compile(r"\bthen\b|after that|afterwards|finally|\bnext\b(?! to\b)|meanwhile|meantime|at the end|lastly|once (?:that|it)", re.I)
_LISTING = re.compile(r",|\+|as well as|plus|along with", re.I)
_OF = re.compile(r"(?:the|its|their|an?|one|another)\s+(?:\w+\s+){1,2}(?:of|for|from)\s", re.I)
_NEWCOMER = re.compile(r"^\W*(?:i am |we are )?new (?:on|in|at|to|here)\b", re.I)
_IT_SHOULD = re.compile(r"^\W*(?:it|this|that|they)\s+(?:must|should|has to|have to|shall|needs? to)\s", re.I)
_PAST = re.compile(r"\b(?:was|were|is|are|has|have|had|did|got|been)\b", re.I)
_SUBJECT = re.compile(r"\bones?\b|\b(?:somebody|someone|anybody|anyone)\b|\w/\s", re.I)
_CLAUSED = re.compile(r"(?<=\w)\s(?:(?:that|which|who)\s|(?:you|we|it|they)\s(?:have|has|had|work|know|use|own)\b)[^,;]*$", re.I)
"""What is told of a thing behind it: "everything that is planned"."""
_ITS = re.compile(r"(?:its|their)\s", re.I)
_TIDY = re.compile(
    r"^\W*(?:please\s+)?(?:clean|tidy)(?:\s+up)?\s+(?:the\s+)?(?:bucket\s+)?([\w./-]*\w)(?:\s+(?:for me|please))*\s*[.:]\s+", re.I
)
"""Says where to tidy; what is to be done there follows."""
_ARTICLE = re.compile(r"\W*(?:the|its|their|an?|all|everything)\s", re.I)
_NUMBERED = re.compile(r"(?:^|(?<=\s))\(?[1-9][.)]\s+(?=[A-Za-z])")
_CLAUSE = re.compile(r"(?:[^,;.!?]|\.(?=\w))*")
_LIST = (
    r"(?:(?:the |its |their |all |our |my )?({noun})s?\s*,\s*)*(?:the |its |their |all |our "
    r"|my )?({noun})(?:\s*,?\s+(?:and|or|&)\s+|\s*[,/+]\s*)(?:the |its |their |all |our |my )?({noun})"
)


class _Piece(NamedTuple):
    """A part of a request between two marks."""

    text: str
    ordered: bool = False
    """Whether the mark before it says that something is to be done next: "then", "after that"."""


class Splitter:
    """Knows with which words requests begin, and which nouns they are about."""

    def __init__(
        self,
        verbs: Collection[str],
        nouns: Collection[str],
        asks: Callable[[str], bool],
        names: Callable[[str], bool],
        place: Callable[[str], str],
        gives: Callable[[str], bool],
        whole: Callable[[str], bool],
        kind: Callable[[str], bool],
        apart: Callable[[str, str], bool],
    ) -> None:
        self._verbs = frozenset(verbs)
        self._stems = frozenset(stem(verb) for verb in verbs)
        self._place = place
        self._gives = gives
        self._whole = whole
        self._kind = kind
        self._apart = apart
        self._asks = asks
        self._names = names
        noun = "|".join(sorted(map(re.escape, nouns), key=len, reverse=True)) or "(?!)"
        self._list = re.compile(rf"(?<![-_/.])\b{_LIST.format(noun=noun)}\b(?![-_/])", re.I)
        self._noun = re.compile(rf"\b(?:{noun})\b", re.I)
        kinds = "|".join(f"(?:{one})" for one in NOUNS.values())
        self._plural = re.compile(
            rf"(?:(?:all|the|our|also|indexed|recurring|timed|storage|existing)\s+)*(?:{kinds})(?<=s)(?:\s+please)?", re.I
        )
        self._verb_of = re.compile(rf"((?:^|[.;\n])\s*(?:please\s+)?[a-z]+(?:\s[a-z]+){{0,2}}):\s+(?=(?:the\s+)?(?:{kinds})\s)", re.I)
        self._one = re.compile(rf"(?:the\s+)?(?:{kinds})\s+[\"'`]?[\w./-]+[\"'`]?", re.I)

    def split(self, text: str) -> list[str]:
        """The steps of a request in order, each to be understood by itself as far as the text allows."""
        if len(_NUMBERED.findall(text)) > 1:
            text = _NUMBERED.sub("\nthen ", text).strip()
        text = _PACED.sub("; then ", _ENDING.sub("; then ", text))
        text = self._verb_of.sub(lambda m: f"{m.group(1)} " if self.begins(m.group(1).lstrip(" .;\n")) else m.group(), text)
        tidy = _TIDY.match(text)
        text = (
            f"in {tidy.group(1)}: {text[tidy.end() :]}" if tidy and self._names(tidy.group(1)) and self.begins(text[tidy.end() :]) else text
        )
        scope = _SCOPE.match(text) or self._scoped(text)
        text = text[scope.end() :] if scope else text
        about, pieces = self._cut(text)
        steps = [part for step in self._joined(pieces) for part in self._distributed(step)]
        whole = scope.group(1) if scope else about
        return [self._within(whole, step) for step in steps] if whole else steps

    def _within(self, whole: str, step: str) -> str:
        """A step with what all is about, unless it says so or names something itself."""
        apart = step.startswith(whole) or (whole.endswith(":") and self._names(step))
        return step if apart else f"{whole} {step}"

    def begins(self, text: str) -> bool:
        """Whether a text begins like a request."""
        if self._demands(_CONNECTIVE.sub("", text)):
            return True
        if _NEWCOMER.match(text):
            return False
        text = PLACEHOLDER.sub("it", _CONNECTIVE.sub("", text))
        if _WANTED.match(text) and self._noun_phrase(_WANTED.sub("a ", text)):
            return True
        mind = False
        said = re.findall(r"[\w'/.-]+", text.lower())[:12]
        for position, word in enumerate(said):
            if _TOLD.match(text):
                return False
            told = position and said[position - 1] in _TELLS and word in (self._verbs | _ASKING) - _SEEKS
            if told and not _LETS & {*said[:position]}:
                return False
            if word in self._verbs or word in _ASKING or (word == "have" and position == 0) or (mind and stem(word) in self._stems):
                return True
            mind = word == "mind"
            if word not in _LEADING:
                return False
        return False

    def _scoped(self, text: str) -> re.Match[str] | None:
        """Where all is to be done, said first: "in a, do b"."""
        said = _SCOPED.match(text)
        rest = text[said.end() :] if said else ""
        return said if said and self._names(said.group(1)) and (self.begins(rest) or self._whole(rest)) else None

    def _demands(self, text: str) -> bool:
        """Whether a text says what something here should do or be: "a should be stopped"."""
        said = _SHOULD.match(text)
        if said is None or _SHOULD_BE.search(PLACEHOLDER.sub("it", text)):
            return False
        subject = said.group()
        return bool(PLACEHOLDER.search(text) or self._noun.search(subject) or _SUBJECT.search(subject) or self._names(text))

    def bare(self, text: str) -> str:
        """A request without the politeness before its verb: "would you mind archiving a" -> "archiving a"; empty where there is none."""
        mind = False
        for number, match in enumerate(re.finditer(r"[\w'/.-]+", text.lower())):
            word = match.group()
            if word in self._verbs or (mind and stem(word) in self._stems):
                return text[match.start() :] if number > 1 else ""
            mind = word in ("mind", "by")
            if word not in _LEADING:
                return ""
        return ""

    def _cut(self, text: str) -> tuple[str, list[_Piece]]:
        """What all of a text is about, if it says so first, and its pieces: cut where a request begins."""
        about = ""
        pieces: list[_Piece] = []
        start, ordered = 0, False
        preface = _PREFACE.match(text)
        about = self._about(preface.group(1), text[preface.end() :]) if preface else ""
        listed = preface is not None and self._noun_phrase(text[preface.end() :])
        if preface and (about or listed or self.begins(text[preface.end() :])) and "://" not in preface.group():
            start = preface.end()
            pieces += [] if about or (listed and not self.begins(preface.group(1))) else [_Piece(preface.group(1).strip())]
        for match in sorted([*_BOUNDARY.finditer(text, start), *_WITH.finditer(text, start)], key=lambda m: m.start()):
            before, rest = text[start : match.start()].strip(), text[match.end() :]
            parts = self._separates(match, before, rest) or (about and self._lists(about, match, before, rest))
            parts = parts or (not _STRONG.search(match.group()) and self._apart(before, rest))
            if before and rest.strip() and not _quoted(text, match.start()) and parts:
                pieces.append(_Piece(before + ("?" if "?" in match.group() else ""), ordered))
                start, ordered = match.end(), _THEN.search(match.group()) is not None or ";\n" in match.group()
        pieces.append(_Piece(text[start:].strip(" \t\n;,"), ordered))
        if len(pieces) == 1:
            return about, pieces
        bare = [_Piece(_CONNECTIVE.sub("", piece.text), piece.ordered) for piece in pieces]
        return about, [piece for piece in bare if words(piece.text)]

    def _about(self, preface: str, rest: str) -> str:
        """What a preface says that all is about, if it says so and no more."""
        place = self._place(preface)
        about = place if preface.strip() in (place.removeprefix("in "), place.rstrip(":")) or not self._asks(preface) else ""
        clause = _CLAUSE.match(rest)
        return about if about and clause and (self.begins(rest) or self._asks(f"{about} {clause.group()}")) else ""

    def _lists(self, about: str, mark: re.Match[str], before: str, rest: str) -> bool:
        """Whether a mark parts two things that are asked for of what all is about: "churn-7: metrics, log"."""
        clause = _CLAUSE.match(rest)
        return _LISTING.search(mark.group()) is not None and all(
            self._asks(f"{about} {part}") for part in (before, clause.group() if clause else rest)
        )

    def _separates(self, mark: re.Match[str], before: str, rest: str) -> bool:
        """Whether a new request begins behind a mark."""
        if mark.re is _WITH:
            clause = _CLAUSE.match(rest)
            return clause is not None and self._asks(clause.group()) and not self._gives(clause.group())
        if not _THEN.search(mark.group()) and not re.search(r"[.!?\n]", mark.group()) and self._gives(rest):
            return False
        if mark.group().strip() == "," and _RELATIVE.match(rest):
            return False
        clause = _CLAUSE.match(rest)
        listing = mark.group().strip() in (",", "and", ", and", "&", "+")
        if (
            listing
            and clause
            and self._one.fullmatch(clause.group().strip())
            and self._names(clause.group())
            and self._kind(clause.group())
        ):
            return False
        if _STRONG.search(mark.group()) or self.begins(rest) or self._whole(rest):
            return True
        rest = _CONNECTIVE.sub("", rest)
        if (_OF.match(rest) or _ITS.match(rest)) and self._noun_phrase(rest):
            return True
        listed = _LISTING.search(mark.group()) is not None or (_ARTICLE.match(before) is not None and self._noun_phrase(before))
        bare = clause is not None and self._plural.fullmatch(clause.group().strip()) is not None
        counted = any(m.start() < mark.start() < m.end() for m in self._list.finditer(mark.string))
        return (listed and self._noun_phrase(rest)) or (bare and not counted and self._asks(rest))

    def _noun_phrase(self, text: str) -> bool:
        """Whether a text begins with a thing that is asked for: "a list of its artifacts"."""
        head = re.match(
            r"(?:and\s+)?(?:(?:a|an|one|another|the|its|their|all|everything)\s+|(?:\w+\s+){1,2}(?:of|for"
            r"|from)\s+)(?:(?!\s+(?:and|as well as|plus)\s)(?:[^,;.]|\.(?=\w)))+",
            text,
            re.I,
        )
        return head is not None and self._noun.search(head.group()) is not None and self._asks(head.group())

    def _joined(self, pieces: Sequence[_Piece]) -> list[str]:
        """Statements put together with the request they belong to: the one behind, else the one before."""
        ordered = [piece.ordered for piece in pieces]
        pieces = [piece._replace(ordered=piece.ordered and all(ordered[n + 1 : n + 2])) for n, piece in enumerate(pieces)]
        requests = [self._is_request(piece) for piece in pieces]
        if not any(requests):
            requests = [self._asks(piece.text) for piece in pieces] if len(pieces) > 1 else [True]
        steps: list[str] = []
        waiting: list[str] = []
        for number, piece in enumerate(pieces):
            if requests[number]:
                steps.append(", ".join([*waiting, piece.text]))
                waiting = []
            elif steps and not any(requests[number + 1 :]):
                steps[-1] += f", {piece.text}"
            else:
                waiting.append(piece.text)
        return steps or [", ".join(waiting)]

    def _is_request(self, piece: _Piece) -> bool:
        text = piece.text
        wished = _WISH.search(text) is not None or text.endswith("?") or _SWITCHED.search(text) is not None
        wished = wished or (_WANTS.search(text) is not None and (self._noun.search(text) is not None or self._names(text)))
        begun = self.begins(text) or self.begins(_PLACED.sub("", text))
        ordered = piece.ordered and any(w not in _LEADING and w not in _FILLERS for w in words(text))
        if (
            ordered
            or wished
            or begun
            or (self._whole(text) and not _PAST.search(text))
            or (_IT_SHOULD.match(text) is not None and self._asks(text))
        ):
            return True
        if _STATEMENT.search(_CLAUSED.sub("", text)):
            return False
        return self._noun_phrase(text) or ((self._noun.search(text) is not None or self._names(text)) and self._asks(text))

    def _distributed(self, step: str) -> list[str]:
        """ "Which pipelines, runs and buckets are there" as three questions."""
        found = self._list.search(step)
        if found is None:
            return [step]
        nouns = [m.group() for m in self._noun.finditer(found.group())]
        different = len({n.lower().rstrip("s") for n in nouns}) == len(nouns) > 1
        if not different:
            return [step]
        return [f"{step[: found.start()]}{noun}{step[found.end() :]}" for noun in nouns]


def _quoted(text: str, position: int) -> bool:
    """Whether a position lies within quotes."""
    return text[:position].count('"') % 2 == 1 or text[:position].count("`") % 2 == 1
