"""Documentation: the passages that answer a question."""

import re
from typing import Annotated

from pydantic import Field

from knowledge.knowledge import Knowledge
from tools.kinds import Query
from tools.result import Source, ToolResult
from tools.tool import tool

PASSAGES = 4
ROOM = 2450
"""Characters of passages that a model is given."""
WEAK = 0.46
"""Confidence below which the documents may not cover the question."""


@tool(
    effect="read",
    examples=[
        "how does caching work in kubeflow pipelines",
        "what is the difference between an experiment and a run",
        "how do I pass data between components",
        "explain what data drift is",
        "best practices for versioning models",
        "how can I limit memory of a step",
        "what is a presigned url",
        "is there a limit for the size of an object",
        "what does the documentation say about retries",
        "why would a pod be evicted",
    ],
)
def search_docs(
    knowledge: Knowledge, /, query: Annotated[Query, Field(min_length=2, max_length=1000, description="The question, in full words.")]
) -> ToolResult:
    """Search the documentation (MLOps, Kubeflow Pipelines, MinIO, this assistant) and return the best passages, numbered for citation."""
    found = knowledge.search(query, limit=PASSAGES)
    if not found.passages:
        return ToolResult.no_data(f"The documents hold nothing about “{query}”.")
    sources = [Source(n=n, title=p.title, section=p.section, uri=p.uri, text=p.text) for n, p in enumerate(found.passages, start=1)]
    lead = "These passages may answer it." if found.confidence >= WEAK else "The documents may not cover this; the nearest passages:"
    return ToolResult(content=f"{lead}\n\n{_fitting(sources)}", sources=sources)


def _fitting(sources: list[Source]) -> str:
    """The passages in order, each one whole or to the end of a paragraph, as many as fit; none is reduced to its heading."""
    shown: list[str] = []
    room = ROOM
    for source in sources:
        text = _shortened(source.text, room - len(_place(source)) - 10)
        if text:
            shown.append(f"[{source.n}] {_place(source)}\n{text}")
            room -= len(shown[-1])
    return "\n\n".join(shown)


def _shortened(text: str, room: int) -> str:
    """The paragraphs of a passage that fit, code whole; empty when not even the first one does."""
    kept: list[str] = []
    paragraphs = re.split(r"\n\s*\n(?=(?:(?:(?!```)[\s\S])*```(?:(?!```)[\s\S])*```)*(?:(?!```)[\s\S])*$)", text)
    for paragraph in paragraphs:
        if len("\n\n".join([*kept, paragraph])) > room:
            while kept and kept[-1].lstrip().startswith("#"):
                kept.pop()
            kept = kept and [*kept, "…"]
            break
        kept.append(paragraph)
    headings_only = all(line.startswith("#") or line == "…" for part in kept for line in part.splitlines() if line.strip())
    return "" if headings_only else "\n\n".join(kept)


def _place(source: Source) -> str:
    return f"{source.title} › {source.section}" if source.section and source.section != source.title else source.title
