"""Progress: how long work reports how far it is, without knowing who listens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, runtime_checkable


@runtime_checkable
class Progress(Protocol):
    """Something that shows stages of work: a bar, plain lines, a browser, nothing."""

    def begin(self, stage: str, total: int, unit: str) -> None:
        """A stage of `total` units begins."""

    def advance(self, count: int = 1, **figures: float) -> None:
        """`count` more units are done; `figures` are worth showing beside the bar (loss, accuracy)."""

    def end(self) -> None:
        """The stage is over."""

    def say(self, line: str) -> None:
        """A line for the person, independent of any stage."""


class Silent:
    """Progress that nobody watches: what Python gets unless it asks for more."""

    def begin(self, stage: str, total: int, unit: str) -> None:
        """Show nothing."""

    def advance(self, count: int = 1, **figures: float) -> None:
        """Show nothing."""

    def end(self) -> None:
        """Show nothing."""

    def say(self, line: str) -> None:
        """Show nothing."""


@contextmanager
def stage(progress: Progress, name: str, total: int, unit: str) -> Iterator[Callable[[], None]]:
    """Begin a stage, give what says that one more unit is done, and end the stage whatever happens."""
    progress.begin(name, total, unit)
    try:
        yield progress.advance
    finally:
        progress.end()
