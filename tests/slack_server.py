"""Slack by itself: a server that speaks the Web API, takes files and hands them out, and sends signed events as Slack does."""

import asyncio
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import httpx
from aiohttp import WSMsgType, web

TEAM, BOT, BOT_TOKEN, APP_TOKEN, SECRET = "T01", "UBOT", "xoxb-test", "xapp-test", "5ignin9"
PATIENCE = 40.0

Call = tuple[str, dict[str, Any]]


@dataclass
class SlackServer:
    """What the app called is in `calls`, what people see of it in `messages`."""

    url: str = ""
    app: str = ""
    """Where the app takes events over HTTP."""
    calls: list[Call] = field(default_factory=list)
    messages: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    """By channel and time."""
    files: list[dict[str, Any]] = field(default_factory=list)
    """What was uploaded: name, channel, thread, content."""
    downloads: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """What can be fetched by path: media type and content."""
    threads: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    """Channels that the app is not in."""
    limited: dict[str, int] = field(default_factory=dict)
    """Methods that answer 429 so many times more."""
    early: list[str] = field(default_factory=list)
    """Methods that were called again before the time of Retry-After."""
    changed: threading.Condition = field(default_factory=threading.Condition)
    socket: "asyncio.Queue[dict[str, Any]] | None" = None
    acknowledged: list[str] = field(default_factory=list)
    _loop: asyncio.AbstractEventLoop | None = None
    _number: int = 0
    _until: dict[str, float] = field(default_factory=dict)
    _uploads: dict[str, dict[str, Any]] = field(default_factory=dict)

    def wait(self, found: Callable[[], Any]) -> Any:
        """The first true value of `found`, looked at after each call of the app."""
        until = time.monotonic() + PATIENCE
        with self.changed:
            while not (value := found()):
                assert self.changed.wait(until - time.monotonic()), f"not seen; calls: {[(n, str(a)[:300]) for n, a in self.calls[-12:]]}"
            return value

    def in_thread(self, ts: str) -> list[dict[str, Any]]:
        return [m for m in list(self.messages.values()) if m.get("thread_ts") == ts]

    def text(self, ts: str) -> str:
        """All that can be read in a thread."""
        return "\n".join(readable(m["blocks"]) for m in self.in_thread(ts))

    def member(self, user_id: str, email: str = "", team: str = TEAM) -> str:
        self.users[user_id] = {"id": user_id, "team_id": team, "profile": {"email": email} if email else {}}
        return user_id

    def number(self) -> str:
        """A time or id that no other server gives."""
        self._number += 1
        return f"{1_700_000_000 + int(self.url.rpartition(':')[2])}.{self._number:06d}"

    def event(self, event: dict[str, Any], event_id: str = "", **signing: Any) -> httpx.Response:
        body = {
            "type": "event_callback",
            "team_id": TEAM,
            "api_app_id": "A01",
            "event_id": event_id or f"Ev{self.number()}",
            "event": event,
        }
        return self.send(json.dumps(body), "application/json", **signing)

    def mention(self, user: str, text: str, channel: str = "C01", thread_ts: str = "", **more: Any) -> str:
        """Mention the app; the time of the thread."""
        ts = self.number()
        event = {"type": "app_mention", "user": user, "text": f"<@{BOT}> {text}", "channel": channel, "ts": ts, **more}
        assert self.event(event | ({"thread_ts": thread_ts} if thread_ts else {})).status_code == 200
        return thread_ts or ts

    def direct(self, user: str, text: str, thread_ts: str = "") -> str:
        ts = self.number()
        event = {"type": "message", "channel_type": "im", "user": user, "text": text, "channel": "D01", "ts": ts}
        assert self.event(event | ({"thread_ts": thread_ts} if thread_ts else {})).status_code == 200
        return thread_ts or ts

    def command(self, user: str, text: str, channel: str = "C01", trigger: str = "") -> httpx.Response:
        given = {"command": "/swarm", "text": text, "user_id": user, "team_id": TEAM, "channel_id": channel}
        body = urlencode({**given, "trigger_id": trigger or self.number(), "response_url": f"{self.url}/respond"})
        return self.send(body, "application/x-www-form-urlencoded")

    def press(self, user: str, action: str, message: dict[str, Any] | None = None, button: dict[str, Any] | None = None) -> httpx.Response:
        """Press a button of a message, or one that stands elsewhere."""
        blocks = message["blocks"] if message else []
        buttons = [e for b in blocks if b["type"] == "actions" for e in b["elements"]]
        pressed = button or next(b for b in buttons if b["action_id"] == action)
        where = (
            {"channel": {"id": message["channel"]}, "message": {"ts": message["ts"], "blocks": blocks}}
            if message
            else {"view": {"id": "V1"}}
        )
        act = {**pressed, "block_id": "b", "action_ts": self.number()}
        return self.interact({"type": "block_actions", "user": self._who(user), "trigger_id": self.number(), "actions": [act], **where})

    def submit(self, user: str, view: dict[str, Any], values: dict[str, str]) -> httpx.Response:
        """Send a form with some fields changed."""
        fields = {b["block_id"]: b["element"]["initial_value"] for b in view["blocks"]} | values
        state = {"values": {block: {"value": {"type": "plain_text_input", "value": value}} for block, value in fields.items()}}
        sent = {
            "id": "V2",
            "type": "modal",
            "callback_id": view["callback_id"],
            "private_metadata": view["private_metadata"],
            "state": state,
        }
        return self.interact({"type": "view_submission", "user": self._who(user), "view": sent})

    def interact(self, payload: dict[str, Any]) -> httpx.Response:
        body = {"team": {"id": TEAM}, "api_app_id": "A01", **payload}
        return self.send(urlencode({"payload": json.dumps(body)}), "application/x-www-form-urlencoded")

    def send(self, body: str, kind: str, secret: str = SECRET, at: float | None = None) -> httpx.Response:
        stamp = str(int(at if at is not None else time.time()))
        signature = "v0=" + hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), sha256).hexdigest()
        headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature, "Content-Type": kind}
        return httpx.post(self.app, content=body, headers=headers, timeout=30)

    def push(self, event: dict[str, Any]) -> None:
        """Send an event over the socket; again, as Slack does, until it is acknowledged."""
        envelope = {"envelope_id": self.number(), "type": "events_api", "accepts_response_payload": False, "payload": self._callback(event)}
        until = time.monotonic() + PATIENCE
        with self.changed:
            while envelope["envelope_id"] not in self.acknowledged:
                assert time.monotonic() < until, "an event over the socket was never acknowledged"
                if self._loop and self.socket:
                    self._loop.call_soon_threadsafe(self.socket.put_nowait, envelope)
                self.changed.wait(3)

    def _callback(self, event: dict[str, Any]) -> dict[str, Any]:
        return {"type": "event_callback", "team_id": TEAM, "api_app_id": "A01", "event_id": f"Ev{self.number()}", "event": event}

    def _who(self, user: str) -> dict[str, Any]:
        return {"id": user, "team_id": TEAM}

    async def method(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        wanted = APP_TOKEN if name == "apps.connections.open" else BOT_TOKEN
        if request.headers.get("Authorization") != f"Bearer {wanted}":
            return web.json_response({"ok": False, "error": "invalid_auth"})
        if self.limited.get(name, 0) > 0:
            self.early += [name] if time.monotonic() < self._until.get(name, 0) else []
            self.limited[name] -= 1
            self._until[name] = time.monotonic() + 1
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "1"})
        self.early += [name] if time.monotonic() < self._until.pop(name, 0) else []
        given = await request.json() if request.content_type == "application/json" else {**request.query, **await request.post()}
        arguments = {k: json.loads(v) if isinstance(v, str) and v[:1] in "[{" else v for k, v in given.items()}
        answer = self._answer(name, arguments)
        with self.changed:
            self.calls.append((name, arguments))
            self.changed.notify_all()
        return web.json_response({"ok": "error" not in answer, **answer})

    def _answer(self, name: str, given: dict[str, Any]) -> dict[str, Any]:
        match name:
            case "auth.test":
                return {"team_id": TEAM, "user_id": BOT, "user": "swarm", "bot_id": "B01", "url": "https://x.slack.com/"}
            case "users.info":
                return {"user": self.users[given["user"]]} if given["user"] in self.users else {"error": "user_not_found"}
            case "users.lookupByEmail":
                found = [u for u in self.users.values() if u["profile"].get("email") == given["email"]]
                return {"user": found[0]} if found else {"error": "users_not_found"}
            case "chat.postMessage" | "chat.update":
                if given["channel"] in self.closed:
                    return {"error": "not_in_channel"}
                if wrong := unfit(given["blocks"]):
                    return {"error": wrong}
                ts = given.get("ts") or self.number()
                before = self.messages.get((given["channel"], ts), {})
                self.messages[(given["channel"], ts)] = {**before, **given, "ts": ts}
                return {"channel": given["channel"], "ts": ts}
            case "chat.getPermalink":
                return {"permalink": f"https://x.slack.com/archives/{given['channel']}/p{given['message_ts']}"}
            case "conversations.replies":
                return {"messages": self.threads.get(given["ts"], [])}
            case "files.getUploadURLExternal":
                name_of = self.number()
                self._uploads[name_of] = {"name": given["filename"]}
                return {"upload_url": f"{self.url}/upload/{name_of}", "file_id": name_of}
            case "files.completeUploadExternal":
                for file in given["files"]:
                    place = {"channel": given["channel_id"], "thread_ts": given["thread_ts"]}
                    self.files.append({**self._uploads.pop(file["id"]), **place})
                return {"files": given["files"]}
            case "apps.connections.open":
                return {"url": f"{self.url.replace('http', 'ws')}/socket"}
            case "chat.postEphemeral" | "views.open" | "views.publish":
                return {}
        return {"error": "unknown_method"}

    async def upload(self, request: web.Request) -> web.Response:
        self._uploads[request.match_info["id"]]["content"] = await request.read()
        return web.Response(text="OK")

    async def download(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {BOT_TOKEN}":
            raise web.HTTPFound("/login")
        kind, content = self.downloads[request.match_info["name"]]
        return web.Response(body=content, content_type=kind)

    async def respond(self, request: web.Request) -> web.Response:
        with self.changed:
            self.calls.append(("respond", await request.json()))
            self.changed.notify_all()
        return web.Response(text="ok")

    async def sockets(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.socket = asyncio.Queue()
        await socket.send_json({"type": "hello", "num_connections": 1})
        sending = asyncio.create_task(self._send(socket, self.socket))
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                with self.changed:
                    self.acknowledged.append(json.loads(message.data)["envelope_id"])
                    self.changed.notify_all()
        sending.cancel()
        return socket

    async def _send(self, socket: web.WebSocketResponse, queue: "asyncio.Queue[dict[str, Any]]") -> None:
        while True:
            await socket.send_json(await queue.get())


def readable(value: Any) -> str:
    """All texts of blocks, one after another; mentions and links as Slack would show them."""
    if isinstance(value, list):
        return "".join(map(readable, value)) + "\n"
    if not isinstance(value, dict):
        return ""
    if value.get("type") == "user":
        return f"@{value['user_id']}"
    if value.get("type") == "link":
        return f"[{value.get('text', '')}]({value['url']})"
    return "".join(v if k == "text" and isinstance(v, str) else readable(v) for k, v in value.items() if k != "type")


def kinds(value: Any) -> set[str]:
    """The types of all elements inside of blocks."""
    if isinstance(value, list):
        return set().union(*map(kinds, value))
    return ({str(value["type"])} if "type" in value else set()) | kinds(list(value.values())) if isinstance(value, dict) else set()


def unfit(blocks: list[dict[str, Any]]) -> str:
    """Why Slack would not take blocks, by its documented limits."""
    tables = [b for b in blocks if b["type"] == "table"]
    too_large = any(len(t["rows"]) > 100 or any(len(row) > 20 for row in t["rows"]) for t in tables)
    empty = any('"text": ""' in json.dumps(b) for b in blocks)
    if len(blocks) > 50 or len(readable(blocks)) > 13_000:
        return "msg_too_long"
    return "only_one_table_allowed" if len(tables) > 1 else "invalid_blocks" if too_large or empty else ""


@contextmanager
def slack_server() -> Iterator[SlackServer]:
    """A server that ends with the block."""
    server, ready, loop = SlackServer(), threading.Event(), asyncio.new_event_loop()
    server._loop = loop

    async def start() -> web.AppRunner:
        app = web.Application(client_max_size=50_000_000)
        app.router.add_route("*", "/api/{name}", server.method)
        app.router.add_post("/upload/{id}", server.upload)
        app.router.add_get("/files/{name}", server.download)
        app.router.add_post("/respond", server.respond)
        app.router.add_get("/socket", server.sockets)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        server.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"  # type: ignore[union-attr]
        return runner

    def work() -> None:
        asyncio.set_event_loop(loop)
        runner = loop.run_until_complete(start())
        ready.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())

    thread = threading.Thread(target=work)
    thread.start()
    ready.wait()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
