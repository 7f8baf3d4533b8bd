"""Guard: who may come in. An ASGI layer that stands before the lab and refuses whatever the lab's own page did not ask for.

Anybody's web page can make the browser of the person at the lab ask the lab for things. What it cannot do is write `Host` and `Origin`,
which the browser writes, or hold the cookie. So a request must name an address of the lab, come from a page of it, and carry the cookie;
whoever opens the address that the terminal shows gets the cookie for the code in it. `X-Forwarded-*` counts for nothing.

References: RFC 6454 (origins), RFC 6265bis (cookies, SameSite), W3C Fetch Metadata.
"""

import math
import secrets
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from thalweg.faces.lab._doors import Doors as Doors
from thalweg.faces.lab._doors import dressed, harmless

MOST_BYTES = 64 << 20
MOST_WRONG, PAUSE = 10, 60.0
"""So many wrong codes within so many seconds, of all people together, shut the door until the seconds are over."""


class _Asked(NamedTuple):
    """What a request is judged by; `kind` is its method, or "WEBSOCKET"."""

    kind: str
    path: bytes
    query: bytes
    headers: Sequence[tuple[bytes, bytes]]

    def all(self, name: bytes) -> list[str]:
        return [value.decode("latin-1") for key, value in self.headers if key.lower() == name]


class _Answer(NamedTuple):
    """What the guard says itself: a status, a sentence in plain words, and headers."""

    status: int
    words: str
    headers: tuple[tuple[bytes, bytes], ...] = ()


_OPEN = "Open the address that the terminal shows."
_OTHER_ADDRESS = _Answer(403, f"The lab does not answer to this address. {_OPEN}")
_ODD_PATH = _Answer(400, "The lab has no such address: it is written in a way that could lead elsewhere.")
_OTHER_PAGE = _Answer(403, f"This was asked for by a page that is not the lab's. {_OPEN}")
_STRANGER = _Answer(403, f"The lab does not know this browser. {_OPEN}")
_WRONG = _Answer(403, f"This code does not open the lab, or it has opened it already. {_OPEN}")
_NO_LENGTH = _Answer(400, "The length of what was sent is not a number.")
_COME_IN = _Answer(303, "Come in.", ((b"location", b"/"),))


class Guard:
    """The layer: `app` hears only of requests that may come in. `tell` is given each new address when the code before it is used up."""

    def __init__(
        self,
        app: ASGIApp,
        doors: Doors,
        *,
        tell: Callable[[str], object] = lambda address: None,
        most_bytes: int = MOST_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.app, self.doors, self.tell, self.most_bytes, self.clock = app, doors, tell, most_bytes, clock
        self._code, self._cookie = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self._wrong: deque[float] = deque(maxlen=MOST_WRONG)

    @property
    def address(self) -> str:
        """The address that opens the lab now."""
        return self.doors.address(self._code)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge a request, then answer it or pass it on. Scopes that are neither requests nor the server's life are nobody's."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] in ("http", "websocket"):
            await self._meet(scope, receive, send)

    async def _meet(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["method"] if scope["type"] == "http" else "WEBSOCKET"
        asked = _Asked(kind, scope.get("raw_path") or b"", scope.get("query_string", b""), list(scope["headers"]))
        name = self.doors.admitted(asked.all(b"host"))
        code = self._code
        answer = _OTHER_ADDRESS if name is None else self._judge(asked, name)
        exchange = _Exchange(receive, send, name=name or self.doors.names[0], most_bytes=self.most_bytes)
        if answer is None:
            await exchange.pass_on(self.app, scope)
        elif kind == "WEBSOCKET":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
        else:
            await exchange.say(answer, end=bool(asked.all(b"content-length") or asked.all(b"transfer-encoding")))
        if self._code != code:
            self.tell(self.address)

    def _judge(self, asked: _Asked, name: str) -> _Answer | None:
        """Return the answer to a request for `name`; None where it is passed on."""
        if not harmless(asked.path):
            return _ODD_PATH
        if not _from_own_page(asked, name):
            return _OTHER_PAGE
        known = self._knows(asked)
        if asked.kind == "GET" and asked.path == b"/" and asked.query.startswith(b"code="):
            return _COME_IN if known else self._open(asked.query.removeprefix(b"code="))
        if not known:
            return _once_more(asked) or _STRANGER
        return _length_refused(asked, self.most_bytes)

    def _knows(self, asked: _Asked) -> bool:
        """Whether one of the cookies is ours; other programs of this computer can put more of its name beside it, so all are looked at."""
        pairs = [pair.strip().partition("=") for header in asked.all(b"cookie") for pair in header.split(";")]
        own = [value for key, _, value in pairs if key == self.doors.cookie]
        return any(secrets.compare_digest(value.encode("latin-1"), self._cookie.encode()) for value in own)

    def _open(self, code: bytes) -> _Answer:
        """Try a code: the right one lets in, and is replaced where codes open once; wrong ones are counted."""
        now = self.clock()
        if len(self._wrong) == MOST_WRONG and now - self._wrong[0] < PAUSE:
            wait = math.ceil(PAUSE - (now - self._wrong[0]))
            words = f"Too many wrong codes. Wait {wait} seconds, then open the address that the terminal shows."
            return _Answer(429, words, ((b"retry-after", str(wait).encode()),))
        if not secrets.compare_digest(code, self._code.encode()):
            self._wrong.append(now)
            return _WRONG
        if self.doors.once:
            self._code = secrets.token_urlsafe(32)
        cookie = f"{self.doors.cookie}={self._cookie}; Path=/; HttpOnly; SameSite=Strict"
        return _COME_IN._replace(headers=(*_COME_IN.headers, (b"set-cookie", cookie.encode())))


def _from_own_page(asked: _Asked, name: str) -> bool:
    """Whether nothing says that another page asks. Only following a link to the front door is open to others.

    A program on another port of this computer counts as the same site, but not as the same origin: its pages are others too.
    """
    origins = asked.all(b"origin")
    if origins != [f"http://{name}"] and (origins or asked.kind not in ("GET", "HEAD")):
        return False
    front = asked.path == b"/" and set(asked.all(b"sec-fetch-dest")) <= {"document"}
    return front or set(asked.all(b"sec-fetch-site")) <= {"same-origin", "none"}


def _once_more(asked: _Asked) -> _Answer | None:
    """Let a browser that followed a link of another site to the front door ask once more, as the lab's own page.

    It holds a cookie that is `SameSite=Strict` back on the way from another site, also the one just given. None for all other requests.
    """
    if asked.kind != "GET" or asked.path != b"/" or not {"cross-site", "same-site"} & set(asked.all(b"sec-fetch-site")):
        return None
    return _STRANGER._replace(headers=((b"refresh", b"0; url=/"),))


def _length_refused(asked: _Asked, most: int) -> _Answer | None:
    """Refuse an announced length that is too large, or no number."""
    lengths = asked.all(b"content-length")
    if not all(length.isascii() and length.isdigit() and len(length) <= 20 for length in lengths):
        return _NO_LENGTH
    return _too_large(most) if any(int(length) > most for length in lengths) else None


def _too_large(most: int) -> _Answer:
    return _Answer(413, f"This is larger than the {most:,} bytes that the lab takes at once. Send it in smaller parts.")


class _Exchange:
    """One request and its response: protects the response, and counts what comes in, whatever length was announced."""

    def __init__(self, receive: Receive, send: Send, *, name: str, most_bytes: int) -> None:
        self._receive, self._send, self._name, self._most = receive, send, name, most_bytes
        self._bytes = 0
        self._started = self._refused = False

    async def pass_on(self, app: ASGIApp, scope: Scope) -> None:
        """Let the lab answer; to a body that turns out too large it hears that the browser has gone."""
        try:
            await app(scope, self.receive, self.send)
        except Exception:
            if not self._refused:
                raise

    async def receive(self) -> Message:
        """Return the next message to the lab, unless too much has come in."""
        if self._refused:
            return {"type": "http.disconnect"}
        message = await self._receive()
        if message["type"] == "http.request":
            self._bytes += len(message.get("body", b""))
            if self._bytes > self._most:
                self._refused = True
                if not self._started:
                    await self.say(_too_large(self._most), end=True)
                return {"type": "http.disconnect"}
        return message

    async def send(self, message: Message) -> None:
        """Send a message of the lab's; after a refusal nothing more is said, but a response that had begun goes on to its end."""
        if self._refused and not self._started:
            return
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            self._started = True
            message = {**message, "headers": dressed(message.get("headers", ()), self._name)}
        await self._send(message)

    async def say(self, answer: _Answer, *, end: bool) -> None:
        """Answer with a page of one sentence; `end` where there may be a body that nobody will read."""
        sentence = f"<!doctype html><html lang=en><meta charset=utf-8><title>Thalweg lab</title><p>{answer.words}</p></html>\n".encode()
        headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(sentence)).encode()), *answer.headers]
        headers += [(b"connection", b"close")] if end else []
        await self._send({"type": "http.response.start", "status": answer.status, "headers": dressed(headers, self._name)})
        await self._send({"type": "http.response.body", "body": sentence})
