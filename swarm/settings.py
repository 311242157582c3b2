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
from tools.outside.settings import OutsideServer, read_servers

Role = Literal["viewer", "operator", "admin"]
BUILTIN = "builtin"
SHORTEST_TOKEN = 16
"""Characters of a token of the API at the least."""
DEFAULT_OPENAI_MODEL = "openai:gpt-4.1-mini"


class SwarmSettings(BaseModel):
    """The conversation itself (`SWARM_*`)."""

    model_config = ConfigDict(extra="forbid")

    home: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("mlops-swarm")))
    """Folder of conversations, documents and the standalone platform; without it the folder where this system keeps users' data."""
    model: str | None = None
    """`builtin`, or `<provider>:<name>`; by default `openai:...` where an OpenAI key or address is set."""
    fallback_models: Annotated[list[str], NoDecode] = Field(default_factory=list)
    """Models that answer when `model` does not, in order, separated by commas. The built-in planner comes last; `none` leaves it out."""
    turn_steps: Annotated[int, Field(ge=1)] = 40
    """Model calls that one turn may make."""
    turn_tokens: Annotated[int, Field(ge=1)] = 200_000
    """Tokens that one turn may send and receive."""
    turn_seconds: Annotated[float, Field(gt=0)] = 900.0
    """How long one turn may take, without the time that approvals wait."""
    tools_shown: Annotated[int, Field(ge=1)] = 12
    """Tools that an agent's model sees at once, chosen by what the task is about."""
    approval: Literal["write", "destroy"] = "write"
    """From which effect on a person approves."""
    approval_minutes: Annotated[float, Field(gt=0)] = 60.0
    """How long an approval can be given."""
    role: Role = "admin"
    """What this user may do: read; also write; everything."""
    threads: Annotated[int, Field(ge=1, le=1000)] = 64
    """Tools that may work at the same time."""
    embeddings: str = "wordllama"
    """What makes vectors of texts: `wordllama` (built in, offline) or `openai:<model>` of the endpoint in `OPENAI_BASE_URL`."""
    files: Annotated[list[Path], NoDecode] = Field(default_factory=lambda: [Path.cwd()])
    """Local folders open to uploads and downloads, separated like in PATH; without it the folder in which the program was started."""
    private_addresses: bool = False
    """Whether documents may be added from web addresses inside of private networks."""
    samples: bool = True
    """Load sample pipelines and data into a new local platform."""
    host: str = "127.0.0.1"
    """Address on which the web page listens; any other than this machine's own needs `SWARM_AUTH`."""
    port: Annotated[int, Field(ge=0, le=65535)] = 7860
    """Port on which the web page listens; 0 picks a free one."""
    auth: str | None = None
    """Who signs in to the web page: `basic:user:password`, `header[:name]` behind a proxy, or `oidc:<issuer>`; nobody on loopback."""
    oidc_client_id: str | None = None
    """Name of this installation at the OpenID provider."""
    oidc_client_secret: SecretStr | None = None
    """What proves it there."""
    url: str | None = None
    """Address under which people reach the web page, where that is not `http://<host>:<port>`; share links begin with it."""
    roles: Annotated[dict[str, Role], NoDecode] = Field(default_factory=dict)
    """Roles of single users, as `anna=admin,ben=viewer`; all others have `role`."""
    api_tokens: Annotated[dict[str, SecretStr], NoDecode] = Field(default_factory=dict)
    """Tokens for programs, as `anna=<token>,ci=<token>`: each lets one in under its name, to the HTTP API and to `swarm mcp --http`."""
    mcp_servers: SecretStr | None = None
    """Outside MCP servers whose tools become agents: JSON, or a file with it: `{"name": {"command": [...]} or {"url": ...}}`."""
    retention_days: Annotated[float, Field(ge=0)] = 0.0
    """Days after its last message that a conversation is deleted; 0 keeps all."""
    turns_per_minute: Annotated[int, Field(ge=0)] = 0
    """Messages that one user may send in a minute; 0 sets no limit."""
    watch_seconds: Annotated[float, Field(gt=0)] = 10.0
    """How often watched runs are looked at."""
    secrets_key: SecretStr | None = None
    """Seals the secrets that conversations keep; replicas that share a database share it. By default one is made in the home."""
    metrics_port: Annotated[int, Field(ge=0, le=65535)] | None = None
    """Port of the Prometheus metrics on `host`; none are served without."""

    upload_limit: str = "2gb"
    """Largest file that can be dropped into the web page."""

    @field_validator("mcp_servers")
    @classmethod
    def _readable(cls, value: SecretStr | None) -> SecretStr | None:
        read_servers(value.get_secret_value() if value else None)
        return value

    @field_validator("api_tokens")
    @classmethod
    def _long_enough(cls, value: dict[str, SecretStr]) -> dict[str, SecretStr]:
        short = [name for name, token in value.items() if len(token.get_secret_value()) < SHORTEST_TOKEN]
        if short:
            raise ValueError(f"the token of {', '.join(short)} is shorter than {SHORTEST_TOKEN} characters")
        return value

    @field_validator("roles", "api_tokens", mode="before")
    @classmethod
    def _named(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [part.partition("=") for part in value.split(",") if part.strip()]
        return {user.strip(): role.strip() for user, _, role in pairs}

    @field_validator("fallback_models", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return [name.strip() for name in value.split(",") if name.strip()] if isinstance(value, str) else value

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
    """Key of the endpoint."""
    base_url: str | None = None
    """Address of the endpoint, e.g. `http://127.0.0.1:11434/v1`; OpenAI's own without."""
    timeout: float = 60.0
    """Seconds to wait for a model's answer."""
    retries: Annotated[int, Field(ge=0)] = 2
    """Times that a model is asked again when its endpoint says no (429, 5xx) or cannot be reached."""


class ChromaSettings(BaseModel):
    """A Chroma server (`CHROMA_*`); embedded without."""

    url: str | None = None
    """Address of the server, e.g. `http://chroma:8000`."""


class DatabaseSettings(BaseModel):
    """The database of conversations (`DATABASE_*`); SQLite in the home without."""

    url: SecretStr | None = None
    """`postgresql://user:password@host:5432/name`."""


class SlackSettings(BaseModel):
    """The app in Slack (`SLACK_*`)."""

    bot_token: SecretStr | None = None
    """`xoxb-...`, of the app as it is installed in the workspace."""
    app_token: SecretStr | None = None
    """`xapp-...`, for Socket Mode."""
    signing_secret: SecretStr | None = None
    """Proves that events over HTTP come from Slack; used without `app_token`."""
    api_url: str = "https://slack.com/api/"
    """Slack's Web API; files are fetched from this host and its subdomains only."""
    file_megabytes: Annotated[int, Field(ge=1)] = 200
    """Largest file that goes from a thread to the assistant, or back."""


class OtelSettings(BaseModel):
    """OpenTelemetry (`OTEL_*`); no traces without an endpoint."""

    exporter_otlp_endpoint: str | None = None
    """Address of a collector that takes OTLP over HTTP, e.g. `http://127.0.0.1:4318`."""


class Settings(BaseSettings):
    """Everything that can be set, each section under its own prefix: `KFP_ENDPOINT` is `kfp.endpoint`."""

    model_config = SettingsConfigDict(env_nested_delimiter="_", env_nested_max_split=1, env_ignore_empty=True, extra="ignore")

    swarm: SwarmSettings = Field(default_factory=SwarmSettings)
    openai: OpenAISettings = Field(default_factory=OpenAISettings)
    kfp: KfpSettings = Field(default_factory=KfpSettings)
    minio: MinioSettings = Field(default_factory=MinioSettings)
    chroma: ChromaSettings = Field(default_factory=ChromaSettings)
    database: DatabaseSettings = Field(default_factory=DatabaseSettings)
    slack: SlackSettings = Field(default_factory=SlackSettings)
    otel: OtelSettings = Field(default_factory=OtelSettings)

    @property
    def model(self) -> str:
        """The model in effect."""
        if self.swarm.model:
            return self.swarm.model
        return DEFAULT_OPENAI_MODEL if self.openai.api_key or self.openai.base_url else BUILTIN

    @property
    def database_url(self) -> str | None:
        """Address of the database of conversations, if it is PostgreSQL."""
        return self.database.url.get_secret_value() if self.database.url else None

    def secrets(self) -> list[str]:
        """The values of all secret settings."""
        values = [v for _, section in self for _, v in section]
        outside = [secret for server in self.outside_servers.values() for secret in server.secrets]
        values += [inner for v in values if isinstance(v, dict) for inner in v.values()]
        return [*(v.get_secret_value() for v in values if isinstance(v, SecretStr)), *outside]

    @property
    def outside_servers(self) -> dict[str, OutsideServer]:
        """The outside MCP servers, by name."""
        given = self.swarm.mcp_servers
        return read_servers(given.get_secret_value() if given else None)

    @property
    def web_url(self) -> str | None:
        """Where the web page is to be found; None when it picks its port as it starts."""
        host, port = self.swarm.host, self.swarm.port
        name = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host  # noqa: S104 - compared, not bound
        return self.swarm.url or (f"http://{name}:{port}" if port else None)

    def served_at(self, url: str) -> "Settings":
        """The same for a web page that is at `url`, unless people reach it by another address."""
        return self.model_copy(update={"swarm": self.swarm.model_copy(update={"url": self.swarm.url or url})})

    @property
    def knowledge(self) -> KnowledgeSettings:
        """The knowledge section, which shares the home and the embedding endpoint."""
        return KnowledgeSettings(
            home=self.swarm.home,
            chroma_url=self.chroma.url,
            embeddings=self.swarm.embeddings,
            private_addresses=self.swarm.private_addresses,
            base_url=self.openai.base_url,
            api_key=self.openai.api_key,
        )


def variables(settings: Settings) -> dict[str, str]:
    """Effective values by environment variable, secrets masked."""
    values: dict[str, str] = {}
    for section, model in settings:
        for name, value in model:
            values[f"{section}_{name}".upper()] = _written(value)
    return values | {"SWARM_MODEL": settings.model}


def _written(value: object) -> str:
    """A value as it would stand in the environment."""
    if isinstance(value, list):
        return (os.pathsep if value and isinstance(value[0], Path) else ",").join(str(v) for v in value)
    if isinstance(value, dict):
        return ",".join(f"{name}={v}" for name, v in value.items())
    return "" if value is None else str(value)
