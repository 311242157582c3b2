"""`swarm mcp`: the server over the standard streams, or over HTTP for this machine or for people with a token."""

import asyncio
import signal

import uvicorn
from mcp.server.auth.settings import AuthSettings
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings
from starlette.types import ASGIApp

from swarm.assistant import Assistant
from swarm.errors import SettingsError
from swarm.settings import Settings
from ui.mcp.listing import META_TOOLS, tokens
from ui.mcp.server import SwarmServer
from ui.tokens import Tokens
from ui.web.guard import Guard
from ui.web.server import Server, address, is_loopback, listen
from ui.web.signin import Nobody

PATH = "/mcp"
LARGEST = 1_000_000
"""Bytes of one request."""


async def over_stdio(settings: Settings, progressive: bool) -> int:
    """Serve one client over the standard streams until it hangs up; the exit code."""
    async with stdio_server() as (read, write), Assistant.open(settings) as assistant:
        server = SwarmServer(assistant, progressive).protocol()
        await server.run(read, write, server.create_initialization_options())
    return 0


async def over_http(settings: Settings, progressive: bool) -> int:
    """Serve many clients over streamable HTTP until the process is asked to end; the exit code.

    Raises:
        SettingsError: the address is open to others and neither tokens nor an OpenID provider are set.
        SwarmError: the address cannot be listened on.
    """
    host = settings.swarm.host
    loopback, known = is_loopback(host), Tokens.of(settings.swarm)
    if not loopback and not known:
        raise SettingsError(
            f"{host} lets other machines in: set SWARM_API_TOKENS=name=token, or SWARM_AUTH=oidc:<issuer> with SWARM_OIDC_CLIENT_ID; "
            "or serve on 127.0.0.1."
        )
    with listen(host, settings.swarm.port) as listener:
        async with Assistant.open(settings) as assistant:
            where = f"{settings.swarm.url or address(listener)}{PATH}"
            app = application(assistant, progressive, loopback, known, where)
            config = uvicorn.Config(app, log_level="error", access_log=False, timeout_graceful_shutdown=1, server_header=False)
            server = Server(config, where)
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, server.end)
            await server.serve(sockets=[listener])
    return 0


def application(assistant: Assistant, progressive: bool, loopback: bool, known: Tokens, where: str) -> ASGIApp:
    """The server as an application: hosts, origins and tokens checked before anything is read."""
    auth = None
    if known:
        resource = where if known.issuer else None
        auth = AuthSettings.model_validate(
            {"issuer_url": known.issuer or where, "resource_server_url": resource, "validate_token_resource": False}
        )
    app = (
        SwarmServer(assistant, progressive)
        .protocol()
        .streamable_http_app(
            streamable_http_path=PATH,
            max_request_body_size=LARGEST,
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),  # the guard looks at hosts and origins
            auth=auth,
            token_verifier=known if known else None,
        )
    )
    return Guard(app, loopback, Nobody())


async def counted(settings: Settings) -> dict[str, int]:
    """Tokens of the list of tools, in full and in progressive mode."""
    async with Assistant.open(settings) as assistant:
        return {"full": tokens(SwarmServer(assistant, False).listed("local")), "progressive": tokens(META_TOOLS)}
