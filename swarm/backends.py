"""Puts the clients that tools need together from the settings."""

from collections.abc import Callable

from pydantic import SecretStr

from knowledge.knowledge import Knowledge
from swarm.platform import Platform
from swarm.settings import Settings
from tools.files import LocalFiles
from tools.kfp.client import Kfp
from tools.kfp.settings import KfpSettings
from tools.minio.store import ObjectStore
from tools.services import Services


def open_services(settings: Settings, platform: Platform, protect: Callable[[str], None] = lambda _: None) -> Services:
    """Services over a cluster and a server where the settings name them, over the local platform where not. Nothing is opened yet.

    Args:
        settings: what is where.
        platform: what this machine offers.
        protect: told every secret that is made up on the way, such as the token of the local server.
    """
    home = settings.swarm.home

    def connect() -> KfpSettings:
        if settings.kfp.endpoint:
            return settings.kfp
        url, token = platform.pipelines(home)
        protect(token)
        return settings.kfp.model_copy(update={"endpoint": url, "token": SecretStr(token)})

    def store() -> ObjectStore:
        if not settings.minio.endpoint:
            return platform.objects(home, settings.web_url)
        from tools.minio.minio_store import MinioStore

        return MinioStore(settings.minio)

    def knowledge() -> Knowledge:
        opened = Knowledge(settings.knowledge)
        opened.ensure_handbook()
        return opened

    services = Services(
        {
            Kfp: lambda: Kfp(connect, lambda: services.get(ObjectStore)),
            ObjectStore: store,
            LocalFiles: lambda: LocalFiles([*settings.swarm.files, home / "files"]),
            Knowledge: knowledge,
        }
    )
    return services
