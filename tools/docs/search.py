"""Documentation: the passages that answer a question."""

from typing import Annotated

from pydantic import Field

from knowledge.knowledge import Knowledge
from tools.docs.passages import rendered, sources
from tools.kinds import Query
from tools.result import ToolResult
from tools.tool import tool

PASSAGES = 4


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
        "how do I delete a bucket with mc",
        "what is erasure coding",
        "how to set up alerts for models",
        "how should secrets be handled in a pipeline",
        "when should I retrain a model",
        "what is the maximum number of buckets",
        "can a component return several outputs",
        "what are lifecycle rules good for",
        "how do people monitor models in production",
        "search the documentation for parallel loops",
        "what does exit handler mean",
        "how do I schedule a pipeline in the sdk",
        "what is a feature store",
        "why is my step cached",
        "should I use parquet or csv",
        "look up how versioning works",
        "kfp caching docs",
        "pipeline caching semantics",
        "kfp retry policy and backoff",
        "bucket replication vs site replication",
        "artifact lineage explained",
        "minio lifecycle rules",
        "component memory limits",
        "object locking in minio",
        "how large may an object be",
        "model versioning guidelines",
        "recommended way to monitor a model",
        "cross validation explained",
        "what does object locking do",
        "who is responsible for alerts according to the manual",
        "is there something on filters in the documents",
        "when must the pump be serviced",
        "which limit applies to requests",
        "explain to me how artifacts are passed from one step to the next",
        "why would one use versioning at all",
        "maximum lifetime of a presigned link",
        "what do the documents recommend against this error",
        "check the documentation for a remedy",
        "what to do about an out of memory error",
        "how is data drift detected",
        "look up the release procedure",
    ],
)
def search_docs(
    knowledge: Knowledge,
    /,
    query: Annotated[
        Query,
        Field(min_length=2, max_length=1000, description="The question, in full words; names of functions and error messages exactly."),
    ],
) -> ToolResult:
    """Search the documents (a handbook on MLOps, Kubeflow Pipelines, MinIO and this assistant, and what users added) for a question.

    Answers the best passages, numbered for citation. If they do not answer the question, search again with other words, such as the
    technical terms for it, or read on with `read_document`.
    """
    found = knowledge.search(query, limit=PASSAGES)
    if not found.passages:
        return ToolResult.no_data(f"The documents hold nothing about “{query}”.")
    passages = sources(found.passages)
    lead = "The documents may not cover this; the nearest passages:" if found.doubtful else "These passages may answer it."
    return ToolResult(content=f"{lead}\n\n{rendered(passages, [p.source for p in found.passages])}", sources=passages)
