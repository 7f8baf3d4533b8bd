"""History: the figures along a training, thinned so that a curve never has more than a few hundred points."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32

from thalweg.run.record import Figures

MOST = 300
COLUMNS = ("step", "loss", "total", "accuracy", "held_loss", "held_total", "held_accuracy")
MISSING = float("nan")


class History:
    """Rows of figures by step; the first and the last one always stay."""

    def __init__(self) -> None:
        self.rows: list[tuple[float, ...]] = []
        self.gap = 1

    def add(self, step: int, train: Figures, held: Figures | None) -> None:
        """Take in what was measured after some steps; going back in time forgets what came later."""
        row = (float(step), *_three(train), *_three(held))
        if self.rows and step < self.rows[-1][0]:
            self.__init__()  # type: ignore[misc]
        if (self.rows and step == self.rows[-1][0]) or (len(self.rows) > 1 and self.rows[-1][0] - self.rows[-2][0] < self.gap):
            self.rows[-1] = row
        else:
            self.rows.append(row)
        if len(self.rows) > MOST:
            self._thin()

    def _thin(self) -> None:
        self.gap *= 2
        kept, last = [self.rows[0]], self.rows[-1]
        for row in self.rows[1:-1]:
            if row[0] - kept[-1][0] >= self.gap:
                kept.append(row)
        self.rows = [*kept, last]

    def array(self) -> Float32[np.ndarray, "rows columns"]:
        """Return the rows in the order of `COLUMNS`; what was not measured is not a number."""
        return np.array(self.rows, np.float32).reshape(-1, len(COLUMNS))


def _three(figures: Figures | None) -> Sequence[float]:
    return (MISSING,) * 3 if figures is None else (figures.loss, figures.total, figures.accuracy)
