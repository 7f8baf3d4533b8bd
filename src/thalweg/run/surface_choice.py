"""Which rate of an optimiser is its best over a surface."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float64

from thalweg.run.surface_ending import settled
from thalweg.run.surface_record import Attempt, Finish

EQUAL = 1e-12
"""Final values that differ by less than this share of the fall from the start are equal: beyond it rounding would decide."""


def best_attempt(attempts: Sequence[Attempt], values: Float64[np.ndarray, "steps members"], finish: float | None) -> int:
    """Return which attempt is best, given every attempt's values at all steps.

    With a finish, the one that is over it first, where any is. Otherwise the one with the lowest final
    value among those that stayed finite (among all, where none did); of equals, to within `EQUAL`, the one whose value came there first
    and stayed. What is still equal is decided by the order of the attempts, the smaller rate first.
    """
    over = [member for member, attempt in enumerate(attempts) if attempt.ended.finish is Finish.ESCAPED]
    if finish is not None and over:
        return min(over, key=lambda member: np.argmax(values[:, member] <= finish))
    finite = [member for member, attempt in enumerate(attempts) if attempt.ended.finish is not Finish.DIVERGED]
    able = finite or list(range(len(attempts)))
    lowest = min(attempts[member].final for member in able)
    goal = lowest + EQUAL * abs(values[0, 0] - lowest)
    equal = [member for member in able if attempts[member].final <= goal]
    return min(equal, key=lambda member: settled(values[:, member] > goal))
