"""Plane: what a score function answers at every point of the plane, with the examples that lie on it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Float64, Int64

from thalweg.core.display import Displayed
from thalweg.core.entries import Evidence
from thalweg.core.errors import ConfigError, DataError
from thalweg.evidence._strict import number


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Plane(Displayed):
    """Scores on a grid: `scores[j, i]` belongs to the point (x[i], y[j]); `predicted` are the answers at the points themselves."""

    x: Float64[np.ndarray, " columns"]
    y: Float64[np.ndarray, " rows"]
    scores: Float[np.ndarray, "rows columns classes"]
    points: Float[np.ndarray, "n 2"]
    labels: Int64[np.ndarray, " n"]
    predicted: Int64[np.ndarray, " n"]
    classes: tuple[str, ...]
    reason: str = ""

    @property
    def regions(self) -> Int64[np.ndarray, "rows columns"]:
        """The class with the highest score at each grid point, the first of equals."""
        return self.scores.argmax(2)

    def lead(self, index: int) -> Float[np.ndarray, "rows columns"]:
        """Return the score of class `index` less the highest of the others: zero on the border of its region."""
        others = np.delete(self.scores, index, axis=2)
        return self.scores[:, :, index] - others.max(2)

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object: the grid's ends and each class's share of the area, not the grid."""
        shares = np.bincount(self.regions.ravel(), minlength=len(self.classes)) / self.regions.size
        return {
            "x": [number(self.x[0]), number(self.x[-1])],
            "y": [number(self.y[0]), number(self.y[-1])],
            "classes": list(self.classes),
            "area": [number(share) for share in shares],
            "right": int((self.predicted == self.labels).sum()),
            "count": len(self.labels),
            "reason": self.reason,
        }


def measure(
    points: Float[np.ndarray, "n 2"],
    labels: Int64[np.ndarray, " n"],
    score: Callable[[Float64[np.ndarray, "m 2"]], Float[np.ndarray, "m classes"]],
    *,
    classes: Sequence[str],
    resolution: int = 120,
    margin: float = 0.15,
) -> Plane:
    """Ask the score function on a grid over the points' bounding box, widened by `margin` of its sides.

    The region of a class is where its score is the highest. For f(x) = Wx + b the border between two regions is the line
    (W_j - W_k) x + b_j - b_k = 0; for other score functions it bends. A side without extent is widened by `margin` itself.

    Raises `DataError` without points, `ConfigError` on a resolution below 2.

    >>> plane = measure(np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([0, 1]), lambda p: np.stack([1 - p[:, 0], p[:, 0]], 1), classes="ab")
    >>> plane.regions[0, [0, -1]].tolist(), plane.predicted.tolist()
    ([0, 1], [0, 1])
    """
    if not len(points):
        raise DataError("a plane needs at least one point; got none.")
    if resolution < 2:
        raise ConfigError(f"resolution must be a whole number >= 2; got {resolution}.")
    low, high = points.min(0).astype(np.float64), points.max(0).astype(np.float64)
    side = np.where(high > low, high - low, 1.0)
    x, y = (np.linspace(low[axis] - margin * side[axis], high[axis] + margin * side[axis], resolution) for axis in (0, 1))
    grid = np.stack(np.meshgrid(x, y), axis=2).reshape(-1, 2)
    scores = np.asarray(score(grid)).reshape(resolution, resolution, -1)
    if scores.shape[2] != len(classes):
        raise DataError(f"the score function must answer {len(classes)} scores a point; got {scores.shape[2]}.")
    predicted = np.asarray(score(points.astype(np.float64))).argmax(1)
    reason = "" if np.isfinite(scores).all() else "some scores of the plane are not finite"
    return Plane(x=x, y=y, scores=scores, points=points, labels=labels, predicted=predicted, classes=tuple(classes), reason=reason)


def example() -> Plane:
    """Return the three corners of a triangle, each scored by nearness: s_k = -|x - c_k|^2."""
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])

    def score(points: Float64[np.ndarray, "m 2"]) -> Float64[np.ndarray, "m classes"]:
        return -((points[:, None] - corners) ** 2).sum(2)

    return measure(corners, np.arange(3), score, classes=("south-west", "south-east", "north-west"), resolution=21)


ENTRY = Evidence(
    summary="decision regions and borders of two-dimensional points",
    formula="region_k = {x : s_k(x) >= s_j(x) for all j}",
    reference="Stanford CS231n, Linear classification demo",
    measure=measure,
    example=example,
)
