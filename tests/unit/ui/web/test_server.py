import socket
from pathlib import Path

import pytest

from swarm.errors import SettingsError, SwarmError
from swarm.settings import Settings, SwarmSettings
from ui.web.server import address, is_loopback, listen, serve


def settings(home: Path, **given: object) -> Settings:
    return Settings(swarm=SwarmSettings.model_validate({"home": home, "samples": False, **given}))


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "swarm.example"])
async def test_an_open_address_needs_a_sign_in(tmp_path: Path, host: str) -> None:
    with pytest.raises(SettingsError, match=rf"SWARM_HOST={host}.*SWARM_AUTH"):
        await serve(settings(tmp_path, host=host, port=0))


async def test_a_wrong_sign_in_is_refused_even_on_loopback(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="SWARM_AUTH has no known form"):
        await serve(settings(tmp_path, auth="letmein", port=0))


async def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SwarmError, match=rf"port {port}.*--port"):
            await serve(settings(tmp_path, port=port))


def test_an_address_of_another_machine_is_named() -> None:
    with pytest.raises(SwarmError, match=r"cannot listen on 192\.0\.2\.1"), listen("192.0.2.1", 0):
        pass


def test_an_unknown_host_is_named() -> None:
    with pytest.raises(SwarmError, match="cannot listen on no"), listen("no.such.host.invalid", 0):
        pass


@pytest.mark.parametrize(("host", "name"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1")])
def test_port_zero_is_a_free_one_and_the_address_can_be_typed(host: str, name: str) -> None:
    with listen(host, 0) as listener:
        assert address(listener) == f"http://{name}:{listener.getsockname()[1]}"


@pytest.mark.parametrize(
    ("host", "own"), [("127.0.0.1", True), ("127.1.2.3", True), ("localhost", True), ("::1", True), ("10.0.0.1", False)]
)
def test_loopback(host: str, own: bool) -> None:
    assert is_loopback(host) is own
