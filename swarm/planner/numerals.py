"""Numbers in words: "twenty-five", "a dozen", "two hundred and fifty"."""

import re

_ONES = "one two three four five six seven eight nine".split()
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SETS = {"couple": 2, "dozen": 12, "hundred": 100, "thousand": 1000}
_VALUES = {"zero": 0, **{word: number for number, word in enumerate([*_ONES, *_TEENS], 1)}} | {
    word: 10 * number for number, word in enumerate(_TENS, 2)
}
WORDS = (*_VALUES, *_SETS)
"""The words of numbers, each by itself."""
_SMALL = rf"(?:(?:{'|'.join(_TENS)})(?:[\s-](?:{'|'.join(_ONES)}))?|{'|'.join(_TEENS + _ONES[1:])}|zero)"
_ONE = r"(?:(?<=for )|(?<=with )|(?<=of )|(?<=to )|(?<=just )|(?<=only )|(?<=exactly ))one"
"""Elsewhere "one" stands for a thing: "the latest one"."""
NUMERAL = (
    rf"(?:(?:(?:half\s+)?an?\s+|one\s+|{_SMALL}\s+)?(?:(?:hundred|thousand)(?:\s+(?:and\s+)?{_SMALL})?|dozen|couple(?:\s+of)?)"
    rf"|{_SMALL}|{_ONE})"
)
"""The pattern of a number in words."""
_NUMERAL = re.compile(rf"\b{NUMERAL}\b", re.I)


def in_digits(text: str) -> str:
    """The text with number words as digits, everything in its place."""
    return _NUMERAL.sub(lambda m: str(number(m.group())).ljust(len(m.group())), text)


def number(words: str) -> int:
    """The number that words say, "a" being one."""
    total = 0
    said = re.split(r"[\s-]+", words.lower())
    for word in said:
        total = max(total, 1) * _SETS[word] if word in _SETS else total + _VALUES.get(word, 0)
    return total // 2 if said[0] == "half" else total
