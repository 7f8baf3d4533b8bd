"""The plane of largest variance of a path: its two axes, where each point lies on it and how far off it."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float64
from torch import Tensor

from thalweg.core.subject import Unsuited
from thalweg.core.tree import Params, flatten, unflatten

FEWEST = 3
"""Points that a plane takes."""


@dataclass(frozen=True, eq=False, kw_only=True)
class PathPlane:
    """Two perpendicular axes of length 1 through the end of a path.

    `coordinates` [points, 2] and `off` [points] are in the units of the weights; `shares` are the axes' shares of the path's variance;
    `extent` is the largest distance of a point from the end.
    """

    end: Params
    axes: tuple[Params, Params]
    rows: Float64[Tensor, "2 total"]
    coordinates: Float64[Tensor, "points 2"]
    off: Float64[Tensor, " points"]
    shares: tuple[float, float]
    extent: float

    def at(self, params: Params) -> tuple[float, float, float]:
        """Return the coordinates of other weights [1, ...] and their distance off the plane."""
        found, off = _projected((flatten(params) - flatten(self.end)).double(), self.rows)
        return float(found[0, 0]), float(found[0, 1]), float(off[0])


def plane_of(points: Params) -> PathPlane:
    """Return the plane through the last of some points [points, ...] along the two directions in which they vary most.

    With D the points less the last one and D' = D less its mean, the axes are the first two right singular vectors of D', and their
    shares s_k^2 / sum_j s_j^2. Signs are such that the first point has no positive coordinate. Raises `Unsuited` where there are fewer
    than three points or two parameters, and where the points do not differ.

    Reference: Li et al., Visualizing the loss landscape of neural nets, NeurIPS 2018, section 7.
    """
    names = list(points)
    rows = flatten(points).double()
    if len(rows) < FEWEST or rows.shape[1] < 2:
        raise Unsuited(f"a plane takes at least {FEWEST} points of a path of at least 2 parameters; got {len(rows)} of {rows.shape[1]}.")
    offsets = rows - rows[-1]
    extent = float(offsets.norm(dim=1).max())
    if not extent > 0 or not torch.isfinite(rows).all():
        raise Unsuited(
            "the weights did not move: their path is a single point." if extent == 0 else "the path has weights that are not finite."
        )
    _, singular, right = torch.linalg.svd(offsets - offsets.mean(0), full_matrices=False)
    axes = right[:2] * torch.where(right[:2] @ offsets[0] > 0, -1.0, 1.0)[:, None]
    squares = (singular**2 / (singular**2).sum()).tolist()
    coordinates, off = _projected(offsets, axes)
    like = {name: tensor[-1:] for name, tensor in points.items()}
    first, second = ({name: tensor.to(like[name]) for name, tensor in unflatten(axis[None], like).items()} for axis in axes)
    assert list(first) == names
    return PathPlane(
        end=like, axes=(first, second), rows=axes, coordinates=coordinates, off=off, shares=(squares[0], squares[1]), extent=extent
    )


def _projected(offsets: Float64[Tensor, "points total"], axes: Float64[Tensor, "2 total"]) -> tuple[Tensor, Tensor]:
    found = offsets @ axes.T
    return found, (offsets - found @ axes).norm(dim=1)


def chosen(count: int, most: int, *, always: Sequence[int] = ()) -> list[int]:
    """Return at most `most` places out of `count`, evenly spaced with the first and the last, and some others always.

    >>> chosen(9, 3), chosen(9, 3, always=[2]), chosen(2, 5)
    ([0, 4, 8], [0, 2, 4, 8], [0, 1])
    """
    if count <= most:
        return list(range(count))
    return sorted({*always, *(round(share * (count - 1) / (most - 1)) for share in range(most))})
