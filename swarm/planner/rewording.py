"""A question in other words, for a search that found little: the field's terms instead of everyday ones, and nothing else."""

from swarm.planner.language import STOP, stem, words
from swarm.planner.lexicon import lexicon

_ASKING = frozenset(
    "what which who where when why how does did should any there tell explain describe about mean means meant like get use".split()
)
LEAST = 2
"""Words that another question must have."""


def reworded(question: str) -> str:
    """The question by its telling words, with terms of the field for everyday words; empty where that is no other question."""
    said = [w for w in words(question) if w not in STOP and w not in _ASKING]
    told = [_term(w) for w in said]
    return " ".join(dict.fromkeys(told)) if len(told) >= LEAST and told != words(question) else ""


def _term(word: str) -> str:
    """What the field calls it: by the table of terms, else the action that a word of everyday speech stands for."""
    terms = lexicon().terms
    if word in terms or stem(word) in terms:
        return terms.get(word) or terms[stem(word)]
    meanings = lexicon().groups.get(word, frozenset()) & lexicon().verbs
    return min(meanings) if len(meanings) == 1 and word not in lexicon().domain else word
