"""Server: the page, its assets, and one web socket a page behind which a worker stands."""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from importlib import resources
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

from plotly.offline import get_plotlyjs
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from thalweg.core.errors import ThalwegError
from thalweg.faces.lab import ROOMS
from thalweg.faces.lab._runs_places import Places
from thalweg.faces.lab._serve import LARGEST_WORD
from thalweg.faces.lab._session import Session, context
from thalweg.faces.lab._tour import STOPS
from thalweg.faces.lab._upload_route import upload
from thalweg.faces.lab._uploads import Uploads
from thalweg.views._palette import CLASSES, DARK, SHARES, SIGNED

TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
BOX = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
"""The policy of a page that somebody's run brings along: no origin, no cookie, no network; its own policy narrows it further."""
FULL = "The lab is full: {most} pages are open. Close one, or start the lab with --pages {twice}."


@dataclass(eq=False)
class Lab:
    """The lab as it serves: where things are, how many pages may be open, and the sessions there are."""

    runs: Path
    opened: str = ""
    start: str = ""
    pages: int = 32
    where: BaseContext = field(default_factory=context)
    sessions: set[Session] = field(default_factory=set)
    uploads: Path = Path()
    kept: Uploads = field(default_factory=lambda: Uploads(Path()))

    def app(self) -> Starlette:
        """Return the application."""
        routes = [
            Route("/", self.page),
            Route("/assets/plotly.js", self.plotly),
            Route("/assets/{name}", self.asset),
            Route("/run-page", self.run_page),
            Route("/upload", self.upload, methods=["POST", "DELETE"]),
            WebSocketRoute("/socket", self.socket),
        ]
        return Starlette(routes=routes, lifespan=self.lifespan)

    @asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        """Keep a folder for uploads while the server runs; end every session after it."""
        with tempfile.TemporaryDirectory(prefix="thalweg-lab-") as folder:
            self.uploads = Path(folder)
            self.kept = Uploads(self.uploads)
            yield
            await asyncio.gather(*(session.end() for session in list(self.sessions)))

    async def page(self, request: Request) -> Response:
        """Answer with the page."""
        return _asset("lab.html")

    async def asset(self, request: Request) -> Response:
        """Answer with a file of `assets`; only those names that are there are known."""
        name = request.path_params["name"]
        if name not in _assets():
            return PlainTextResponse("There is no such file.\n", 404)
        return _asset(name)

    async def plotly(self, request: Request) -> Response:
        """Answer with plotly's script, which is part of the installation."""
        return Response(get_plotlyjs(), media_type="text/javascript", headers={"Cache-Control": "private, max-age=86400"})

    async def run_page(self, request: Request) -> Response:
        """Answer with a page of a run's folder, `?run=NAME&page=report.html`, in a box of its own: it can ask nobody anything."""
        words = request.query_params
        try:
            content = await asyncio.to_thread(Places(self.runs, self.opened).read_page, words.get("run", ""), words.get("page", ""))
        except ThalwegError as error:
            return PlainTextResponse(f"{error}\n", 404)
        return Response(content, media_type="text/html", headers={"Content-Security-Policy": BOX})

    async def upload(self, request: Request) -> Response:
        """Keep what a page sends."""
        return await upload(request, self.kept)

    async def socket(self, socket: WebSocket) -> None:
        """Serve one page: start its worker, pass messages on, and end the worker with the page."""
        await socket.accept()
        if len(self.sessions) >= self.pages:
            await socket.send_text(json.dumps({"kind": "full", "text": FULL.format(most=self.pages, twice=2 * self.pages)}))
            await socket.close(1013)
            return
        session = Session(self.where, {"runs": str(self.runs), "uploads": str(self.uploads), "opened": self.opened})
        self.sessions.add(session)
        try:
            with suppress(WebSocketDisconnect):  # the page may go at any moment
                await session.start()
                await socket.send_text(json.dumps({"kind": "house", **self.house()}))
                await _either(self._listen(socket, session), self._speak(socket, session))
        finally:
            session.end().add_done_callback(lambda _: self.sessions.discard(session))
            await asyncio.shield(session.end())
            with suppress(RuntimeError, WebSocketDisconnect):
                await socket.close()

    async def _listen(self, socket: WebSocket, session: Session) -> None:
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            if not _is_word(text) or not await session.tell(str(text)):
                return

    async def _speak(self, socket: WebSocket, session: Session) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):
            async for message in session.said():
                await socket.send_bytes(message)

    def house(self) -> dict[str, Any]:
        """Return what the page needs to know before it opens a room: the rooms, the tour, the colours, and where to begin."""
        rooms = sorted(ROOMS, key=lambda room: room.place)
        return {
            "rooms": [{"name": room.name, "title": room.title, "summary": room.summary} for room in rooms],
            "colours": {"classes": CLASSES, "dark": DARK, "shares": SHARES, "signed": SIGNED},
            "start": self.start,
            "tour": [stop.row() for stop in STOPS],
        }


async def _either(*tasks: Any) -> None:
    """Run until one of them ends; what one raised is raised."""
    running = [asyncio.ensure_future(task) for task in tasks]
    done, rest = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
    for task in done:
        task.result()


def _is_word(text: Any) -> bool:
    """Whether a message is a JSON object of a size that a page sends; anything else ends the conversation."""
    if not isinstance(text, str) or len(text) > LARGEST_WORD:
        return False
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _assets() -> Sequence[str]:
    return [each.name for each in resources.files("thalweg.faces.lab").joinpath("assets").iterdir() if Path(each.name).suffix in TYPES]


def _asset(name: str) -> Response:
    content = resources.files("thalweg.faces.lab").joinpath("assets", name).read_bytes()
    headers: Mapping[str, str] = {"Cache-Control": "no-store"}
    return Response(content, media_type=TYPES[Path(name).suffix], headers=headers)
