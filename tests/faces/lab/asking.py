"""What the guard is tried with: a small lab behind it, requests as a server hands them on, and a real server on a free port."""

import asyncio
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from thalweg.faces.lab._guard import Guard

PORT = 8000
HOST = "127.0.0.1:8000"
ORIGIN = "http://127.0.0.1:8000"


class Lab:
    """A lab of three routes that counts who came in."""

    def __init__(self) -> None:
        self.visits = 0
        methods = ["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]
        routes = [
            Route("/", self.page, methods=methods),
            Route("/room", self.page, methods=methods),
            Route("/own", self.own),
            Route("/taken", self.taken, methods=["POST"]),
            WebSocketRoute("/", self.socket),
            WebSocketRoute("/room", self.socket),
        ]
        self.app = Starlette(routes=routes)

    async def page(self, request: Request) -> Response:
        self.visits += 1
        return HTMLResponse("<p>the lab</p>")

    async def own(self, request: Request) -> Response:
        return PlainTextResponse("own", headers={"Content-Security-Policy": "sandbox", "Cache-Control": "max-age=9"})

    async def taken(self, request: Request) -> Response:
        self.visits += 1
        return PlainTextResponse(str(len(await request.body())))

    async def socket(self, socket: WebSocket) -> None:
        self.visits += 1
        await socket.accept()
        async for text in socket.iter_text():
            await socket.send_text(text.upper())


class Reply(NamedTuple):
    """What came back; of a socket, 101 where it was accepted and 403 where it was closed before."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]


class Ask(NamedTuple):
    """A request as it stands in a scope: method or "WEBSOCKET", path with query, headers, and the pieces of a body."""

    kind: str = "GET"
    path: str = "/room"
    headers: Sequence[tuple[str, str]] = ()
    body: Sequence[bytes] = (b"",)


async def put(app: Any, ask: Ask) -> Reply:
    """Put a request to an application as a server does."""
    path, _, query = ask.path.partition("?")
    scope = {
        "type": "websocket" if ask.kind == "WEBSOCKET" else "http",
        "path": path,
        "raw_path": path.encode("latin-1"),
        "query_string": query.encode("latin-1"),
        "root_path": "",
        "scheme": "http",
        "headers": [(key.lower().encode(), value.encode("latin-1")) for key, value in ask.headers],
        **({} if ask.kind == "WEBSOCKET" else {"method": ask.kind}),
    }
    sent: list[Any] = []
    coming = _coming(ask)

    async def receive() -> Any:
        return next(coming)

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    first = sent[0]
    if ask.kind == "WEBSOCKET":
        return Reply({"websocket.accept": 101, "websocket.close": 403}[first["type"]], [], b"")
    headers = [(key.decode("latin-1"), value.decode("latin-1")) for key, value in first["headers"]]
    assert [message["type"] for message in sent] == ["http.response.start"] + ["http.response.body"] * (len(sent) - 1)
    return Reply(first["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]))


def _coming(ask: Ask) -> Iterator[Any]:
    if ask.kind == "WEBSOCKET":
        yield {"type": "websocket.connect"}
        yield {"type": "websocket.disconnect", "code": 1000}
        return
    for number, piece in enumerate(ask.body):
        yield {"type": "http.request", "body": piece, "more_body": number < len(ask.body) - 1}
    while True:
        yield {"type": "http.disconnect"}


def answers(app: Any, asks: Sequence[Ask]) -> list[Reply]:
    """Put requests one after the other."""

    async def all_of_them() -> list[Reply]:
        return [await put(app, ask) for ask in asks]

    return asyncio.run(all_of_them())


def answer(app: Any, ask: Ask) -> Reply:
    return answers(app, [ask])[0]


def code_of(guard: Guard) -> str:
    return guard.address.partition("code=")[2]


def cookie_of(guard: Guard) -> str:
    """Open the door and return the cookie, as a browser sends it."""
    host = guard.doors.names[0]
    opened = answer(guard, Ask("GET", f"/?code={code_of(guard)}", [("host", host)]))
    assert opened.status == 303
    (cookie,) = opened.all("set-cookie")
    return cookie.partition(";")[0]


@contextmanager
def serving(make: Any, **settings: Any) -> Iterator[Guard]:
    """Serve `make(port)` on a free port of this computer."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    guard = make(listening.getsockname()[1])
    chosen = {"log_config": None, "access_log": False, "proxy_headers": False, "lifespan": "off", **settings}
    server = uvicorn.Server(uvicorn.Config(guard, **chosen))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            thread.join(0.01)
        yield guard
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def exchange(port: int, text: str | bytes, *, most: int = 1 << 20) -> bytes:
    """Send bytes over a connection of their own and return all that comes back until the other side ends it."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(text.replace("\n", "\r\n").encode("latin-1") if isinstance(text, str) else text)
        found = b""
        while len(found) < most and (piece := connection.recv(65536)):
            found += piece
    return found
