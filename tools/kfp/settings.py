"""Settings of the Kubeflow Pipelines connection."""

from pathlib import Path

from pydantic import BaseModel, SecretStr

SERVICE_ACCOUNT_TOKEN = Path("/var/run/secrets/kubeflow/pipelines/token")


class KfpSettings(BaseModel):
    """Where Kubeflow Pipelines answers and who we are there (`KFP_*`).

    Without an endpoint the standalone platform of this machine is used.
    """

    endpoint: str | None = None
    """Base address, e.g. `https://kubeflow.example.org/pipeline`."""
    namespace: str = ""
    """Namespace of a multi-user installation."""
    token: SecretStr | None = None
    """Bearer token. Inside a cluster the projected service-account token is used when none is given."""
    cookies: SecretStr | None = None
    """Cookie header of an existing browser login, e.g. `authservice_session=...`."""
    ca_file: Path | None = None
    """Certificate authority of the endpoint."""
    timeout: float = 15.0
    """Seconds to wait for one answer of the server."""
    wait: float = 600.0
    """Seconds that wait_for_run waits for the end of a run."""

    def bearer(self) -> str | None:
        """The token to send, read anew each time because clusters rotate it."""
        if self.token is not None:
            return self.token.get_secret_value()
        if self.cookies is None and SERVICE_ACCOUNT_TOKEN.is_file():
            return SERVICE_ACCOUNT_TOKEN.read_text().strip()
        return None
