"""`swarm slack`: over a socket to Slack, or as a server that Slack sends signed events to."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler, AsyncServerErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from swarm.assistant import Assistant
from swarm.errors import SettingsError
from swarm.settings import Settings
from ui.attachments import Attachments
from ui.readiness import Readiness
from ui.slack.app import Reception
from ui.slack.conversations import Conversations, ended
from ui.slack.files import SharedFiles
from ui.slack.people import People
from ui.web.server import FAREWELL, Server, address, listen

PATH = "/slack/events"
PATIENCE = 10
"""Times that Slack is asked again after it said to wait."""
LARGEST = 1_000_000
"""Bytes of what Slack sends at once."""
MEGABYTE = 1_000_000

log = logging.getLogger(__name__)


async def serve(settings: Settings) -> int:
    """Answer in Slack until the process is asked to end; the exit code.

    Raises:
        SettingsError: a token is missing or Slack does not take it.
    """
    given = settings.slack
    if not given.bot_token or not (given.app_token or given.signing_secret):
        raise SettingsError(
            "set SLACK_BOT_TOKEN, and either SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (events over HTTP); "
            "docs/users/slack.md says where to find them."
        )
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with Assistant.open(settings) as assistant, open_app(settings, assistant) as (app, name):
        if given.app_token:
            await _over_socket(app, name, given.app_token.get_secret_value(), stop)
        else:
            await _over_http(app, name, settings, stop)
    return 0


@asynccontextmanager
async def open_app(settings: Settings, assistant: Assistant) -> AsyncIterator[tuple[AsyncApp, str]]:
    """The bolt app over an assistant, and its name in Slack. Turns under way end with it.

    Raises:
        SettingsError: Slack does not take the token.
    """
    given = settings.slack
    token = given.bot_token.get_secret_value() if given.bot_token else ""
    secret = given.signing_secret.get_secret_value() if given.signing_secret else None
    retries = [AsyncRateLimitErrorRetryHandler(max_retry_count=PATIENCE), AsyncServerErrorRetryHandler(max_retry_count=2)]
    client = AsyncWebClient(token=token, base_url=given.api_url, retry_handlers=retries)
    try:
        me = await client.auth_test()
    except SlackApiError as error:
        raise SettingsError(f"Slack does not take SLACK_BOT_TOKEN: {error.response['error']}.") from None
    except OSError as error:
        raise SettingsError(f"Slack cannot be reached at {given.api_url}: {error}. Check SLACK_API_URL and the network.") from None
    limit = given.file_megabytes * MEGABYTE
    people = People(client, str(me["team_id"]), settings.swarm.roles)
    files = SharedFiles(token, given.api_url, limit, Attachments(settings.swarm.home / "files"))
    conversations = Conversations(assistant, client, people, files, limit)
    reception = Reception(assistant, client, conversations, Readiness(settings, assistant.services), str(me["user_id"]))
    app = AsyncApp(client=client, signing_secret=secret)
    reception.listen(app)
    reception.work(conversations.notify(str(me["team_id"])))
    if settings.swarm.role != "viewer" and not settings.swarm.roles:
        log.warning("everybody in the workspace has the role %s; see SWARM_ROLE and SWARM_ROLES.", settings.swarm.role)
    try:
        yield app, str(me["user"])
    finally:
        await ended(reception.tasks)


async def _over_socket(app: AsyncApp, name: str, token: str, stop: asyncio.Event) -> None:
    handler = AsyncSocketModeHandler(app, token)
    try:
        await handler.connect_async()  # type: ignore[no-untyped-call]
        print(f"mlops-swarm is @{name} in Slack", flush=True)  # noqa: T201 - the command's output
        await stop.wait()
    except SlackApiError as error:
        raise SettingsError(f"Slack does not take SLACK_APP_TOKEN: {error.response['error']}.") from None
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


async def _over_http(app: AsyncApp, name: str, settings: Settings, stop: asyncio.Event) -> None:
    handler = AsyncSlackRequestHandler(app)

    async def events(request: Request) -> Response:
        size = request.headers.get("content-length", "")
        if not size.isdigit() or int(size) > LARGEST:
            return JSONResponse({"error": "too large, or of unknown size"}, 413)
        return await handler.handle(request)

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    web = Starlette(routes=[Route(PATH, events, methods=["POST"]), Route("/healthz", healthz)])
    with listen(settings.swarm.host, settings.swarm.port) as listener:
        config = uvicorn.Config(web, log_level="error", access_log=False, timeout_graceful_shutdown=FAREWELL, server_header=False)
        server = Server(config, f"{address(listener)}{PATH}, as @{name} in Slack")
        waiting = asyncio.create_task(stop.wait())
        waiting.add_done_callback(lambda _: server.end())
        await server.serve(sockets=[listener])
        waiting.cancel()
