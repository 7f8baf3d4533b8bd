"""Standings: the best candidates so far, shown while a sweep trains."""

import time
from collections.abc import Mapping
from typing import Any

from thalweg.core.progress import Progress
from thalweg.faces.sweep_plan import Planned
from thalweg.faces.terminal import Bars
from thalweg.run.keeping import merit
from thalweg.run.record import Epoch

LINES, SECONDS = 5, 0.5


class Standings:
    """Keeps every member's latest row, and shows the candidates that lead on a terminal, twice a second at most."""

    def __init__(self, planned: Planned, progress: Progress) -> None:
        self.planned, self.progress = planned, progress
        self.latest: dict[int, Epoch] = {}
        self.shown = 0.0
        self.monitor = planned.members[0].recipe.monitor

    def told(self, number: int, row: Epoch) -> None:
        """Take a row in, and show the standings where it is time."""
        self.latest[number] = row
        now = time.monotonic()
        if isinstance(self.progress, Bars) and now - self.shown >= SECONDS:
            self.shown = now
            self.progress.board(self.lines())

    def lines(self) -> list[str]:
        """Return the leading candidates, a line each: mean validation figures of their members so far, and their settings."""
        own: dict[int, list[Epoch]] = {}
        for number, row in self.latest.items():
            own.setdefault(self.planned.candidates[number], []).append(row)
        means = {candidate: self._mean(rows) for candidate, rows in own.items()}
        leading = sorted(means, key=lambda candidate: means[candidate], reverse=True)[:LINES]
        settings = {candidate: member.settings for member, candidate in zip(self.planned.members, self.planned.candidates, strict=True)}
        return [f"{self._figure(means[one])}  epoch {own[one][-1].epoch:>3}  {_words(settings[one])}" for one in leading]

    def _mean(self, rows: list[Epoch]) -> tuple[float, ...]:
        merits = [merit(row, self.monitor) for row in rows]
        return tuple(sum(values) / len(values) for values in zip(*merits, strict=True))

    def _figure(self, mean: tuple[float, ...]) -> str:
        return f"{mean[0]:>8.2%}" if self.monitor == "accuracy" else f"{-mean[0]:>8.4f}"


def _words(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}" for name, value in settings.items())
