"""Session: one page's worker process, and the road between them. It ends with the page, within seconds, training or not."""

import asyncio
import multiprocessing
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from typing import Any

from thalweg.faces.lab import _worker

PATIENCE = 1.0
"""Seconds a worker has to end by itself."""


def context() -> BaseContext:
    """Return the way to start workers: copies of a process that has loaded everything, or new ones where the system has no such way."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(["thalweg.faces.lab._preload"])
    return found


def warm(where: BaseContext) -> None:
    """Load what workers are copies of before the first page asks for one."""
    first: Any = where.Process(target=_nothing, daemon=True)  # type: ignore[attr-defined]
    first.start()
    first.join()


def _nothing() -> None:
    pass


class Session:
    """A worker and what it says. Words are handed on as they come; messages are read by a thread, so that nobody waits for a slow page."""

    def __init__(self, where: BaseContext, places: Mapping[str, str]) -> None:
        self.connection, theirs = where.Pipe()
        self.process: Any = where.Process(target=_worker.main, args=(theirs, dict(places)), daemon=True)  # type: ignore[attr-defined]
        self.loop = asyncio.get_running_loop()
        self.messages: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.theirs: Connection = theirs
        self.ending: asyncio.Task[None] | None = None
        self.reader = threading.Thread(target=self._read, name="lab session", daemon=True)

    async def start(self) -> None:
        """Start worker and reader."""
        await asyncio.to_thread(self.process.start)
        self.theirs.close()
        self.reader.start()

    def _read(self) -> None:
        message: bytes | None = b""
        while message is not None:
            try:
                message = self.connection.recv_bytes()
            except (EOFError, OSError):  # the worker has ended
                message = None
            with suppress(RuntimeError):  # the server has ended
                self.loop.call_soon_threadsafe(self.messages.put_nowait, message)

    async def tell(self, text: str) -> bool:
        """Hand a word to the worker; False where it has ended."""
        try:
            await asyncio.to_thread(self.connection.send_bytes, text.encode("utf-8", "replace"))
        except (OSError, ValueError):
            return False
        return True

    async def said(self) -> AsyncIterator[bytes]:
        """Yield what the worker says until it ends."""
        while (message := await self.messages.get()) is not None:
            yield message

    def end(self) -> "asyncio.Task[None]":
        """End the worker, whatever it is doing; return the task that does, one for all who ask, which outlives those who are cancelled."""
        if self.ending is None:
            self.ending = asyncio.ensure_future(asyncio.to_thread(self._end))
        return self.ending

    def _end(self) -> None:
        if self.process.pid is not None:
            self.process.terminate()
            self.process.join(PATIENCE)
            if self.process.is_alive():
                self.process.kill()
                self.process.join()
            self.reader.join()  # the worker's end is the end of what can be read
        self.connection.close()
