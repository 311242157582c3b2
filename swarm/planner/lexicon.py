"""What people write and what they mean by it: slang, phrases and synonyms, from `lexicon.toml`."""

import importlib.resources
import re
import tomllib
from dataclasses import dataclass
from functools import cache

from swarm.planner.language import stem
from swarm.planner.marks import LEADING

_WORD = re.compile(r"(?<![\w/.=`\"-])[A-Za-z][\w'’/.]*(?![\w=/-])")


@dataclass(frozen=True)
class Lexicon:
    """The file's tables, ready for look-up."""

    spelling: dict[str, str]
    commands: dict[str, str]
    """Names of commands, which are other words elsewhere."""
    phrases: dict[str, str]
    groups: dict[str, frozenset[str]]
    """For a word: the actions and things it can mean, e.g. `nuke` -> {delete}."""
    verbs: frozenset[str]
    """Words that requests begin with."""
    times: frozenset[str]
    """Words by which times are told, and small words that matter."""
    nouns: frozenset[str]
    """What requests are about."""
    terms: dict[str, str]
    """For everyday words: what the field calls it."""
    domain: frozenset[str]
    """Words of the field."""

    @property
    def words(self) -> frozenset[str]:
        """All words that have a meaning here."""
        return (
            frozenset(self.groups)
            | self.verbs
            | self.times
            | self.domain
            | {word for text in self.phrases for word in text.split() if word.isalpha()}
        )


@cache
def lexicon() -> Lexicon:
    """The one there is, read once."""
    tables = tomllib.loads(importlib.resources.files("swarm.planner").joinpath("lexicon.toml").read_text("utf-8"))
    groups: dict[str, set[str]] = {}
    for meaning, members in tables["synonyms"].items():
        for word in members.split():
            for form in {word, stem(word)}:
                groups.setdefault(form, set()).add(meaning)
    return Lexicon(
        spelling=tables["spelling"],
        commands=tables["commands"],
        phrases=tables["phrases"],
        groups={word: frozenset(meanings) for word, meanings in groups.items()},
        verbs=frozenset(tables["verbs"]["words"].split()),
        times=frozenset(tables["times"]["words"].split()),
        nouns=frozenset(tables["nouns"]["words"].split()),
        terms=tables["terms"],
        domain=frozenset(tables["domain"]["words"].split()),
    )


@cache
def _phrases() -> re.Pattern[str]:
    longest_first = sorted(lexicon().phrases, key=len, reverse=True)
    return re.compile(r"(?<![\w-])(?:" + "|".join(re.escape(p) for p in longest_first) + r")(?![\w-])", re.I)


_QUARTERS = ("first", "second", "third", "fourth")
_QUARTER = re.compile(rf"\b(?:the )?({'|'.join(_QUARTERS)}) quarter\b(?! (?:past|of an hour))", re.I)


def written_out(text: str) -> str:
    """The text with straight quotes, contractions and short forms written out; names, paths, quotes and values stay as they are."""
    text = text.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"').replace("\u00a0", " ")
    text = re.sub(r"(?<!\S)(w/o?)(?=\s)", lambda m: lexicon().spelling[m.group(1).lower()], text, flags=re.I)

    text = re.sub(r"(?<=\S)\s+@\s+(?=\S)", " in ", text)
    text = re.sub(r"(days?)\s*[+&]\s*(?=[a-z]+day)", r"\1 and ", text, flags=re.I)
    text = re.sub(r"\bauto-(?=[a-z]{4,}\b(?![\w-]))", "automatically ", text, flags=re.I)
    text = _QUARTER.sub(lambda m: f"Q{_QUARTERS.index(m.group(1).lower()) + 1}", text)
    text = re.sub(r"(?<!\S)--([A-Za-z][\w-]*)(?:=|\s+)(?=[^\s-])", r"\1=", text)
    text = re.sub(r"(?<![\w-])(?:re|un)-[a-z]{3,}\b(?![\w-])", lambda m: _closed_up(m.group()), text, flags=re.I)

    text = re.sub(r"(?<![\w-])[a-z]+-[a-z]+(?![\w-])", lambda m: _parted(m.group()), text, flags=re.I)

    def whole(match: re.Match[str]) -> str:
        word = match.group()
        bare = word.rstrip(".'")
        short = lexicon().spelling.get(word.lower()) or _command(text, match)
        meant = lexicon().spelling.get(bare.lower())
        return short or (word if meant is None else meant + word[len(bare) :])

    return _WORD.sub(whole, text)


def _command(text: str, word: re.Match[str]) -> str | None:
    """What the name of a command means, where it stands by itself, first in a clause or behind "please" and the like, before no other."""
    meant = lexicon().commands.get(word.group().lower())
    if meant is None or not re.match(r"\s|$", text[word.end() :]):
        return None
    behind = _WORD.match(text, word.end() + 1)
    if behind and behind.group().lower() in lexicon().commands:
        return None
    before = re.search(r"(?:^|[;&|,.:!?\n$>])\s*$|([a-z']+)\s+$", text[: word.start()], re.I)
    leads = before is not None and (before.group(1) is None or lexicon().spelling.get(before.group(1).lower(), before.group(1).lower()))
    return meant if leads is True or (leads and leads in LEADING) else None


def _closed_up(word: str) -> str:
    """ "re-activate" as one word, where there is such a word."""
    together = word.replace("-", "", 1)
    rest = word.split("-", 1)[1].lower()
    if len(rest) > 4 and stem(rest) in lexicon().groups:
        return together
    return together if together.lower() in lexicon().groups or together.lower() in lexicon().verbs else word


def _parted(word: str) -> str:
    """ "root-cause" as two words, where that is a phrase."""
    apart = word.replace("-", " ")
    return apart if apart.lower() in lexicon().phrases and word.lower() not in lexicon().phrases else word


def phrased(text: str) -> str:
    """The text with phrases of several words replaced by the one word that they mean."""
    return _phrases().sub(lambda m: lexicon().phrases[m.group().lower()], text)
