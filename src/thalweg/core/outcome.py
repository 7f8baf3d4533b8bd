"""Outcomes: how a training run ended, as a value with advice."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Ending(StrEnum):
    """The ways in which training ends."""

    FINISHED = "finished"
    CONVERGED = "converged"
    STOPPED_EARLY = "stopped-early"
    DIVERGED = "diverged"
    INTERRUPTED = "interrupted"
    DROPPED = "dropped"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How and where a run ended; `advice` says what to do next, empty where nothing is to be done; `signal` is what interrupted it."""

    ending: Ending
    epoch: int
    step: int
    reason: str
    advice: str = ""
    signal: int | None = None

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return {**asdict(self), "ending": self.ending.value}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Outcome":
        """Read the record from a JSON object."""
        return cls(**{**row, "ending": Ending(row["ending"])})

    @property
    def exit_code(self) -> int:
        """0 where the run did what was asked, 4 where it diverged, 128 + the signal's number where one ended it (130: Ctrl-C)."""
        return {Ending.DIVERGED: 4, Ending.INTERRUPTED: 128 + (self.signal or 2)}.get(self.ending, 0)
