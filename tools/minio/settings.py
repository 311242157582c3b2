"""Settings of the object store connection."""

from pydantic import BaseModel, SecretStr


class MinioSettings(BaseModel):
    """Where MinIO (or any S3) answers and who we are there (`MINIO_*`). Without an endpoint objects live in a folder."""

    endpoint: str | None = None
    """`host:port`, or an address with http:// or https://."""
    access_key: SecretStr | None = None
    """Name of the account, as the store calls it."""
    secret_key: SecretStr | None = None
    """Its secret."""
    secure: bool = False
    """Use TLS when the endpoint does not say."""
    region: str | None = None
    """Region of the buckets, where the store wants one."""
    timeout: float = 20.0
    """Seconds to wait for a connection or an answer."""
