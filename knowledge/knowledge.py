"""The knowledge base: add documents, find passages, read pages."""

import logging
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote, urlsplit

from knowledge import store
from knowledge.chunk import Chunk, Document, DocumentInfo, DocumentNotFound, DocumentText, IngestReport, SearchResult
from knowledge.chunking import chunks
from knowledge.documents import EmptyDocumentError, Selection, UnreadableDocumentError, load, select
from knowledge.markdown import outline
from knowledge.settings import KnowledgeSettings

Progress = Callable[[int, int, str], None]

HANDBOOK = Path(__file__).parent / "handbook"
_HANDBOOK_URI = "handbook:"
_CHUNKING = "1"
"""Part of every digest: raise it when loading or chunking changes, and documents are indexed anew."""

logger = logging.getLogger(__name__)


class Knowledge:
    """Documents of one home folder. Cheap to make; opens on first use; several processes and threads may share a home."""

    def __init__(self, settings: KnowledgeSettings) -> None:
        from knowledge.embeddings import embedding_of  # these need numpy, which reading the settings must not cost
        from knowledge.retrieval import Retriever
        from knowledge.vectors import Vectors

        self._store = store.Store(settings.home / "knowledge.db")
        self._vectors = Vectors(self._store, embedding_of(settings), settings.home / "chroma", settings.chroma_url)
        self._retriever = Retriever(self._store, settings.home / "lexical", self._vectors)

    def search(self, query: str, limit: int = 5) -> SearchResult:
        """Up to `limit` passages (1 to 50) for a question or keywords, best first, and how much of it they cover."""
        return self._retriever.search(query, min(max(limit, 1), 50))

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
        """Index a file, a folder or a glob pattern; `progress` gets (done, total, source),
        then (done, total, "vectors").

        A file that did not change is left alone, one that changed is replaced, one that is gone from there is removed. All of it takes
        effect at once at the end; what cannot be read is reported and does not stop the rest.
        """
        try:
            selection = select(path)
        except UnreadableDocumentError as error:
            return IngestReport([], [], [], [(path, str(error))])
        with self._store.reading() as db:
            digests = store.digests(db)
        sources = _names(selection, digests)
        prepared: list[tuple[Document, str, list[Chunk]]] = []
        unchanged: list[str] = []
        gone = [source for uri, (source, _) in digests.items() if _is_gone(uri, selection.root)]
        failed: list[tuple[str, str]] = []
        for done, file in enumerate(selection.files, 1):
            source = sources[file]
            try:
                digest = _digest(file.read_bytes())
                if digests.get(file.as_uri()) == (source, digest):
                    unchanged.append(source)
                else:
                    document = load(file, selection.root, source)
                    prepared.append((document, digest, chunks(document)))
            except EmptyDocumentError as error:
                if file.as_uri() in digests:
                    gone.append(digests[file.as_uri()][0])
                elif len(selection.files) == 1:
                    failed.append((source, str(error)))
            except (UnreadableDocumentError, OSError) as error:
                failed.append((source, str(error)))
            if progress:
                progress(done, len(selection.files), source)
        self._swap(prepared, gone)
        if prepared or gone:
            self._embed(progress)
        return IngestReport([document.source for document, _, _ in prepared], unchanged, gone, failed)

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
        edition = _digest(b"".join(name.encode() + data for name, data in pages.items()))
        with self._store.reading() as db:
            if store.meta(db, "handbook") == edition:
                return
        prepared = []
        for name, data in pages.items():
            file = HANDBOOK / name
            page = load(file, HANDBOOK.parent, f"handbook/{name}")
            document = Document(page.source, f"{_HANDBOOK_URI}{file.stem}", page.title, "handbook", page.text, ("Handbook",))
            prepared.append((document, _digest(data), chunks(document)))
        with self._store.reading() as db:
            before = [source for uri, (source, _) in store.digests(db).items() if uri.startswith(_HANDBOOK_URI)]
        self._swap(prepared, before, handbook=edition)

    def close(self) -> None:
        """Release the vector store's client; the object stays usable."""
        self._vectors.close()

    def _swap(self, prepared: list[tuple[Document, str, list[Chunk]]], gone: list[str], handbook: str | None = None) -> None:
        """Remove and add documents in one transaction, then build the lexical index of the result."""
        if not prepared and not gone and handbook is None:
            return
        with self._store.writing() as db:
            store.delete(db, gone)
            for document, digest, parts in prepared:
                store.put(db, document, digest, parts)
            if handbook is not None:
                store.set_meta(db, "handbook", handbook)
            store.touch(db)
        self._retriever.refresh()

    def _embed(self, progress: Progress | None) -> None:
        from knowledge.vectors import VectorsUnavailableError

        try:
            self._vectors.sync(lambda done, total: progress(done, total, "vectors") if progress else None)
        except VectorsUnavailableError as error:
            logger.warning("The documents are indexed by words; their vectors follow later. %s", error)


def _names(selection: Selection, digests: dict[str, tuple[str, str]]) -> dict[Path, str]:
    """A short, unique source for each file: the one it has, else `<folder>/<path below it>`, led by more folders where that is taken."""
    taken = {source: uri for uri, (source, _) in digests.items()}
    names: dict[Path, str] = {}
    for file in selection.files:
        uri = file.as_uri()
        known = digests.get(uri)
        depth = len(file.relative_to(selection.root).parts) + 1 if file.is_relative_to(selection.root) else 2
        while known is None:
            name = "/".join(part for part in file.parts[-depth:] if part != file.anchor)
            if taken.get(name, uri) == uri or depth >= len(file.parts):
                known = (name, "")
            depth += 1
        names[file] = known[0]
        taken[known[0]] = uri
    return names


def _is_gone(uri: str, root: Path) -> bool:
    """Whether a document was read from a file under `root` that no longer exists."""
    if not uri.startswith("file:"):
        return False
    file = Path(unquote(urlsplit(uri).path))
    return file.is_relative_to(root) and not file.exists()


def _digest(data: bytes) -> str:
    return sha256(_CHUNKING.encode() + data).hexdigest()


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
