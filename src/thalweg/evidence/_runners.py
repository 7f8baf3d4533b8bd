"""Runners: what one optimiser did in a race, over its seeds and over what its tuning tried."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float64

from thalweg.core.errors import DataError
from thalweg.evidence._spread import Band, Spread, band, median, spread
from thalweg.evidence._strict import number
from thalweg.run.population_record import Contestant, MemberResult
from thalweg.run.record import Epoch, Figures

STEP_SIZES = ("rate", "scale")
"""The knobs that say how far an optimiser moves: the rate, or what stands for it where weights are drawn at random."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What one setting tried in tuning came to: its rate, or what stands for it (None: nothing), and the spread of its last figure.

    `diverged` of `members` were lost; `chosen` marks the settings that the race was run with.
    """

    settings: dict[str, Any]
    rate: float | None
    figure: Spread
    members: int
    diverged: int
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class Runner:
    """An optimiser in the race: its curve over seeds against steps and examples, and what stands at the end.

    `step_seconds` is the median over seeds of the seconds a step. `final` is the spread of the last figure over the seeds that did not
    diverge. `reached` is the median number of steps until the threshold, None where half of the seeds or more never came there;
    `reachers` counts those that did. `tuning_steps` counts the steps of all trials, `tuning_runs` the trainings; `edge`
    says that the tuned rate is the lowest or the highest tried, so that a better one may lie beyond.
    """

    optimiser: str
    settings: dict[str, Any]
    steps: tuple[int, ...]
    examples: tuple[int, ...]
    curve: Band
    final: Spread
    seeds: int
    diverged: int
    reached: float | None
    reachers: int
    step_seconds: float | None
    trials: tuple[Trial, ...]
    tuning_steps: int
    tuning_runs: int
    edge: bool
    reason: str = ""

    @property
    def tunable(self) -> bool:
        """Whether there is anything to tune: a rate or what stands for it, or trials of something else."""
        return bool(self.trials) or any(name in self.settings for name in STEP_SIZES)

    @property
    def seconds(self) -> tuple[float, ...] | None:
        """Seconds at each of `steps`: steps times seconds a step; None where no run took a step."""
        return None if self.step_seconds is None else tuple(step * self.step_seconds for step in self.steps)


class Quantity(NamedTuple):
    """What a race is about: one figure of one part of the data."""

    part: str
    figure: str

    @property
    def lost(self) -> float:
        """The value of a run that diverged: the worst there is."""
        return -math.inf if self.figure == "accuracy" else math.inf

    def of(self, row: Epoch) -> float | None:
        """Return the quantity at the end of an epoch; None where the part was not measured then."""
        figures: Figures | None = getattr(row, self.part)
        return None if figures is None else float(getattr(figures, self.figure))

    def known(self, run: MemberResult) -> dict[int, float]:
        """Return the quantity by step, where it was measured; what is not finite is lost."""
        values = {row.step: value for row in run.rows if (value := self.of(row)) is not None}
        return {step: value if math.isfinite(value) else self.lost for step, value in values.items()}

    def last(self, run: MemberResult) -> float:
        """Return the last value of a run, lost where it diverged or was never measured."""
        known = self.known(run)
        return self.lost if run.diverged or not known else known[max(known)]

    def series(self, run: MemberResult, steps: Sequence[int]) -> list[float]:
        """Return the quantity at each step: NaN where it was not measured, the last value after the run's end."""
        known = self.known(run)
        end = max(known, default=-1)
        return [known.get(step, math.nan) if step <= end else self.last(run) for step in steps]

    def spread(self, runs: Sequence[MemberResult]) -> Spread:
        """Return the spread of the last value over the runs that did not diverge."""
        return spread([self.last(run) for run in runs])


def runner(contestant: Contestant, quantity: Quantity, *, threshold: float | None) -> Runner:
    """Return one optimiser's part of a race; raises `DataError` without runs, or where the quantity was never measured."""
    runs = contestant.runs
    if not runs:
        raise DataError(f"optimiser {contestant.optimiser!r} has no run; a race needs at least one seed each.")
    rows = {row.step: row for run in runs for row in run.rows if quantity.of(row) is not None}
    if not rows:
        raise DataError(f"the {quantity.part} {quantity.figure} of {contestant.optimiser!r} was not measured; choose another part.")
    steps = sorted(rows)
    values = np.array([quantity.series(run, steps) for run in runs])
    pace = [run.seconds / run.step for run in runs if run.step]
    arrivals = _arrivals(values, steps, threshold, rising=quantity.figure == "accuracy")
    trials = _trials(contestant, quantity)
    diverged = [run for run in runs if run.diverged]
    return Runner(
        optimiser=contestant.optimiser,
        settings=dict(contestant.settings),
        steps=tuple(steps),
        examples=tuple(rows[step].examples for step in steps),
        curve=band(values, lost=quantity.lost),
        final=quantity.spread(runs),
        seeds=len(runs),
        diverged=len(diverged),
        reached=number(median(arrivals, lost=math.inf)),
        reachers=sum(math.isfinite(step) for step in arrivals),
        step_seconds=float(np.median(pace)) if pace else None,
        trials=trials,
        tuning_steps=sum(trial.step for trial in contestant.trials),
        tuning_runs=len(contestant.trials),
        edge=_edge(trials),
        reason=f"{len(diverged)} of {len(runs)} seeds diverged: {diverged[0].reason or 'not finite'}" if diverged else "",
    )


def _arrivals(values: Float64[np.ndarray, "seeds points"], steps: Sequence[int], threshold: float | None, *, rising: bool) -> list[float]:
    """Return the first step at which each seed is at the threshold or beyond; inf where it never is."""
    if threshold is None:
        return [math.inf] * len(values)
    there = values >= threshold if rising else values <= threshold
    return [float(steps[int(row.argmax())]) if row.any() else math.inf for row in there]


def _trials(contestant: Contestant, quantity: Quantity) -> tuple[Trial, ...]:
    groups: dict[str, list[MemberResult]] = {}
    for trial in contestant.trials:
        groups.setdefault(repr(sorted(trial.settings.items())), []).append(trial)
    trials = [_trial(group, contestant, quantity) for group in groups.values()]
    return tuple(sorted(trials, key=lambda trial: -math.inf if trial.rate is None else trial.rate))


def _trial(group: Sequence[MemberResult], contestant: Contestant, quantity: Quantity) -> Trial:
    settings = dict(group[0].settings)
    known = {**contestant.settings, **settings}
    rate = next((known[name] for name in STEP_SIZES if name in known), None)
    return Trial(
        settings=settings,
        rate=None if rate is None else float(rate),
        figure=quantity.spread(group),
        members=len(group),
        diverged=sum(trial.diverged for trial in group),
        chosen=all(contestant.settings.get(name, value) == value for name, value in settings.items()),
    )


def _edge(trials: Sequence[Trial]) -> bool:
    rates = sorted({trial.rate for trial in trials if trial.rate is not None})
    return len(rates) > 1 and any(trial.chosen and trial.rate in (rates[0], rates[-1]) for trial in trials)
