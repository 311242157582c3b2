"""Words as the lexical index sees them: stems, identifiers whole and in parts, no stop words."""

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import Stemmer

# Inside a word, not at its ends, may stand dots, underscores, hyphens, slashes and colons: `dsl.ParallelFor`, `end-to-end`.
_WORD = re.compile(r"[^\W_]+(?:[._\-/:@']+[^\W_]+)*")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")

_STOP_WORDS_TEXT = """
a about after all also am an and any are as at be because been before being but by can could did do does doing
for from had has have having he her here hers him his how i if in into is it its itself just let like me might more most my
myself no nor not of off on once only onto or other our out over own please same she should so some such than that the their
them then there these they this those through to too under until up upon us very was we were what when where which while who
whom whose why will with would you your yours im i'm i've i'd it's don't doesn't can't isn't won't what's there's want need
get got use using way
"""
STOP_WORDS = frozenset(_STOP_WORDS_TEXT.split())
"""Words of questions that say nothing about the subject."""

ABBREVIATIONS = {
    "auth": "authentication",
    "cd": "continuous delivery",
    "ci": "continuous integration",
    "cli": "command line",
    "config": "configuration",
    "crd": "custom resource definition",
    "dag": "directed acyclic graph",
    "db": "database",
    "docs": "documentation",
    "env": "environment",
    "hp": "hyperparameter",
    "hpo": "hyperparameter optimization",
    "ipynb": "notebook",
    "k8s": "kubernetes",
    "kfp": "kubeflow pipelines",
    "llm": "large language model",
    "ml": "machine learning",
    "oom": "out of memory",
    "pv": "persistent volume",
    "pvc": "persistent volume claim",
    "rbac": "role based access control",
    "repo": "repository",
    "ttl": "time to live",
    "ui": "user interface",
    "var": "variable",
    "worm": "write once read many",
}
"""What one text shortens and another spells out."""


@cache
def _stemmer() -> "Stemmer.Stemmer":
    import Stemmer

    return Stemmer.Stemmer("english")


def tokens(text: str) -> list[str]:
    """Tokens of a text in order, repeats kept. An identifier yields itself and its dotted, snake and camel parts."""
    return [token for word in _WORD.findall(text) for token in (_kept if len(word) <= _LONG else _tokens_of)(word)]


def _tokens_of(word: str) -> tuple[str, ...]:
    lower = word.lower()
    if lower in STOP_WORDS:
        return ()
    found, parts = [lower], _PART.findall(word)
    if len(parts) > 1:
        found.extend(part for part in (p.lower() for p in parts) if len(part) > 1 and part not in STOP_WORDS)
    return tuple(_stemmer().stemWords(found))


_LONG = 40
_kept = lru_cache(20_000)(_tokens_of)
"""Few words make up most of every text; those that are longer than `_LONG` seldom come again."""


def query_tokens(text: str) -> list[str]:
    """Tokens of a question, its abbreviations also spelled out and its long forms also shortened."""
    words = re.findall(r"\w+", text.lower())
    phrase = f" {' '.join(words)} "
    spelled_out = [ABBREVIATIONS[word] for word in words if word in ABBREVIATIONS]
    shortened = [short for short, long in ABBREVIATIONS.items() if " " in long and f" {long} " in phrase]
    return tokens(" ".join([text, *spelled_out, *shortened]))
