"""Documents: what the assistant can look up, found and read."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from swarm.toolbox import Toolbox
from ui.web.panel.rendering import page, rows


class Documents:
    """The documents as the panel shows them."""

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox

    async def listing(self, query: str = "") -> str:
        """All documents, or the passages that answer a query."""
        question = query.strip()
        result = await (self._toolbox.read("search_docs", query=question) if question else self._toolbox.read("list_documents"))
        return page("documents", result=result, documents=rows(result), passages=result.sources, query=question)

    async def one(self, source: str, section: str = "") -> str:
        """One document, or a section of it."""
        result = await self._toolbox.read("read_document", source=source, section=section or None)
        return page("document", result=result, source=source)


def routes(documents: Documents) -> APIRouter:
    """The addresses of these views."""
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/documents")
    async def listing(query: str = "") -> str:
        return await documents.listing(query)

    @router.get("/document")
    async def one(source: str, section: str = "") -> str:
        return await documents.one(source, section)

    return router
