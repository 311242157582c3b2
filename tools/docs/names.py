"""How people's words for documents find the indexed ones."""

from typing import Any

from knowledge.knowledge import Knowledge
from tools.names import listed, matching, normal, not_found
from tools.result import ErrorCode, ToolError
from tools.tool import Entry, lister, resolver


@resolver("document")
def document(knowledge: Knowledge, /, given: str, args: dict[str, Any]) -> str:
    """A document's exact source, also from its file name, its title or its address; or a folder of documents."""
    infos = knowledge.documents()
    sources = [info.source for info in infos]
    name = given.strip().strip("/")
    if name in sources or any(source.startswith(f"{name}/") for source in sources):
        return name
    ends = [info.source for info in infos if f"/{info.source}".casefold().endswith(f"/{name}".casefold()) or info.uri == given]
    titles = [info.source for info in infos if normal(info.title) == normal(name)]
    found = ends or titles or matching(name, sources)
    if not found:
        raise not_found("document", given, sources)
    if len(found) > 1:
        raise ToolError(ErrorCode.AMBIGUOUS, f"several documents fit `{given}`: {listed(found)}. Say which one.", found)
    return found[0]


@lister("document")
def documents(knowledge: Knowledge, /) -> list[Entry]:
    """Documents that users added. Pages of the handbook are left out: their names are everyday words of questions."""
    return [Entry("document", info.source) for info in knowledge.documents() if info.kind != "handbook"]
