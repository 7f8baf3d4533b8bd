"""Course of a search: one method from several seeds as one population, measured at some of its steps."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Silent
from thalweg.run.conduct import first_state, workers
from thalweg.run.loop import Loop
from thalweg.run.recipe import Recipe
from thalweg.run.setting import Setting, settle_down
from thalweg.run.signals import Stop

POINTS = 48
"""Points at which a course is measured, closer together at its beginning."""


@dataclass(frozen=True, kw_only=True)
class Course:
    """One member's course: the objective over the training part, and the accuracy, after some numbers of evaluations."""

    evaluations: tuple[int, ...]
    objectives: tuple[float, ...]
    accuracies: tuple[float, ...]

    @property
    def lowest(self) -> float:
        """The lowest finite objective that was measured, infinity where there was none."""
        return min((value for value in self.objectives if math.isfinite(value)), default=math.inf)


def courses(
    recipes: Sequence[Recipe], images: ImageSet, *, evaluations: int, cost: int, part: str, told: Callable[[int], None]
) -> list[Course]:
    """Let members search, all side by side; return the course of each.

    Knowing the objective at the first weights takes one evaluation, each step `cost` more: after k steps 1 + k cost have been made, and
    there are as many steps as fit. `told(n)` hears of evaluations as they are made. A member that diverges has one more point, the last,
    where its figures are NaN.
    """
    setting = settle_down(list(recipes), images)
    steps = (evaluations - 1) // cost
    marks = measured(steps)
    seen: list[list[tuple[int, float, float]]] = [[] for _ in recipes]
    with workers(setting) as equipped:
        loop = _loop(equipped)
        state = first_state(equipped, None)
        for step in range(steps + 1):
            if step in marks:
                objective, score = (loop.measured(each, state.params, state.buffers) for each in ("train", part))
                for place, number in enumerate(state.active):
                    seen[number].append((1 + step * cost, objective[place].total, score[place].accuracy))
            if step == steps:
                break
            state, _ = loop.step(state, loop.train)
            told(cost)
            if state.ended:
                break
    for rows in seen:
        if rows[-1][0] < 1 + steps * cost:
            rows.append((1 + steps * cost, math.nan, math.nan))
    return [Course(evaluations=a, objectives=b, accuracies=c) for a, b, c in (tuple(zip(*rows, strict=True)) for rows in seen)]


def measured(steps: int) -> set[int]:
    """Return the numbers of steps after which a course is measured: 0, the last, and some between at growing distances.

    >>> sorted(measured(3)), len(measured(1000)), max(measured(1000))
    ([0, 1, 2, 3], 41, 1000)
    """
    return {0, *(round(number) - 1 for number in np.geomspace(1, steps + 1, POINTS).tolist())}


def _loop(setting: Setting) -> Loop:
    return Loop(setting, save=lambda _: None, log=lambda *_: None, stop=Stop(), progress=Silent(), clock=lambda: 0.0)
