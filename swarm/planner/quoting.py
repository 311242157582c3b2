"""Quoting from documents: the parts that share most with a question, each cited."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from langchain_core.messages import ToolMessage

from swarm.planner.language import content

BLOCKS = 3
"""Paragraphs quoted from documents at the most."""
NEAR = 0.6
"""Share of the best paragraph's score that another needs to be quoted."""
EXTRACT = 1100
"""Characters quoted at the most, unless the first paragraph alone is longer."""
LONG = 420
"""Characters from which a paragraph of prose is cut to the sentences that matter."""
VAGUELY = 0.25
"""Part of its weight that a word keeps which questions about anything have."""
_VAGUE = frozenset(
    content(
        "what which who where when why how good use get make need want way work thing know tell question mean possible help like one give"
        " explain describe happen normally exactly actually short anyway should must may"
    )
)
READ = 2000
"""Characters shown of a document that was asked for by name."""


def quoted(question: str, message: ToolMessage) -> str:
    """A short cited extract of the passages; of a document that was asked for by name, its beginning. Empty where there are none."""
    sources = _sources(message)
    if not sources:
        return ""
    return _beginning(sources[0]) if message.name == "read_document" else extract(question, message)


def weak(message: ToolMessage) -> bool:
    """Whether a search found nothing, or nothing that seems to answer."""
    return message.text.startswith(("The documents may not", "The documents hold nothing"))


def _beginning(source: Mapping[str, str]) -> str:
    """The first paragraphs of a document, cited."""
    shown: list[str] = []
    for part in _paragraphs(source["text"]):
        if shown and len("\n\n".join([*shown, part])) > READ:
            shown.append("…")
            break
        shown.append(part)
    return "\n\n".join([*shown, f"From {source['title']} [{source['n']}]."])


def _sources(message: ToolMessage) -> list[dict[str, str]]:
    artifact = message.artifact
    return artifact.get("sources", []) if isinstance(artifact, dict) else []


def extract(question: str, message: ToolMessage) -> str:
    """The paragraphs, lists and code of the passages that share most with the question, the best first, each cited."""
    sources = _sources(message)
    wanted = _weights(question, [s["text"] for s in sources])
    blocks: list[_Block] = []
    for rank, source in enumerate(sources):
        blocks += _blocks(source, rank, wanted)
    chosen: list[_Block] = []
    length = 0
    best = max((b.score for b in blocks), default=0.0)
    for block in sorted(blocks, key=lambda b: -b.score):
        if block.score < NEAR * best or (chosen and length + len(block.text) > EXTRACT):
            continue
        chosen.append(block)
        length += len(block.text)
        if len(chosen) == BLOCKS:
            break
    if weak(message):
        return _nearest(chosen, wanted)
    first = chosen[:1]
    ordered = [*first, *sorted(chosen[1:], key=lambda b: (b.rank, b.place))]
    return "\n\n".join(_headed(b, before, wanted) for b, before in zip(ordered, [None, *ordered], strict=False))


def _nearest(chosen: Sequence["_Block"], wanted: Mapping[str, float]) -> str:
    """What comes nearest to an answer, told as no more than that: the best part, and the titles of the other pages."""
    if not chosen:
        return "The documents do not seem to tell."
    first = chosen[0]
    titles = list(dict.fromkeys(f"{b.title} [{b.n}]" for b in chosen[1:] if b.n != first.n))
    also = [f"Other pages near it: {', '.join(titles)}."] if titles else []
    return "\n\n".join(["The documents do not seem to tell. What comes nearest:", _headed(first, None, wanted), *also])


def _headed(block: "_Block", before: "_Block | None", wanted: Mapping[str, float]) -> str:
    """A block as it is cited; under its heading where that says what is asked for and the block does not."""
    said = {*content(block.text)}
    tells = [word for word in content(block.heading) if word in wanted and word not in said]
    same = before is not None and before.heading == block.heading
    return f"{_bold(block.heading)} {block.cited}" if tells and not same and not block.text.startswith("```") else block.cited


def _bold(heading: str) -> str:
    """A heading in bold, unless it has emphasis of its own."""
    return heading if not heading or "*" in heading else f"**{heading}**"


@dataclass(frozen=True)
class _Block:
    """A paragraph with the code that belongs to it."""

    text: str
    rank: int
    place: int
    n: str
    title: str
    score: float
    heading: str = ""

    @property
    def cited(self) -> str:
        """The block with its citation, before its code if it ends in code."""
        if "```" not in self.text:
            return f"{self.text} [{self.n}]"
        words, fence, code = self.text.partition("```")
        return f"{words.strip() or _bold(self.heading) or 'From'} [{self.n}]\n\n{fence}{code}"


def _weights(question: str, texts: Sequence[str]) -> dict[str, float]:
    """The question's words, those that stand in few of the passages' paragraphs counting more."""
    paragraphs = [set(content(p)) for text in texts for p in _paragraphs(text)]
    rarity = {word: math.log(1 + (1 + len(paragraphs)) / (1 + sum(word in p for p in paragraphs))) for word in content(question)}
    return {word: weight * (VAGUELY if word in _VAGUE else 1.0) for word, weight in rarity.items()}


def _blocks(source: Mapping[str, str], rank: int, wanted: Mapping[str, float]) -> list[_Block]:
    """The passage's paragraphs, each scored by its own words and those of the heading above it.

    What stands first under a heading tells what the heading says, in whatever words.
    """
    found: list[_Block] = []
    heading, first = source["section"], False
    for part in _paragraphs(source["text"]):
        if part.startswith("#"):
            heading, first = part, True
            continue
        said, own = _share(wanted, heading), _share(wanted, part)
        score = (0.4 * (max(own, said) if first else own) + 0.6 * said) / (1 + 0.1 * rank)
        first = False
        told = heading.rsplit(">", 1)[-1].strip(" #")
        found.append(_Block(_trimmed(part, wanted), rank, len(found), source["n"], source["title"], score, told))
    return found


def _trimmed(paragraph: str, wanted: Mapping[str, float]) -> str:
    """A long paragraph of prose cut to the sentences that share most with what is wanted, in their order; all else stays whole."""
    if len(paragraph) <= LONG or "```" in paragraph or re.search(r"^\s*(?:[-*|>]|\d+[.)] )", paragraph, re.M):
        return paragraph
    sentences = re.split(r"(?<=[.!?])\s+(?=[A-Z`\"(])", paragraph)
    kept: set[int] = set()
    for n in sorted(range(len(sentences)), key=lambda n: -_share(wanted, sentences[n])):
        if kept and sum(len(sentences[k]) for k in kept) + len(sentences[n]) > LONG:
            break
        kept.add(n)
    gaps = {n: " … " if n - 1 not in kept else " " for n in kept}
    return "".join(gaps[n] + sentences[n] for n in sorted(kept)).lstrip(" …")


def _share(wanted: Mapping[str, float], text: str) -> float:
    """How much of what is wanted a text has, 0 to 1."""
    has = set(content(text))
    mass = sum(wanted.values())
    return sum(weight for word, weight in wanted.items() if word in has) / mass if mass else 0.0


def _paragraphs(text: str) -> list[str]:
    """Headings, paragraphs and lists; code and whatever follows a colon stay with the paragraph before."""
    parts: list[str] = []
    fenced = False
    for line in [*text.splitlines(), ""]:
        opens = line.lstrip().startswith("```")
        begins = not parts or parts[-1].endswith("\n\n") or parts[-1].startswith("#")
        under = bool(parts) and not parts[-1].startswith("#")
        if fenced or not begins or (under and opens) or (parts and line.strip() and parts[-1].rstrip().endswith(":")):
            parts[-1] += line + "\n"
        elif line.strip():
            parts.append(line + "\n")
        fenced = fenced != opens
    return [part.strip() for part in parts]
