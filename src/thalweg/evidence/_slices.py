"""Values of an objective on a line or a plane through the space of weights, grid points together, in pieces that can be interrupted."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float, Float64
from torch import Tensor

from thalweg.core.entries import Objective
from thalweg.core.errors import ConfigError
from thalweg.core.progress import Progress, Silent
from thalweg.core.subject import SliceValues
from thalweg.core.tree import Params
from thalweg.evidence._directions import at_points

PIECE, MOST = 1 << 20, 64
"""How many numbers the weights of the grid points that are evaluated together may have, and how many points that may be."""

QUICK_PIECE = 8
"""How many grid points a quick function of a slice is asked for at once."""


def ends(text: str) -> tuple[float, float] | None:
    """Read a range: `1` is from -1 to 1, `0:1` from 0 to 1, `auto` is left open; raises `ConfigError` on anything else.

    >>> ends("0.5"), ends("0:2"), ends("auto")
    ((-0.5, 0.5), (0.0, 2.0), None)
    """
    if text == "auto":
        return None
    try:
        numbers = [float(word) for word in text.split(":")]
    except ValueError:
        numbers = []
    low, high = (-numbers[0], numbers[0]) if len(numbers) == 1 else numbers if len(numbers) == 2 else (0.0, 0.0)
    if not low < high or not np.isfinite([low, high]).all():
        raise ConfigError(f"range must be a number above 0, as 1 (from -1 to 1), or two ends with low < high, as 0:1; got {text!r}.")
    return low, high


def steps(low: float, high: float, count: int) -> Float64[np.ndarray, " count"]:
    """Return `count` evenly spaced numbers from low to high; the middle of a symmetric range is exactly 0, a single one is the middle.

    >>> steps(-1.0, 1.0, 5).tolist(), steps(-1.0, 1.0, 1).tolist()
    ([-1.0, -0.5, 0.0, 0.5, 1.0], [0.0])
    """
    if count == 1:
        return np.array([(low + high) / 2])
    share = np.arange(count, dtype=np.float64)
    inner = (share * high + share[::-1] * low) / (count - 1)
    return np.concatenate([[low], inner[1:-1], [high]])


def evaluate_points(
    objective: Objective,
    centre: Params,
    directions: Sequence[Params],
    points: Float64[np.ndarray, "points axes"],
    *,
    quick: SliceValues | None = None,
    progress: Progress | None = None,
) -> tuple[Float64[np.ndarray, " points"], Float64[np.ndarray, "points examples"] | None]:
    """Return the objective at centre + sum_k points[:, k] directions[k], and every example's loss where `quick` tells it.

    Points are evaluated together, as many at once as fit; with `quick` in its precision. Where a coordinate is exactly zero everywhere
    the value is `objective.value(centre)`, bit for bit. What is not finite stays so.
    """
    shown = progress if progress is not None else Silent()
    size = sum(tensor[0].numel() for tensor in centre.values())
    piece = max(1, min(MOST, PIECE // size)) if quick is None else QUICK_PIECE
    asked = torch.from_numpy(points)
    values, losses = [], []
    shown.begin("evaluating the slice", len(points), "points")
    try:
        for begin in range(0, len(points), piece):
            some = asked[begin : begin + piece]
            if quick is None:
                values.append(objective.value(at_points(centre, directions, some)).double())
            else:
                own, penalty = quick(some)
                losses.append(own)
                values.append(own.double().mean(1) + penalty.double())
            shown.advance(len(some))
    finally:
        shown.end()
    found = torch.cat(values).numpy()
    found[~points.any(1)] = float(objective.value(centre)[0])
    return found, torch.cat(losses).double().numpy() if losses else None


def evaluate_plane(
    objective: Objective,
    centre: Params,
    first: Params,
    second: Params,
    xs: Float64[np.ndarray, " columns"],
    ys: Float64[np.ndarray, " rows"],
    progress: Progress | None = None,
    *,
    quick: SliceValues | None = None,
) -> Float64[np.ndarray, "rows columns"]:
    """Return the objective at every centre + x first + y second of a grid, row by row; NaN and infinities stay.

    `quick` is `subject.slices(centre, (first, second))` where the subject has it.
    """
    values, _ = evaluate_points(objective, centre, (first, second), grid(xs, ys), quick=quick, progress=progress)
    return values.reshape(len(ys), len(xs))


def grid(xs: Float64[np.ndarray, " columns"], ys: Float64[np.ndarray, " rows"]) -> Float64[np.ndarray, "points 2"]:
    """Return the points of a grid, row by row."""
    return np.stack(np.meshgrid(xs, ys), axis=2).reshape(-1, 2)


def curvature(objective: Objective, centre: Params, direction: Params, *, value: float) -> tuple[float, float]:
    """Return (f(h) - 2 f(0) + f(-h)) / h^2 along a direction, in units of its length, and the step h = eps^(1/4)."""
    step = float(torch.finfo(next(iter(centre.values())).dtype).eps) ** 0.25
    either = torch.tensor([[step], [-step]], dtype=torch.float64)
    ahead, behind = objective.value(at_points(centre, [direction], either)).tolist()
    return (ahead - 2 * value + behind) / step**2, step


def standard_error(losses: Float[Tensor, " examples"] | Float64[np.ndarray, " examples"]) -> float | None:
    """Return the standard error of the mean of independent numbers, s / sqrt(n) with n - 1 in s; None for a single one."""
    plain = np.asarray(losses, dtype=np.float64)
    return float(plain.std(ddof=1) / np.sqrt(len(plain))) if len(plain) > 1 else None
