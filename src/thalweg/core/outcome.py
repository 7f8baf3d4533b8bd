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
    """How and where a run ended; `advice` says what to do next, empty where nothing is to be done."""

    ending: Ending
    epoch: int
    step: int
    reason: str
    advice: str = ""

    @property
    def exit_code(self) -> int:
        """0 where the run did what was asked, 4 where it diverged, 130 where a signal ended it."""
        return {Ending.DIVERGED: 4, Ending.INTERRUPTED: 130}.get(self.ending, 0)
