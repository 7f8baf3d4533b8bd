"""Worker: the process behind one page. It takes words, trains between them, and sends a picture when the page has drawn the last one."""

import json
import os
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from thalweg.core.errors import ThalwegError
from thalweg.faces.lab import ROOMS
from thalweg.faces.lab._room import Outlook, Reply, Show
from thalweg.faces.lab._wire import Picture, packed
from thalweg.faces.terminal import debugging, is_out_of_memory

SLICE = 0.015
"""Seconds of training between two looks at the post."""
MODEST = 5
"""How far a worker stands back behind the server, which answers everybody."""
MEMORY = 4 << 30
"""Bytes that a page's worker may take beside what all workers share: a net of any size can be asked for, and others work here too."""


def main(connection: Connection, places: Mapping[str, str]) -> None:
    """Serve a page until it is gone; the process's entry point."""
    import torch

    from thalweg.run.memory import keep_freed_memory

    with suppress(OSError, AttributeError):
        os.nice(MODEST)
    torch.set_num_threads(1)
    keep_freed_memory()
    bound_memory(MEMORY)
    outlook = Outlook(runs=Path(places["runs"]), uploads=Path(places["uploads"]), opened=places["opened"])
    with suppress(EOFError, BrokenPipeError, ConnectionResetError, KeyboardInterrupt):
        Desk(connection, outlook).serve()


def bound_memory(more: int) -> None:
    """Let this process take so many bytes more than it has, where the system knows such a bound."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        bound = pages * resource.getpagesize() + more
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (bound if hard == resource.RLIM_INFINITY else min(bound, hard), hard))


def _said(error: Exception, what: str) -> str:
    """Return an error as a line; one that nobody wrote for a person is a fault, of the words or of the lab, and is told all the same."""
    if isinstance(error, ThalwegError):
        return str(error)
    if is_out_of_memory(error):
        return f"that needs more than the {MEMORY >> 30} GiB of memory that a page of the lab may take; use smaller numbers."
    if debugging():
        traceback.print_exception(error)
    return f"The lab stumbled over {what} ({type(error).__name__}: {error}); start it with --debug to see where."


class Desk:
    """What lies between a page and its show: words that come in, whether a picture is wanted, and whether there is a new one."""

    def __init__(self, connection: Connection, outlook: Outlook) -> None:
        self.connection, self.outlook = connection, outlook
        self.show: Show | None = None
        self.sent_form: Any = None
        self.opening: Any = None
        self.wanted = self.new = False
        self.wait: float | None = None

    def serve(self) -> None:
        """Work and answer until the connection ends (`EOFError`)."""
        while True:
            while self.connection.poll(self._patience()):
                self.hear(self.connection.recv_bytes())
            if self.show is not None and self.wait is not None:
                self.work(self.show)
            if self.show is not None and self.new and self.wanted:
                self.wanted = self.new = False
                self.say("picture", self.show.picture(), opening=self.opening)

    def _patience(self) -> float | None:
        return 0.0 if self.new and self.wanted else self.wait

    def work(self, show: Show) -> None:
        """Let the show train for a slice of time; what goes wrong there is told and ends the work, not the page."""
        try:
            self.wait = show.work(SLICE)
        except Exception as error:
            self.wait = None
            self.note(_said(error, "going on"))
        self.new = True
        self.tell_form(show)

    def hear(self, message: bytes) -> None:
        """Take one word: `{"do": word, ...}`; `ready` asks for a picture, `open` for a room, everything else is the room's own."""
        given = json.loads(message)
        word, ask = str(given.pop("do", "")), given.pop("ask", None)
        if word == "ready":
            self.wanted = True
            return
        try:
            reply = self.open(given) if word == "open" else self.tell(word, given)
        except Exception as error:
            self.note(_said(error, repr(word)), ask=ask)
            self.take_back()
            return
        if ask is not None:
            self.answer(ask, reply)

    def open(self, given: Mapping[str, Any]) -> Reply:
        """Open a room in the state that a URL has; one that is no state of it opens as it is by itself, and says why."""
        room = ROOMS.get(str(given.get("room", "")))
        self.opening = given.get("opening")
        state = {str(name): str(value) for name, value in dict(given.get("state") or {}).items()}
        try:
            self.show = room.open(state, self.outlook)
        except ThalwegError as error:
            if not state:
                raise
            self.show = room.open({}, self.outlook)
            self.note(f"{error} The room opens as it is by itself.")
        self.sent_form = None
        self.after(self.show)
        return None

    def tell(self, word: str, given: Mapping[str, Any]) -> Reply:
        """Hand a word to the show."""
        if self.show is None:
            return None
        try:
            return self.show.tell(word, given)
        finally:
            self.after(self.show)

    def after(self, show: Show) -> None:
        """After a word there may be another form, another picture, and work to do."""
        self.new = True
        self.wait = 0.0
        self.tell_form(show)

    def tell_form(self, show: Show) -> None:
        """Send the form where it is not the one that the page has."""
        form = show.form().row()
        if form != self.sent_form:
            self.sent_form = form
            self.say("form", Picture(data=form), opening=self.opening)

    def take_back(self) -> None:
        """Send the form again after a word that was refused: a control may show what was asked for and is not so."""
        self.sent_form = None
        if self.show is not None:
            self.tell_form(self.show)

    def answer(self, ask: Any, reply: Reply) -> None:
        """Answer a question by its number."""
        picture = reply if isinstance(reply, Picture) else Picture(data=dict(reply or {}))
        self.say("reply", Picture(data={"ask": ask, "said": picture.data}, arrays=picture.arrays))

    def note(self, text: str, *, ask: Any = None) -> None:
        """Tell the person something in a line."""
        self.say("note", Picture(data={"text": text, "ask": ask, "at": time.time()}))

    def say(self, kind: str, picture: Picture, **more: Any) -> None:
        """Send a message; pictures and forms carry the number of the opening they belong to, since a page may be in another room by now."""
        self.connection.send_bytes(packed(kind, Picture(data={**picture.data, **more}, arrays=picture.arrays)))
