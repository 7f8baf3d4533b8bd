"""Outcomes: how a training run ended, as a value with advice."""

from dataclasses import dataclass
from enum import StrEnum


class Ending(StrEnum):
    """The ways in which training ends."""

    FINISHED = "finished"
    CONVERGED = "converged"
    STOPPED_EARLY = "stopped-early"
    DIVERGED = "diverged"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How and where a run ended; `advice` says what to do next, empty where nothing is to be done; `signal` is what interrupted it."""

    ending: Ending
    epoch: int
    step: int
    reason: str
    advice: str = ""
    signal: int | None = None

    @property
    def exit_code(self) -> int:
        """0 where the run did what was asked, 4 where it diverged, 128 + the signal's number where one ended it (130: Ctrl-C)."""
        return {Ending.DIVERGED: 4, Ending.INTERRUPTED: 128 + (self.signal or 2)}.get(self.ending, 0)
