"""The knowledge base: add documents, find passages, read pages."""

import logging
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge import store
from knowledge.chunk import DocumentInfo, DocumentNotFound, DocumentText, IngestReport, SearchResult
from knowledge.chunking import chunks
from knowledge.collection import VectorsUnavailableError
from knowledge.documents import load
from knowledge.ingestion import Prepared, Progress, Survey, changes, digest, survey
from knowledge.markdown import outline
from knowledge.origins.files import select_files
from knowledge.origins.selection import Item, Selection, UnreadableDocumentError
from knowledge.settings import KnowledgeSettings

if TYPE_CHECKING:
    from knowledge.fusion import Fusion

HANDBOOK = Path(__file__).parent / "handbook"
_HANDBOOK_URI = "handbook:"

logger = logging.getLogger(__name__)


class Knowledge:
    """Documents of one home folder. Cheap to make; opens on first use; several processes and threads may share a home."""

    def __init__(self, settings: KnowledgeSettings) -> None:
        from knowledge.embeddings import embedding_of  # these need numpy, which reading the settings must not cost
        from knowledge.retrieval import Retriever
        from knowledge.vectors import Vectors

        self._settings = settings
        self._store = store.Store(settings.home / "knowledge.db")
        self._vectors = Vectors(self._store, embedding_of(settings), settings.home / "chroma", settings.chroma_url)
        self._retriever = Retriever(self._store, settings.home / "lexical", self._vectors)

    def search(self, query: str, limit: int = 5, fusion: "Fusion | None" = None) -> SearchResult:
        """Up to `limit` passages (1 to 50) for a question or keywords, best first, and how much of it they cover.

        Another `fusion` than the usual one is for comparisons.
        """
        from knowledge.fusion import by_score

        return self._retriever.search(query, min(max(limit, 1), 50), fusion or by_score)

    def read(self, source: str, section: str | None = None) -> DocumentText:
        """A whole document or one of its sections (with what is below it). Raises `DocumentNotFound` with the nearest names."""
        with self._store.reading() as db:
            name = _matching(source, store.sources(db), "document")
            title, uri, text = db.execute("SELECT title, uri, text FROM documents WHERE source = ?", (name,)).fetchone()
        headings = outline(text)
        names = [heading.name for heading in headings]
        if section is None:
            return DocumentText(name, title, None, uri, text.strip("\n"), (1, text.count("\n") + 1), names)
        wanted = _matching(section.split(" > ")[-1], names, f"section of {name}")
        first, last = next(heading.lines for heading in headings if heading.name == wanted)
        part = "\n".join(text.split("\n")[first - 1 : last]).strip("\n")
        return DocumentText(name, title, wanted, uri, part, (first, last), names)

    def documents(self) -> list[DocumentInfo]:
        """Every indexed document, by source."""
        with self._store.reading() as db:
            return store.infos(db)

    def add(self, path: str, progress: Progress | None = None) -> IngestReport:
        """Index a file, a folder, a glob pattern or the page at a web address; see `ingest`."""
        try:
            selection = self.select(path)
        except UnreadableDocumentError as error:
            return IngestReport(failed=[(path, str(error))])
        return self.ingest(selection, progress)

    def select(self, path: str) -> Selection:
        """What a path or web address means. Raises `UnreadableDocumentError` in words when it means nothing that can be read."""
        if not path.strip():
            raise UnreadableDocumentError("No path was given; name a file, a folder, a pattern such as docs/**/*.md or a web address.")
        scheme, marked, _ = path.strip().partition("://")
        if not marked or "/" in scheme:
            return select_files(path)
        if scheme.lower() not in ("http", "https"):
            raise UnreadableDocumentError(f"addresses that begin with {scheme}:// are not read; http:// and https:// are")
        from knowledge.origins.web import select_page

        return select_page(path.strip(), self._settings.private_addresses)

    def ingest(self, selection: Selection, progress: Progress | None = None) -> IngestReport:
        """Index a selection.

        What did not change is left alone, what changed is replaced, what is gone from there is removed. All of it takes effect at once
        at the end; what cannot be read is reported and does not stop the rest.
        """
        with self._store.reading() as db:
            known = store.digests(db)
        found = changes(selection, known, progress)
        later = self._embed(found.prepared, progress) if found.prepared else None
        self._swap(found.prepared, found.gone)
        added = [prepared.document.source for prepared in found.prepared]
        return IngestReport(added, found.unchanged, found.gone, found.failed, found.without_text, later)

    def survey(self, selection: Selection) -> Survey:
        """What `ingest` would do, in numbers; nothing is changed."""
        with self._store.reading() as db:
            return survey(selection, store.digests(db))

    def remove(self, source: str) -> int:
        """Remove a document, or every document of a folder, by source; returns how many. The files stay where they are."""
        with self._store.reading() as db:
            known = store.sources(db)
        below = [name for name in known if name.startswith(source.rstrip("/") + "/")]
        gone = [source] if source in known else below or [_matching(source, known, "document")]
        self._swap([], gone)
        return len(gone)

    def ensure_handbook(self) -> None:
        """Index the bundled handbook when it is absent or was updated; its vectors follow when a query first needs them."""
        pages = {file.name: file.read_bytes() for file in sorted(HANDBOOK.glob("*.md"))}
        edition = digest(b"".join(name.encode() + data for name, data in pages.items()))
        with self._store.reading() as db:
            if store.meta(db, "handbook") == edition:
                return
        prepared = [_handbook_page(name, data) for name, data in pages.items()]
        with self._store.reading() as db:
            before = [source for uri, (source, _) in store.digests(db).items() if uri.startswith(_HANDBOOK_URI)]
        self._swap(prepared, before, handbook=edition)

    def close(self) -> None:
        """Release the vector store's client; the object stays usable."""
        self._vectors.close()

    def _swap(self, prepared: list[Prepared], gone: list[str], handbook: str | None = None) -> None:
        """Remove and add documents in one transaction, then build the lexical index of the result."""
        if not prepared and not gone and handbook is None:
            return
        with self._store.writing() as db:
            store.delete(db, gone)
            for one in prepared:
                store.put(db, one.document, one.digest, one.chunks)
            if handbook is not None:
                store.set_meta(db, "handbook", handbook)
            store.touch(db)
        self._retriever.refresh()

    def _embed(self, prepared: list[Prepared], progress: Progress | None) -> str | None:
        """Make the vectors of new chunks before they can be found; the reason in words when they have to follow later."""
        texts = {chunk.key: chunk.indexed_text for one in prepared for chunk in one.chunks}
        try:
            self._vectors.add(texts, lambda done, total: progress(done, total, "vectors") if progress else None)
        except VectorsUnavailableError as error:
            logger.warning("The documents are indexed by words; their vectors follow later. %s", error)
            return str(error)
        return None


@cache
def _handbook_page(name: str, data: bytes) -> Prepared:
    """Once in a process, as every home has the same handbook."""
    page = load(Item(f"{_HANDBOOK_URI}{Path(name).stem}", ("handbook", name), 2, ("handbook",), lambda: data), data, f"handbook/{name}")
    document = replace(page, kind="handbook")
    return Prepared(document, digest(data), chunks(document))


def _matching(name: str, known: list[str], what: str) -> str:
    """The known name that is meant: exact, then case ignored, then the only one it is the end or beginning of."""
    if name in known:
        return name
    folded = name.casefold().strip("# ")
    for rule in (str.__eq__, str.endswith, str.startswith):
        found = list(dict.fromkeys(candidate for candidate in known if rule(candidate.casefold(), folded)))
        if len(found) == 1 or (found and rule is str.__eq__):
            return found[0]
    from rapidfuzz import process

    nearest = [match[0] for match in process.extract(name, known, limit=5)]
    hint = f"; the nearest are: {', '.join(nearest)}" if nearest else ""
    raise DocumentNotFound(f"There is no {what} named {name!r}{hint}.", nearest)
