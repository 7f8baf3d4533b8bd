"""Trace: the loss of every step in a bounded number of points, each the mean over as many steps as make them few enough."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32

MOST = 400


class Trace:
    """Means over `stride` steps; when there are `most`, neighbours are put together and the stride doubles.

    >>> trace = Trace(most=4)
    >>> for step, loss in enumerate([4.0, 2.0, 3.0, 1.0, 5.0, 1.0], start=1):
    ...     trace.add(step, loss)
    >>> trace.stride, trace.points().tolist()
    (2, [[2.0, 3.0], [4.0, 2.0], [6.0, 3.0]])
    """

    def __init__(self, most: int = MOST) -> None:
        self.most, self.stride = most, 1
        self.means: list[tuple[int, float]] = []
        self.open: list[float] = []

    def add(self, step: int, loss: float) -> None:
        """Take in the loss of a step."""
        self.open.append(loss)
        if len(self.open) < self.stride:
            return
        self.means.append((step, _mean(self.open)))
        self.open = []
        if len(self.means) >= self.most:
            self.means = [(last, _mean((one, other))) for (_, one), (last, other) in zip(self.means[::2], self.means[1::2], strict=True)]
            self.stride *= 2

    def points(self) -> Float32[np.ndarray, "points 2"]:
        """Return (the last step of a mean, the mean) in order; steps that make no whole mean yet are not there."""
        return np.array(self.means, dtype=np.float32).reshape(-1, 2)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
