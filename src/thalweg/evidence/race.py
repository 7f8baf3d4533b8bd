"""Race: optimisers on the same data from the same weights, each at its tuned settings, over several seeds."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from thalweg.core.display import Displayed
from thalweg.core.entries import Evidence
from thalweg.core.errors import ConfigError, DataError, unknown
from thalweg.evidence._runners import Quantity, Runner, runner
from thalweg.run.population_record import Contestant, MemberResult
from thalweg.run.record import Epoch, Figures

PARTS = ("validation", "train")
FIGURES = ("loss", "penalty", "total", "accuracy")


@dataclass(frozen=True, kw_only=True, repr=False)
class Race(Displayed):
    """The runners, the best final figure first; `threshold` is what `reached` counts the steps to.

    `fair` says whether every runner that has something to tune was given equally many trainings for it. How many steps those took is
    another matter: one that diverged took fewer, and a step over the whole training set is a whole epoch.
    """

    part: str
    figure: str
    threshold: float | None
    given: bool
    runners: tuple[Runner, ...]
    fair: bool

    @property
    def rising(self) -> bool:
        """Whether more is better."""
        return self.figure == "accuracy"

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return asdict(self)


def measure(
    contestants: Sequence[Contestant], *, part: str = "validation", figure: str = "loss", threshold: int | float | None = None
) -> Race:
    """Lay a race out: the median over seeds of one figure at each step, and the band from worst to best (10% to 90% from ten seeds on).

    A seed that diverged stays in the median as the worst there is; one that stopped for another reason keeps its last figure. Without a
    given `threshold` it is the median of the runners' final means, so that half of them reach it. Steps are known at the ends of epochs
    only. Seconds depend on the machine and on what ran beside: compare them within one race.

    Raises `DataError` without contestants, without runs or where the part was not measured; `ConfigError` on unknown words.

    >>> race = example()
    >>> [(runner.optimiser, runner.final.mean, runner.reached) for runner in race.runners], race.threshold
    ([('adam', 0.25, 10.0), ('sgd', 0.75, None)], 0.5)
    """
    if part not in PARTS:
        raise unknown("part", part, PARTS)
    if figure not in FIGURES:
        raise unknown("figure", figure, FIGURES)
    if threshold is not None and not math.isfinite(threshold):
        raise ConfigError(f"threshold must be a finite number; got {threshold}.")
    if not contestants:
        raise DataError("a race needs at least one optimiser; got none.")
    quantity = Quantity(part, figure)
    ends = [end.mean for each in contestants if (end := quantity.spread(each.runs)).mean is not None]
    line = float(threshold) if threshold is not None else float(np.median(ends)) if ends else None
    runners = sorted((runner(each, quantity, threshold=line) for each in contestants), key=lambda one: _key(one, figure))
    fair = len({one.tuning_runs for one in runners if one.tunable}) <= 1
    return Race(part=part, figure=figure, threshold=line, given=threshold is not None, runners=tuple(runners), fair=fair)


def _key(one: Runner, figure: str) -> tuple[bool, float, str]:
    mean = one.final.mean
    return (mean is None, 0.0 if mean is None else -mean if figure == "accuracy" else mean, one.optimiser)


def example() -> Race:
    """Return two optimisers, two seeds and three tried rates each; sgd's largest rate diverged."""

    def member(name: str, rate: float, seed: int, end: float) -> MemberResult:
        figures = [Figures.of(1.0, 0.0, 0.5), Figures.of(end, 0.0, 0.75), Figures.of(end, 0.0, 0.75)]
        rows = tuple(Epoch(epoch=k, step=10 * k, examples=40 * k, rate=rate, train=one, validation=one) for k, one in enumerate(figures))
        ending = "diverged" if math.isinf(end) else "finished"
        return MemberResult(
            number=seed, settings={"rate": rate}, seed=seed, fold=None, ending=ending, reason="", epoch=2, step=20, kept_epoch=2,
            train=figures[-1], validation=figures[-1], test=None, seconds=0.5, rows=rows,
        )  # fmt: skip

    def contestant(name: str, ends: dict[float, float], rate: float) -> Contestant:
        trials = tuple(member(name, tried, 0, end) for tried, end in ends.items())
        runs = tuple(member(name, rate, seed, ends[rate] + shift) for seed, shift in enumerate((-0.125, 0.125)))
        return Contestant(optimiser=name, settings={"rate": rate}, trials=trials, runs=runs)

    adam = contestant("adam", {0.001: 0.5, 0.01: 0.25, 0.1: 0.75}, 0.01)
    return measure([contestant("sgd", {0.01: 0.9, 0.1: 0.75, 1.0: math.inf}, 0.1), adam])


ENTRY = Evidence(
    summary="optimisers at their tuned settings over several seeds, with what the tuning tried",
    formula="median over seeds of the figure after k steps; mean +- s of the last",
    reference="R. M. Schmidt, F. Schneider, P. Hennig, Descending through a crowded valley, ICML 2021",
    measure=measure,
    example=example,
)
