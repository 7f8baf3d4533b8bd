"""Room: the contract between the lab and what it shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from thalweg.core.entries import Entry
from thalweg.faces.lab._form import Form
from thalweg.faces.lab._wire import Picture

Reply = Mapping[str, Any] | Picture | None
"""What a word may be answered with: plain values, or values with arrays."""


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What a show may know of the world: where runs are kept, where a person's uploads lie (batch id -> folder), what was opened."""

    runs: Path
    uploads: Path
    opened: str = ""


@runtime_checkable
class Show(Protocol):
    """A room that is open on one page. State goes in as words of the URL; pictures come out."""

    def form(self) -> Form:
        """Return the controls with their values; asked for again after every word, and sent where it has changed."""

    def tell(self, word: str, given: Mapping[str, Any]) -> Reply:
        """Do what a person asked for; raise `ThalwegError` with one line where that cannot be."""

    def work(self, seconds: float) -> float | None:
        """Train for about so many seconds; return how long to wait before going on (0: not at all), None where nothing is under way."""

    def picture(self) -> Picture:
        """Return what is to be drawn now."""


@dataclass(frozen=True, kw_only=True)
class Room(Entry):
    """A room: `open(state, outlook)` makes its show; `state` are words by field, as the URL has them. `place`: its order on the page."""

    title: str
    place: int
    open: Callable[[Mapping[str, str], Outlook], Show]
