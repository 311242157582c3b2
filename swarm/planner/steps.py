"""Splitting a request into its steps."""

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple, Protocol

from swarm.planner.language import stem, words
from swarm.planner.marks import (
    ALSO,
    ARTICLE,
    ASKING,
    BOUNDARY,
    BULLET,
    CLAUSE,
    CLAUSED,
    CLEANING,
    CONNECTIVE,
    ECHO,
    ENDING,
    FILLERS,
    IT_SHOULD,
    ITS,
    LATER,
    LEADING,
    LETS,
    LIST,
    LISTING,
    NEWCOMER,
    NUMBERED,
    OF,
    PACED,
    PAST,
    PLACED,
    PREFACE,
    RELATIVE,
    SCOPE,
    SCOPED,
    SEEKS,
    SHOULD,
    SHOULD_BE,
    SO,
    STATEMENT,
    STRONG,
    SUBJECT,
    SWITCHED,
    TELLS,
    THEN,
    TIDY,
    TOLD,
    WANTED,
    WANTS,
    WISH,
    WITH,
)
from swarm.planner.references import NOUNS
from swarm.planner.shape import PLACEHOLDER


class _Piece(NamedTuple):
    """A part of a request between two marks."""

    text: str
    ordered: bool = False
    """Whether the mark before it says that something is to be done next: "then", "after that"."""


class Judge(Protocol):
    """What is known of a few words by themselves."""

    def asks(self, text: str) -> bool:
        """Whether they are much like a request."""
        ...

    def names(self, text: str) -> bool:
        """Whether they name anything that exists."""
        ...

    def place(self, preface: str) -> str:
        """A preface as where all the steps are, or what they are about; empty where it is neither."""
        ...

    def gives(self, text: str) -> bool:
        """Whether they begin with a value for a parameter."""
        ...

    def whole(self, text: str) -> bool:
        """Whether their first clause is a request by itself that names what it changes."""
        ...

    def kind(self, text: str) -> bool:
        """Whether they are only the noun of a kind and a name of that kind."""
        ...

    def apart(self, before: str, rest: str, listed: bool) -> bool:
        """Whether two looks at different things, or in a list two different requests, stand side by side."""
        ...

    def bare(self, text: str) -> bool:
        """Whether they are a name and no more."""
        ...

    def row(self, before: str, rest: str) -> bool:
        """Whether one name stands by itself before another of its kind, so that what is said of the other is said of both."""
        ...


class Splitter:
    """Knows with which words requests begin, and which nouns they are about."""

    def __init__(
        self,
        verbs: Collection[str],
        nouns: Collection[str],
        judge: Judge,
    ) -> None:
        self._verbs = frozenset(verbs)
        self._judge = judge
        self._stems = frozenset(stem(verb) for verb in verbs)
        noun = "|".join(sorted(map(re.escape, nouns), key=len, reverse=True)) or "(?!)"
        self._list = re.compile(rf"(?<![-_/.])\b{LIST.format(noun=noun)}\b(?![-_/])", re.I)
        self._noun = re.compile(rf"\b(?:{noun})\b", re.I)
        kinds = "|".join(f"(?:{one})" for one in NOUNS.values())
        self._plural = re.compile(
            rf"(?:(?:all|the|our|also|indexed|recurring|timed|storage|existing)\s+)*(?:{kinds})(?<=s)(?:\s+(?:please|as well|too))*", re.I
        )
        self._verb_of = re.compile(rf"((?:^|[.;\n])\s*(?:please\s+)?[a-z]+(?:\s[a-z]+){{0,2}}):\s+(?=(?:the\s+)?(?:{kinds})\s)", re.I)
        self._one = re.compile(rf"(?:the\s+)?(?:{kinds})\s+[\"'`]?[\w./-]+[\"'`]?", re.I)

    def split(self, text: str) -> list[str]:
        """The steps of a request in order, each to be understood by itself as far as the text allows."""
        if len(NUMBERED.findall(text)) > 1:
            text = NUMBERED.sub("\nthen ", text).strip()
        text = BULLET.sub("\nthen " if len(BULLET.findall(text)) > 1 else "", text).strip()
        text = PACED.sub("; then ", ENDING.sub("; then ", text))
        text = self._verb_of.sub(lambda m: f"{m.group(1)} " if self.begins(m.group(1).lstrip(" .;\n")) else m.group(), text)
        cleaning = CLEANING.match(text)
        text = text[cleaning.end() :] if cleaning and self.begins(text[cleaning.end() :]) else text
        tidy = TIDY.match(text)
        text = (
            f"in {tidy.group(1)}: {text[tidy.end() :]}"
            if tidy and self._judge.names(tidy.group(1)) and self.begins(text[tidy.end() :])
            else text
        )
        scope = SCOPE.match(text) or self._scoped(text)
        text = text[scope.end() :] if scope else text
        about, pieces = self._cut(text)
        whole = scope.group(1) if scope else about
        steps = [part for step in self._joined(pieces, whole) for part in self._distributed(step)]
        return [self._within(whole, step) for step in steps] if whole else steps

    def _within(self, whole: str, step: str) -> str:
        """A step with what all is about, unless it says so or names something itself."""
        apart = step.startswith(whole) or (whole.endswith(":") and self._judge.names(step))
        return step if apart else f"{whole} {ALSO.sub('', step)}"

    def begins(self, text: str) -> bool:
        """Whether a text begins like a request."""
        if self._demands(CONNECTIVE.sub("", text)):
            return True
        if NEWCOMER.match(text):
            return False
        text = PLACEHOLDER.sub("it", CONNECTIVE.sub("", text))
        if WANTED.match(text) and self._noun_phrase(WANTED.sub("a ", text)):
            return True
        mind = False
        said = re.findall(r"[\w'/.-]+", text.lower())[:12]
        for position, word in enumerate(said):
            if TOLD.match(text):
                return False
            told = position and said[position - 1] in TELLS and word in (self._verbs | ASKING) - SEEKS
            if told and not LETS & {*said[:position]}:
                return False
            if word in self._verbs or word in ASKING or (word == "have" and position == 0) or (mind and stem(word) in self._stems):
                return True
            mind = word == "mind"
            if word not in LEADING:
                return False
        return False

    def _scoped(self, text: str) -> re.Match[str] | None:
        """Where all is to be done, said first: "in a, do b"."""
        said = SCOPED.match(text)
        rest = text[said.end() :] if said else ""
        return said if said and self._judge.names(said.group(1)) and (self.begins(rest) or self._judge.whole(rest)) else None

    def _demands(self, text: str) -> bool:
        """Whether a text says what something here should do or be: "a should be stopped"."""
        said = SHOULD.match(text)
        if said is None or SHOULD_BE.search(PLACEHOLDER.sub("it", text)):
            return False
        subject = said.group()
        return bool(PLACEHOLDER.search(text) or self._noun.search(subject) or SUBJECT.search(subject) or self._judge.names(text))

    def bare(self, text: str) -> str:
        """A request without the politeness before its verb: "would you mind archiving a" -> "archiving a"; empty where there is none."""
        mind = False
        for number, match in enumerate(re.finditer(r"[\w'/.-]+", text.lower())):
            word = match.group()
            if word in self._verbs or (mind and stem(word) in self._stems):
                return text[match.start() :] if number > 1 else ""
            mind = word in ("mind", "by")
            if word not in LEADING:
                return ""
        return ""

    def _cut(self, text: str) -> tuple[str, list[_Piece]]:
        """What all of a text is about, if it says so first, and its pieces: cut where a request begins."""
        about = ""
        pieces: list[_Piece] = []
        start, ordered = 0, False
        preface = PREFACE.match(text)
        preface = None if preface and re.search(r"[.!?]\s", preface.group(1)) else preface
        about = self._about(preface.group(1), text[preface.end() :]) if preface else ""
        listed = preface is not None and self._noun_phrase(text[preface.end() :])
        if preface and (about or listed or self.begins(text[preface.end() :])) and "://" not in preface.group():
            start = preface.end()
            pieces += [] if about or (listed and not self.begins(preface.group(1))) else [_Piece(preface.group(1).strip())]
        for match in sorted([*BOUNDARY.finditer(text, start), *WITH.finditer(text, start)], key=lambda m: m.start()):
            before, rest = text[start : match.start()].strip(), text[match.end() :]
            parts = self._separates(match, before, rest) or (about and self._lists(about, match, before, rest))
            parts = parts or (
                not STRONG.search(match.group()) and self._judge.apart(before, rest, LISTING.search(match.group()) is not None)
            )
            if before and rest.strip() and not _quoted(text, match.start()) and parts:
                pieces.append(_Piece(before + ("?" if "?" in match.group() else ""), ordered))
                start, ordered = match.end(), THEN.search(match.group()) is not None or ";\n" in match.group()
        pieces.append(_Piece(text[start:].strip(" \t\n;,"), ordered))
        if len(pieces) == 1:
            return about, pieces
        bare = [_Piece(LATER.sub("", CONNECTIVE.sub("", piece.text)), piece.ordered) for piece in pieces]
        return about, [piece for piece in bare if words(piece.text)]

    def _about(self, preface: str, rest: str) -> str:
        """What a preface says that all is about, if it says so and no more."""
        place = self._judge.place(preface)
        about = place if preface.strip() in (place.removeprefix("in "), place.rstrip(":")) or not self._judge.asks(preface) else ""
        clause = CLAUSE.match(rest)
        return about if about and clause and (self.begins(rest) or self._judge.asks(f"{about} {clause.group()}")) else ""

    def _lists(self, about: str, mark: re.Match[str], before: str, rest: str) -> bool:
        """Whether a mark parts two things that are asked for of what all is about: "churn-7: metrics, log"."""
        clause = CLAUSE.match(rest)
        return LISTING.search(mark.group()) is not None and all(
            self._judge.asks(f"{about} {part}") for part in (before, clause.group() if clause else rest)
        )

    def _separates(self, mark: re.Match[str], before: str, rest: str) -> bool:
        """Whether a new request begins behind a mark."""
        if mark.re is WITH:
            clause = CLAUSE.match(rest)
            return clause is not None and self._judge.asks(clause.group()) and not self._judge.gives(clause.group())
        if not THEN.search(mark.group()) and not re.search(r"[.!?\n]", mark.group()) and self._judge.gives(rest):
            return False
        if mark.group().strip() == "," and RELATIVE.match(rest):
            return False
        clause = CLAUSE.match(rest)
        listing = mark.group().strip() in (",", "and", ", and", "&", "+")
        if (
            listing
            and clause
            and self._one.fullmatch(clause.group().strip())
            and self._judge.names(clause.group())
            and self._judge.kind(clause.group())
        ):
            return False
        if listing and self._judge.row(before, rest):
            return False
        if STRONG.search(mark.group()) or self.begins(rest) or self._judge.whole(rest) or ECHO.match(rest):
            return True
        rest = CONNECTIVE.sub("", rest)
        if (OF.match(rest) or ITS.match(rest)) and self._noun_phrase(rest):
            return True
        listed = LISTING.search(mark.group()) is not None or (ARTICLE.match(before) is not None and self._noun_phrase(before))
        bare = clause is not None and self._plural.fullmatch(clause.group().strip()) is not None
        counted = any(m.start() < mark.start() < m.end() for m in self._list.finditer(mark.string))
        return (listed and self._noun_phrase(rest)) or (bare and not counted and self._judge.asks(clause.group() if clause else rest))

    def _noun_phrase(self, text: str) -> bool:
        """Whether a text begins with a thing that is asked for: "a list of its artifacts"."""
        head = re.match(
            r"(?:and\s+)?(?:(?:a|an|one|another|the|its|their|all|everything)\s+|(?:\w+\s+){1,2}(?:of|for"
            r"|from)\s+)(?:(?!\s+(?:and|as well as|plus)\s)(?:[^,;.]|\.(?=\w)))+",
            text,
            re.I,
        )
        if head is None:
            return False
        said = words(CONNECTIVE.sub("", head.group()))
        acts = said[0] in ("a", "an", "another") and said[1:2] and said[1] in self._verbs
        rows = "of" in said and not {"row", "rows", "line", "lines"}.isdisjoint(said)
        return bool(self._noun.search(head.group()) or acts or rows or said[0] == "everything") and self._judge.asks(head.group())

    def _joined(self, pieces: Sequence[_Piece], whole: str) -> list[str]:
        """Statements put together with the request they belong to: the one behind, else the one before."""
        ordered = [piece.ordered for piece in pieces]
        pieces = [piece._replace(ordered=piece.ordered and all(ordered[n + 1 : n + 2])) for n, piece in enumerate(pieces)]
        requests = [self._is_request(piece) or bool(whole and self._of(whole, piece.text)) for piece in pieces]
        if not any(requests):
            requests = [self._judge.asks(piece.text) for piece in pieces] if len(pieces) > 1 else [True]
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

    def _of(self, whole: str, part: str) -> bool:
        """Whether a part asks for something of what all is about."""
        told = STATEMENT.search(CLAUSED.sub("", part)) is not None or self._judge.bare(part)
        return not told and self._judge.asks(f"{whole} {part}")

    def _is_request(self, piece: _Piece) -> bool:
        text = piece.text
        wished = WISH.search(text) is not None or text.endswith("?") or SWITCHED.search(text) is not None
        wished = wished or (WANTS.search(text) is not None and (self._noun.search(text) is not None or self._judge.names(text)))
        begun = self.begins(text) or self.begins(PLACED.sub("", text)) or self.begins(text.partition(": ")[2])
        begun = begun or any(self.begins(text[said.end() :]) for said in SO.finditer(text))
        ordered = piece.ordered and any(w not in LEADING and w not in FILLERS for w in words(text))
        if (
            ordered
            or wished
            or begun
            or (self._judge.whole(text) and not PAST.search(text))
            or (IT_SHOULD.match(text) is not None and self._judge.asks(text))
        ):
            return True
        if STATEMENT.search(CLAUSED.sub("", text)):
            return False
        return self._noun_phrase(text) or ((self._noun.search(text) is not None or self._judge.names(text)) and self._judge.asks(text))

    def _distributed(self, step: str) -> list[str]:
        """ "Which pipelines, runs and buckets are there" as three questions."""
        found = self._list.search(step)
        if found is None:
            return [step]
        nouns = [m.group() for m in self._noun.finditer(found.group())]
        different = len({n.lower().rstrip("s") for n in nouns}) == len(nouns) > 1
        if not different:
            return [step]
        behind = step[found.end() :]
        compound = re.match(rf"\s+{self._noun.pattern}", behind, re.I)
        plain = behind[compound.end() :] if compound else behind
        return [f"{step[: found.start()]}{noun}{plain if noun != nouns[-1] else behind}" for noun in nouns]


def _quoted(text: str, position: int) -> bool:
    """Whether a position lies within quotes."""
    return text[:position].count('"') % 2 == 1 or text[:position].count("`") % 2 == 1
