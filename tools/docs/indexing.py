"""Documents come into the index and leave it."""

import time

from knowledge.chunk import DocumentInfo, IngestReport
from knowledge.ingestion import Progress, Survey
from knowledge.knowledge import Knowledge
from knowledge.store import StoreError
from tools.activity import current
from tools.docs.origins import is_web, selection
from tools.files import LocalFiles
from tools.kinds import Document, DocumentPath
from tools.markdown import count
from tools.minio.store import ObjectStore
from tools.names import listed
from tools.result import ErrorCode, Subject, ToolError, ToolResult
from tools.tool import Prepared, tool

NAMED = 8
"""Files that cannot be read, and are named with the reason."""
PAUSE = 0.25
"""Seconds between two reports of progress."""


@tool(
    effect="write",
    examples=[
        "add the document docs/guide.md",
        "index the file notes/setup.pdf so you can answer from it",
        "learn the folder docs/",
        "read in https://example.com/docs/page.html as documentation",
        "add all markdown files notes/**/*.md to your knowledge",
        "put handbook.docx into the knowledge base",
        "take minio://team-docs/runbooks into the documentation",
        "update the documents of docs/, they have changed",
        "also know our runbook runbooks/oncall.md",
        "ingest manual.pdf",
        "index docs/manual.pdf so you can answer from it",
        "learn the file guide.md",
        "add docs/ops.md to the knowledge base",
        "read in notes.md and remember it",
        "ingest the pdf manual.pdf into your documentation",
        "take docs/guide.md into the index",
        "make docs/readme.md searchable",
        "feed handbook.pdf to the assistant",
        "index data/sample.csv",
        "index the folder raw/",
        "index the folder data/sample.csv",
        "use data/sample.csv for your answers too",
        "take data/sample.csv into the documents",
        "read data/part7.csv into your documentation",
        "please learn the document data/part7.csv",
        "data/part7.csv should be among the documents",
        "take data/part7.csv into the docs",
        "make data/part7.csv searchable",
    ],
)
def add_documents(knowledge: Knowledge, files: LocalFiles, store: ObjectStore, /, path: DocumentPath) -> ToolResult:
    """Index documents, so that questions are answered from them too: a file, a folder, a pattern, a web address or objects of a bucket.

    What did not change since the last time is left alone, what is gone from there leaves the index.
    """
    chosen = selection(knowledge, files, store, path)
    try:
        report = knowledge.ingest(chosen, progress_of(path))
    except StoreError as error:
        raise ToolError(ErrorCode.UNAVAILABLE, str(error)) from error
    if report.failed and not (report.added or report.unchanged or report.removed):
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"nothing of `{path}` can be indexed. {told(report)}")
    subjects = [Subject(kind="document", name=source) for source in (report.added or report.unchanged)[:20]]
    return ToolResult(content=told(report), subjects=subjects)


@add_documents.prepare
def _preview(knowledge: Knowledge, files: LocalFiles, store: ObjectStore, /, path: str) -> Prepared:
    if is_web(path):  # nothing is fetched before a person agreed: the address itself may carry something out
        return Prepared(f"Fetch the page {path} from the web and index it.")
    found = knowledge.survey(selection(knowledge, files, store, path))
    return Prepared(f"Index `{path}`: {_in_numbers(found)}.{''.join(_reasons(found.unreadable))}")


@tool(
    effect="destroy",
    examples=[
        "remove the document {document}",
        "forget {document}",
        "delete {document} from the documentation",
        "throw {document} out of your knowledge",
        "drop the docs {document}",
        "take {document} out of the index",
        "you should not answer from {document} any more",
        "unlearn {document}",
        "forget the document {document}",
        "delete {document} from the index",
        "drop {document} from the knowledge base",
        "throw {document} out of your documents",
        "stop using {document} for answers",
        "unindex {document}",
        "{document} should not be used for answers any more",
        "withdraw {document} from the documents",
        "take {document} out of the documents",
        "the document {document} is not needed any more",
        "{document} is wrong, remove it from the documentation",
    ],
)
def remove_document(knowledge: Knowledge, /, source: Document) -> ToolResult:
    """Remove a document, or a folder of documents, from the index, so that answers no longer use it. The files themselves stay."""
    try:
        removed = knowledge.remove(source)
    except StoreError as error:
        raise ToolError(ErrorCode.UNAVAILABLE, str(error)) from error
    what = f"`{source}`" if removed == 1 else f"the {count(removed, 'document')} of `{source}`"
    return ToolResult(content=f"Removed {what} from the index; the files themselves were not touched.")


@remove_document.prepare
def _removal(knowledge: Knowledge, /, source: str) -> Prepared:
    meant = [info for info in knowledge.documents() if info.source == source or info.source.startswith(f"{source}/")]
    return Prepared(f"Remove {_named(source, meant)} from the index. The files themselves stay; adding them again brings them back.")


def progress_of(path: str) -> Progress:
    """Tells the running call's activity how far the indexing is; raises CANCELED when nobody waits for it any more."""
    activity = current()
    last = 0.0

    def progress(done: int, total: int, source: str) -> None:
        nonlocal last
        if activity.canceled.is_set():
            raise ToolError(ErrorCode.CANCELED, f"indexing `{path}` was stopped; the documents are as they were before.")
        if time.monotonic() - last >= PAUSE or done == total:
            last = time.monotonic()
            what = "passages made searchable by meaning" if source == "vectors" else f"documents read, {source}"
            activity.report(f"{done:,} of {total:,} {what}")

    return progress


def told(report: IngestReport) -> str:
    """What an ingest did, in words; the first sentence in numbers, then what could not be read."""
    numbers = [
        f"indexed {count(len(report.added), 'document')}" if report.added else "",
        f"{len(report.unchanged):,} unchanged" if report.unchanged else "",
        f"{len(report.removed):,} removed because gone" if report.removed else "",
        f"{len(report.without_text):,} without text" if report.without_text else "",
        f"{len(report.failed):,} could not be read" if report.failed else "",
    ]
    lead = ", ".join(filter(None, numbers)) or "nothing to index"
    names = f": {listed(report.added)}" if report.added else ""
    later = f"\n\nSearch by meaning follows later: {report.later}" if report.later else ""
    return f"{lead[:1].upper()}{lead[1:]}{names}.{''.join(_reasons(report.failed))}{later}"


def _in_numbers(found: Survey) -> str:
    numbers = [
        f"{found.new:,} new" if found.new else "",
        f"{found.changed:,} changed" if found.changed else "",
        f"{found.unchanged:,} unchanged" if found.unchanged else "",
        f"{found.gone:,} gone from there, to be removed from the index" if found.gone else "",
        f"{len(found.unreadable):,} not readable" if found.unreadable else "",
    ]
    total = found.new + found.changed + found.unchanged + len(found.unreadable)
    return f"{count(total, 'document')} ({', '.join(filter(None, numbers)) or 'nothing to do'})"


def _reasons(failed: list[tuple[str, str]]) -> list[str]:
    rest = [f"\n- and {len(failed) - NAMED:,} more"] if len(failed) > NAMED else []
    return ["\n", *(f"\n- `{source}`: {reason}" for source, reason in failed[:NAMED]), *rest] if failed else []


def _named(source: str, meant: list[DocumentInfo]) -> str:
    passages = count(sum(info.chunks for info in meant), "passage")
    if len(meant) == 1:
        return f"the document `{meant[0].source}` ({passages})"
    return f"the {count(len(meant), 'document')} of `{source}` ({passages}): {listed([info.source for info in meant])}"
