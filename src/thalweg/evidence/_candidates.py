"""Candidates: the members of a sweep that differ in seed and fold only, taken together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np

from thalweg.evidence._axes import MISSING, Axis, axis
from thalweg.evidence._spread import Spread, spread
from thalweg.run.population_record import MemberResult


class Standing(StrEnum):
    """What a candidate's figure is worth, the best first."""

    TRAINED = "trained"
    DROPPED = "dropped"
    UNMEASURED = "unmeasured"
    DIVERGED = "diverged"


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Members with equal settings: `members` are their numbers, `accuracy` and `loss` the spread of their validation figures.

    `folds` holds by figure the mean of each fold's members. `epoch` and `step` are how far the furthest member came, `diverged` how many
    members were lost. `reason` says why figures are missing, or what happened to the members that have none.
    """

    settings: Mapping[str, Any]
    members: tuple[int, ...]
    seeds: tuple[int, ...]
    standing: Standing
    accuracy: Spread
    loss: Spread
    train: Spread
    test: Spread
    folds: Mapping[str, Mapping[int, float]]
    diverged: int
    epoch: int
    step: int
    seconds: float
    reason: str


def candidates(results: Sequence[MemberResult]) -> list[Candidate]:
    """Group members by their settings, in the order of their first appearance."""
    groups: dict[tuple[Any, ...], list[MemberResult]] = {}
    for result in results:
        groups.setdefault(tuple(sorted((name, repr(value)) for name, value in result.settings.items())), []).append(result)
    return [_candidate(group) for group in groups.values()]


def axes_of(ordered: Sequence[Candidate], monitor: str) -> tuple[Axis, ...]:
    """Return the axis of every setting, with the share of the figure's variance over candidates that it explains."""
    asked = sorted(ordered, key=lambda one: one.members[0])
    measured = [one for one in asked if getattr(one, monitor).mean is not None]
    made = []
    for name in dict.fromkeys(name for one in asked for name in one.settings):
        laid = axis(name, [one.settings.get(name, MISSING) for one in asked])
        cells = [laid.cell(one.settings.get(name, MISSING)) for one in measured]
        made.append(replace(laid, explained=explained(cells, [getattr(one, monitor).mean for one in measured])))
    return tuple(made)


def explained(cells: Sequence[int], figures: Sequence[float]) -> float | None:
    """Return epsilon squared, (SS_between - (k - 1) MS_within) / SS_total, at least 0, of figures in k cells.

    None with fewer than two cells, with no cell that holds two figures, or where all figures are equal: then nothing can be told.

    >>> explained([0, 0, 1, 1], [1.0, 1.0, 3.0, 3.0]), explained([0, 1], [1.0, 3.0])
    (1.0, None)
    """
    values, places = np.asarray(figures, dtype=np.float64), np.asarray(cells, dtype=np.int64)
    kinds = np.unique(places)
    total = float(((values - values.mean()) ** 2).sum()) if len(values) else 0.0
    if len(kinds) < 2 or len(values) == len(kinds) or total <= 0:
        return None
    within = float(sum(((values[places == kind] - values[places == kind].mean()) ** 2).sum() for kind in kinds))
    noise = within / (len(values) - len(kinds))
    return max(0.0, (total - within - (len(kinds) - 1) * noise) / total)


def _candidate(group: Sequence[MemberResult]) -> Candidate:
    lost = [member for member in group if member.diverged]
    alive = [member for member in group if not member.diverged]
    used = [member for member in alive if not member.dropped] or alive
    measured = [member for member in used if member.validation is not None]
    standing = Standing.DROPPED if measured and measured[0].dropped else Standing.TRAINED
    if not measured:
        standing = Standing.UNMEASURED if alive else Standing.DIVERGED
    furthest = max(used or group, key=lambda member: (member.epoch, member.step))
    return Candidate(
        settings=dict(group[0].settings),
        members=tuple(member.number for member in group),
        seeds=tuple(dict.fromkeys(member.seed for member in group)),
        standing=standing,
        accuracy=_spread(measured, "validation", "accuracy"),
        loss=_spread(measured, "validation", "loss"),
        train=_spread(measured, "train", "accuracy"),
        test=_spread(measured, "test", "accuracy"),
        folds={figure: _folds(measured, figure) for figure in ("accuracy", "loss")},
        diverged=len(lost),
        epoch=furthest.epoch,
        step=furthest.step,
        seconds=sum(member.seconds for member in group),
        reason=_reason(group, lost, standing),
    )


def _spread(members: Sequence[MemberResult], part: str, figure: str) -> Spread:
    return spread([getattr(figures, figure) for member in members if (figures := getattr(member, part)) is not None])


def _folds(members: Sequence[MemberResult], figure: str) -> dict[int, float]:
    folds = sorted({member.fold for member in members if member.fold is not None})
    means = {fold: _spread([member for member in members if member.fold == fold], "validation", figure).mean for fold in folds}
    return {fold: mean for fold, mean in means.items() if mean is not None}


def _reason(group: Sequence[MemberResult], lost: Sequence[MemberResult], standing: Standing) -> str:
    words = []
    if lost:
        first = min(lost, key=lambda member: member.step)
        share = f"all {len(group)} members" if len(lost) == len(group) > 1 else f"{len(lost)} of {len(group)} members"
        who = "" if len(group) == 1 else f"{share} diverged; member {first.number} "
        words.append(f"{who or 'diverged '}at step {first.step}" + (f": {first.reason}" if first.reason else ""))
    if standing is Standing.DROPPED:
        words.append(next((member.reason for member in group if member.dropped and member.reason), "dropped by the search"))
    if standing is Standing.UNMEASURED:
        words.append("no validation figure was measured")
    return "; ".join(words)
