"""Places: what every point of a path over a landscape is, and how far the nearest known critical point lies."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64

from thalweg.core.entries import Critical
from thalweg.run.surface_verdict import verdict


@dataclass(frozen=True, kw_only=True, eq=False)
class Places:
    """One row a point of a path.

    `shapes` is what the eigenvalues alone say: the verdict if the gradient were zero. `kinds` is the verdict. `nearest` counts in the list
    of known critical points, of equal distances the first; None, like `distances`, where no critical point is known.
    """

    shapes: tuple[str, ...]
    kinds: tuple[str, ...]
    nearest: Int64[np.ndarray, " points"] | None
    distances: Float64[np.ndarray, " points"] | None


def places(
    path: Float64[np.ndarray, "points 2"],
    gradient_norms: Float64[np.ndarray, " points"],
    eigenvalues: Float64[np.ndarray, "points 2"],
    critical: Sequence[Critical],
) -> Places:
    """Judge every point of a path by its gradient's norm and its Hessian's eigenvalues, and measure to the nearest critical point.

    >>> bottom = Critical(point=(0.0, 0.0), kind="saddle", value=0.0)
    >>> found = places(np.array([[3.0, 4.0]]), np.array([5.0]), np.array([[-1.0, 1.0]]), [bottom])
    >>> found.shapes, found.kinds, found.nearest.tolist(), found.distances.tolist()
    (('saddle',), ('not critical',), [0], [5.0])
    """
    rows = list(zip(gradient_norms.tolist(), eigenvalues.tolist(), strict=True))
    known = np.array([each.point for each in critical]).reshape(-1, 2)
    far = np.hypot(*(path[:, None] - known).transpose(2, 0, 1))
    return Places(
        shapes=tuple(verdict(0.0, low, high).kind for _, (low, high) in rows),
        kinds=tuple(verdict(norm, low, high).kind for norm, (low, high) in rows),
        nearest=far.argmin(1) if critical else None,
        distances=far.min(1) if critical else None,
    )
