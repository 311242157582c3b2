"""Where the knowledge base lives and which embedding it uses."""

from pathlib import Path

import platformdirs
from pydantic import BaseModel, Field, SecretStr


class KnowledgeSettings(BaseModel):
    """Settings of the knowledge base; the application fills them from its environment."""

    home: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("mlops-swarm"),
        description="Folder of this installation; the index lives in <home>/knowledge.db, <home>/lexical and <home>/chroma.",
    )
    chroma_url: str | None = Field(None, description="Address of a Chroma server, such as http://chroma:8000; embedded when empty.")
    embeddings: str = Field(
        "wordllama",
        pattern=r"^(wordllama|openai:.+)$",
        description="`wordllama` (built in, offline) or `openai:<model>` for any endpoint that speaks the OpenAI embeddings API.",
    )
    base_url: str | None = Field(None, description="Address of the embeddings endpoint, such as http://vllm:8000/v1.")
    api_key: SecretStr | None = Field(None, description="Key of the embeddings endpoint.")
    private_addresses: bool = Field(False, description="Whether web addresses inside of private networks may be read.")
