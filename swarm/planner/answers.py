"""Composing an answer from what the tools said."""

import re
from collections.abc import Sequence

from langchain_core.messages import ToolMessage

from swarm.planner.language import content

SENTENCES = 5
"""Sentences quoted from documents at the most."""


def compose(question: str, results: Sequence[ToolMessage]) -> str:
    """The results in the order of the steps; passages of documents become a short cited extract."""
    parts = [extract(question, message) if _sources(message) else message.text for message in results]
    return "\n\n".join(dict.fromkeys(_plain(part) for part in parts))


def _sources(message: ToolMessage) -> list[dict[str, str]]:
    artifact = message.artifact
    return artifact.get("sources", []) if isinstance(artifact, dict) else []


def _plain(text: str) -> str:
    """An error without its code word in front."""
    bare = re.sub(
        r"^(?:INVALID_ARGUMENT|NOT_FOUND|AMBIGUOUS|CONFLICT|PERMISSION_DENIED|UNSUPPORTED|UNAVAILABLE|TIMEOUT|INTERNAL): ", "", text
    )
    return bare[:1].upper() + bare[1:] if bare != text else text


def extract(question: str, message: ToolMessage) -> str:
    """The sentences of the passages that share most with the question, in their order, each with its citation."""
    wanted = set(content(question))
    scored: list[tuple[float, int, int, str]] = []
    for rank, source in enumerate(_sources(message)):
        for place, sentence in enumerate(_sentences(source["text"])):
            shared = len(wanted & set(content(sentence)))
            scored.append((shared / (1 + 0.25 * rank) - 0.02 * place, rank, place, f"{sentence} [{source['n']}]"))
    best = sorted(sorted(scored, reverse=True)[:SENTENCES], key=lambda s: (s[1], s[2]))
    hedge = "" if not message.text.startswith("The documents may not") else "The documents may not cover this; the nearest they say:\n\n"
    return hedge + "\n".join(f"- {sentence}" for _, _, _, sentence in best)


def _sentences(text: str) -> list[str]:
    """Whole sentences of a passage's prose, without headings, tables and code."""
    prose = re.sub(r"```.*?(?:```|$)", " ", text, flags=re.S)
    lines = [
        re.sub(r"^\s*(?:[-*+]|\d+\.)\s+", "", line) for line in prose.splitlines() if not line.lstrip().startswith(("#", "|", "[", "<"))
    ]
    joined = re.sub(r"\n(?=\S)", " ", "\n".join(lines))
    pieces = [" ".join(p.split()) for p in re.split(r"(?<=[.!?:])\s+(?=[A-Z`*\"])|\n+", joined)]
    return [p for p in pieces if len(p) > 25 and p[-1] in ".!?:)`*"]
