"""Scrub: keep codes and cookies out of logs. The server writes requests to them at its lower levels, headers and queries included."""

import logging
import re
from typing import Any

LOGGERS = ("uvicorn.error", "uvicorn.access", "uvicorn.asgi", "websockets.server")

_SECRET = re.compile(r"(thalweg-\d+=|\bcode=)[^\s;&\"'<>]+")


def scrubbed(text: str) -> str:
    """Return a line of a log without codes and cookies.

    >>> scrubbed("GET /?code=abc HTTP/1.1, Cookie: thalweg-8000=def; other=1")
    'GET /?code=... HTTP/1.1, Cookie: thalweg-8000=...; other=1'
    """
    return _SECRET.sub(r"\1...", text)


def scrub_logs() -> None:
    """Keep codes and cookies out of what the server logs, at any level; to be called before it starts, and as often as one likes."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_scrub)


def _scrub(record: logging.LogRecord) -> bool:
    """Clean the parts of a record, not the finished line: the access log's formatter wants its parts."""
    record.msg = _clean(record.msg)
    if isinstance(record.args, tuple):
        record.args = tuple(map(_clean, record.args))
    elif record.args:
        record.msg, record.args = scrubbed(record.getMessage()), ()
    return True


def _clean(value: Any) -> Any:
    text = str(value)
    clean = scrubbed(text)
    return value if clean == text else clean
