"""Documentation: the passages that answer a question."""

from typing import Annotated

from pydantic import Field

from knowledge.knowledge import Knowledge
from tools.kinds import Query
from tools.result import Source, ToolResult
from tools.tool import tool

PASSAGES = 4
PASSAGE_LENGTH = 700
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
    passages = "\n\n".join(f"[{s.n}] {_place(s)}\n{_shortened(s.text)}" for s in sources)
    return ToolResult(content=f"{lead}\n\n{passages}", sources=sources)


def _shortened(text: str) -> str:
    """The passage, cut at the end of a sentence or line where it is too long."""
    if len(text) <= PASSAGE_LENGTH:
        return text
    cut = text[:PASSAGE_LENGTH]
    end = max(cut.rfind(mark) for mark in (". ", ".\n", "\n"))
    return cut[: end + 1].rstrip() + " …" if end > PASSAGE_LENGTH // 2 else cut.rstrip() + " …"


def _place(source: Source) -> str:
    return f"{source.title} › {source.section}" if source.section and source.section != source.title else source.title
