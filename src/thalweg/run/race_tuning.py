"""Tuning of a race: every entrant's step size by the same number of values, epochs and seeds, chosen by the validation figure."""

import math
from collections.abc import Sequence

from thalweg.run.keeping import merit
from thalweg.run.population import Member
from thalweg.run.population_record import MemberResult
from thalweg.run.race_entrants import Entrant
from thalweg.run.recipe import Recipe


def trials(entrants: Sequence[Entrant], *, seeds: Sequence[int], validated: bool) -> list[Member]:
    """Return the members of the tuning: every value of every entrant with every seed.

    Where there is a validation part (`validated`), it alone is measured after each epoch: what chooses needs no more.
    """
    return [
        Member(_measured(entrant.at(value, seed=seed), validated=validated), {"optimiser": entrant.optimiser, str(entrant.knob): value})
        for entrant in entrants
        for value in entrant.values
        for seed in seeds
    ]


def chosen(entrant: Entrant, tried: Sequence[MemberResult]) -> float | None:
    """Return the value whose trials are best: fewest seeds diverged, then the best mean figure after the last epoch.

    The figure is the recipe's `monitor` on the validation part (on the training part where there is none); where accuracies tie, the lower
    loss decides, and then the smaller value. None where nothing is tuned.
    """
    if entrant.knob is None:
        return None
    knob, monitor = entrant.knob, entrant.recipe.monitor

    def worth(value: float) -> tuple[float, ...]:
        own = [trial for trial in tried if trial.settings[knob] == value]
        return (-float(sum(trial.diverged for trial in own)), *_mean([last(trial, monitor) for trial in own]))

    return max(entrant.values, key=worth)


def last(trial: MemberResult, monitor: str) -> tuple[float, ...]:
    """Return the merit of a trial's last row: higher is better; the worst there is where it has none."""
    return merit(trial.rows[-1], monitor) if trial.rows else (-math.inf,) * (2 if monitor == "accuracy" else 1)


def _mean(figures: Sequence[tuple[float, ...]]) -> tuple[float, ...]:
    return tuple(sum(column) / len(column) for column in zip(*figures, strict=True))


def _measured(recipe: Recipe, *, validated: bool) -> Recipe:
    return recipe.with_changes(measure="validation") if validated else recipe
