"""All settings, composed of the layers' own sections; the only reader of the environment."""

import os
from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from knowledge.settings import KnowledgeSettings
from tools.kfp.settings import KfpSettings
from tools.minio.settings import MinioSettings

BUILTIN = "builtin"
DEFAULT_OPENAI_MODEL = "openai:gpt-4.1-mini"


class SwarmSettings(BaseModel):
    """The conversation itself (`SWARM_*`)."""

    model_config = ConfigDict(extra="forbid")

    home: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("mlops-swarm")))
    """Folder of conversations, documents and the standalone platform."""
    model: str | None = None
    """`builtin`, or `openai:<name>`; by default `openai:...` where an OpenAI key or address is set."""
    approval: Literal["write", "destroy"] = "write"
    """From which effect on a person approves."""
    approval_minutes: Annotated[float, Field(gt=0)] = 60.0
    """How long an approval can be given."""
    role: Literal["viewer", "operator", "admin"] = "admin"
    """What this user may do: read; also write; everything."""
    threads: Annotated[int, Field(ge=1, le=1000)] = 64
    """Tools that may work at the same time."""
    embeddings: str = "wordllama"
    files: Annotated[list[Path], NoDecode] = Field(default_factory=lambda: [Path.cwd()])
    """Local folders open to uploads and downloads, separated like in PATH."""
    samples: bool = True
    """Load sample pipelines and data into a new local platform."""
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 7860
    auth: str | None = None

    @field_validator("files", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part for part in value.split(os.pathsep) if part] if isinstance(value, str) else value

    @field_validator("home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()


class OpenAISettings(BaseModel):
    """An OpenAI-compatible endpoint (`OPENAI_*`)."""

    api_key: SecretStr | None = None
    base_url: str | None = None
    timeout: float = 60.0
    """Seconds to wait for a model's answer."""


class ChromaSettings(BaseModel):
    """A Chroma server (`CHROMA_*`); embedded without."""

    url: str | None = None


class Settings(BaseSettings):
    """Everything that can be set, each section under its own prefix: `KFP_ENDPOINT` is `kfp.endpoint`."""

    model_config = SettingsConfigDict(env_nested_delimiter="_", env_nested_max_split=1, extra="ignore")

    swarm: SwarmSettings = Field(default_factory=SwarmSettings)
    openai: OpenAISettings = Field(default_factory=OpenAISettings)
    kfp: KfpSettings = Field(default_factory=KfpSettings)
    minio: MinioSettings = Field(default_factory=MinioSettings)
    chroma: ChromaSettings = Field(default_factory=ChromaSettings)

    @property
    def model(self) -> str:
        """The model in effect."""
        if self.swarm.model:
            return self.swarm.model
        return DEFAULT_OPENAI_MODEL if self.openai.api_key or self.openai.base_url else BUILTIN

    @property
    def knowledge(self) -> KnowledgeSettings:
        """The knowledge section, which shares the home and the embedding endpoint."""
        return KnowledgeSettings(
            home=self.swarm.home,
            chroma_url=self.chroma.url,
            embeddings=self.swarm.embeddings,
            base_url=self.openai.base_url,
            api_key=self.openai.api_key,
        )


def variables(settings: Settings) -> dict[str, str]:
    """Effective values by environment variable, secrets masked."""
    values: dict[str, str] = {}
    for section, model in settings:
        for name, value in model:
            shown = os.pathsep.join(str(v) for v in value) if isinstance(value, list) else "" if value is None else str(value)
            values[f"{section}_{name}".upper()] = shown
    return values | {"SWARM_MODEL": settings.model}
