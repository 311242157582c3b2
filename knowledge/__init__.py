"""Documents, their index and the search over them."""

from knowledge.chunk import DocumentInfo, DocumentNotFound, DocumentText, IngestReport, Passage, SearchResult
from knowledge.knowledge import Knowledge
from knowledge.settings import KnowledgeSettings

__all__ = ["DocumentInfo", "DocumentNotFound", "DocumentText", "IngestReport", "Knowledge", "KnowledgeSettings", "Passage", "SearchResult"]
