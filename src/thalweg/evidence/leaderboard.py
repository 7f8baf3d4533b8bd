"""Leaderboard: the candidates of a sweep in order, with their spread, and what the order does not decide."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from scipy.integrate import quad
from scipy.stats import norm

from thalweg.core.display import Displayed
from thalweg.core.entries import Evidence
from thalweg.core.errors import DataError, unknown
from thalweg.evidence._axes import Axis
from thalweg.evidence._candidates import Candidate, Standing, axes_of, candidates
from thalweg.evidence._csv import csv_text
from thalweg.evidence._spread import Spread
from thalweg.run.population_record import MemberResult
from thalweg.run.record import Figures

MONITORS = ("accuracy", "loss")


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What a sweep was given: members, the epochs of a member that nothing stopped, and training examples processed by all together."""

    members: int
    epochs: int
    examples: int | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """A candidate's place: `figure` is the spread of what is monitored; `level` says whether the order leaves it beside the best.

    `level` is None where that cannot be told (a single member each).
    """

    rank: int
    candidate: Candidate
    figure: Spread
    level: bool | None


@dataclass(frozen=True, kw_only=True, repr=False)
class Leaderboard(Displayed):
    """Candidates, the best first.

    `level` counts those within one standard error of the best, the best included: among them the order decides nothing; None where
    no spread is known. `optimism` is how far the best of that many equally good candidates would lie above its own true mean by
    chance; None where `level` is. `reason` says why a number is missing.
    """

    monitor: Literal["accuracy", "loss"]
    rows: tuple[Row, ...]
    axes: tuple[Axis, ...]
    budget: Budget | None
    level: int | None
    optimism: float | None
    reason: str = ""

    @property
    def winner(self) -> Row | None:
        """The best candidate; None where no member has a figure."""
        first = self.rows[0]
        return None if first.figure.mean is None else first

    @property
    def varied(self) -> tuple[Axis, ...]:
        """The axes with more than one value."""
        return tuple(axis for axis in self.axes if len(axis.values) > 1)

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return asdict(self)

    def csv(self) -> str:
        """Return one line a candidate, numbers with all their digits; text that a spreadsheet would take for a formula is quoted."""
        folds = sorted({fold for row in self.rows for fold in row.candidate.folds[self.monitor]})
        heads = ["rank", *(axis.name for axis in self.axes), "standing"]
        heads += [f"validation {figure} {part}" for figure in MONITORS for part in ("mean", "deviation", "error")]
        heads += [f"validation {self.monitor} fold {fold}" for fold in folds]
        heads += ["train accuracy", "test accuracy", "members", "measured", "diverged", "level with best", "seconds", "reason"]
        return csv_text(heads, [self._cells(row, folds) for row in self.rows])

    def _cells(self, row: Row, folds: Sequence[int]) -> list[Any]:
        one = row.candidate
        spreads = [value for each in (one.accuracy, one.loss) for value in (each.mean, each.deviation, each.error)]
        own = [one.folds[self.monitor].get(fold) for fold in folds]
        ends = [one.train.mean, one.test.mean, len(one.members), row.figure.count, one.diverged, row.level, one.seconds, one.reason]
        return [row.rank, *(one.settings.get(axis.name) for axis in self.axes), one.standing.value, *spreads, *own, *ends]


def measure(results: Sequence[MemberResult], *, monitor: str = "accuracy", budget: Budget | None = None) -> Leaderboard:
    """Order the candidates of a sweep: members with equal settings, repeated over seeds and folds, are one candidate.

    A candidate's figure is the mean over its members of the validation figure at the kept weights, with standard deviation s (divisor
    n - 1) and standard error s / sqrt(n). The highest mean accuracy comes first, the lower mean loss where accuracies tie (`monitor`
    "loss": the lowest mean loss). A member that diverged has no figure, whatever its kept weights reach, and is counted. Candidates
    that a search dropped come after those trained to the end, the longest trained first; those without a single figure come last.

    The best is chosen as a maximum, so its figure flatters it. Candidates within one standard error of it are level: the order
    decides nothing among them. Were all k of them equally good, the best would lie E[max of k standard normals] standard errors
    (their root mean square) above its own mean by chance: that is `optimism`, a guide, as members share examples. What the
    winner reaches on test examples, by which nothing was chosen, is the figure to quote.

    Raises `DataError` without results, `ConfigError` on another monitor.

    >>> board = example()
    >>> [(row.candidate.settings["rate"], row.figure.mean) for row in board.rows[:2]]
    [(0.1, 0.9), (0.01, 0.8)]
    >>> board.level, board.rows[-1].candidate.reason
    (1, 'all 2 members diverged; member 4 at step 3: not finite')
    """
    if monitor not in MONITORS:
        raise unknown("monitor", monitor, MONITORS)
    if not results:
        raise DataError("a leaderboard needs at least one member; got none.")
    ordered = sorted(candidates(results), key=lambda one: _key(one, monitor))
    best: Spread = getattr(ordered[0], monitor)
    levels = [_level(getattr(one, monitor), best, monitor) if one.standing is ordered[0].standing else False for one in ordered]
    known = best.error is not None
    return Leaderboard(
        monitor="loss" if monitor == "loss" else "accuracy",
        rows=tuple(
            Row(rank=rank, candidate=one, figure=getattr(one, monitor), level=level if known else None)
            for rank, (one, level) in enumerate(zip(ordered, levels, strict=True), start=1)
        ),
        axes=axes_of(ordered, monitor),
        budget=budget,
        level=sum(levels) if known else None,
        optimism=_optimism([getattr(one, monitor) for one, level in zip(ordered, levels, strict=True) if level]) if known else None,
        reason="" if known else _unknown(best),
    )


def highest_of(count: int) -> float:
    """Return the expected highest of `count` independent standard normal numbers: integral of z d(Phi(z)^count).

    >>> round(highest_of(2), 6), highest_of(1)
    (0.56419, 0.0)
    """
    if count < 2:
        return 0.0
    return float(quad(lambda z: z * count * norm.pdf(z) * norm.cdf(z) ** (count - 1), -10, 10)[0])


def _key(one: Candidate, monitor: str) -> tuple[int | float, ...]:
    loss = math.inf if one.loss.mean is None else one.loss.mean
    accuracy = -math.inf if one.accuracy.mean is None else one.accuracy.mean
    figures = (-accuracy, loss) if monitor == "accuracy" else (loss, -accuracy)
    return (list(Standing).index(one.standing), -one.epoch if one.standing is Standing.DROPPED else 0, *figures, one.members[0])


def _level(figure: Spread, best: Spread, monitor: str) -> bool:
    if figure.mean is None or best.mean is None or best.error is None:
        return False
    behind = best.mean - figure.mean if monitor == "accuracy" else figure.mean - best.mean
    return behind <= best.error


def _optimism(level: Sequence[Spread]) -> float:
    errors = [figure.error for figure in level if figure.error is not None]
    return highest_of(len(level)) * math.sqrt(sum(error**2 for error in errors) / len(errors))


def _unknown(best: Spread) -> str:
    if best.mean is None:
        return "no member has a validation figure"
    return "the best candidate has a single member with a figure, so its spread is unknown: repeat over seeds or folds"


def example() -> Leaderboard:
    """Return three rates, two seeds each, of which the largest diverged."""
    shares = {0.01: (0.79, 0.81), 0.1: (0.9, 0.9), 10.0: (0.1, 0.1)}
    pairs = [(rate, seed, share) for rate, both in shares.items() for seed, share in enumerate(both)]
    results = [
        MemberResult(
            number=number, settings={"rate": rate}, seed=seed, fold=None, ending="diverged" if rate > 1 else "finished",
            reason="not finite" if rate > 1 else "", epoch=1, step=3, kept_epoch=1, train=None,
            validation=Figures.of(1 - share, 0.0, share), test=None, seconds=1.0, rows=(),
        )
        for number, (rate, seed, share) in enumerate(pairs)
    ]  # fmt: skip
    return measure(results, budget=Budget(members=6, epochs=1, examples=240))


ENTRY = Evidence(
    summary="the candidates of a sweep in order, with their spread and what the order leaves undecided",
    formula="mean over seeds and folds; s / sqrt(n); level: mean >= best - error",
    reference="T. Hastie, R. Tibshirani, J. Friedman, The Elements of Statistical Learning, 2nd ed., 2009, section 7.10",
    measure=measure,
    example=example,
)
