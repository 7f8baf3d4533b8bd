"""Orders: errors of forward and centred differences against the step, along one direction through all parameters."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from thalweg.core.tree import Params
from thalweg.evidence._differences import order_of
from thalweg.evidence._probes import Watched, drawn

LARGEST, PER_DECADE, POINTS = 4.0, 4, 41


@dataclass(frozen=True, kw_only=True)
class Order:
    """A line fitted through errors on log-log axes between two steps: error ~ step^exponent."""

    exponent: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Orders:
    """|quotient - analytic slope| for falling steps along a direction in `along`; `smooth` says where no kink lies between.

    An order is None, with the reason beside it, where rounding hides the error of truncation or where kinks leave too few steps.
    `noise` over the step is the rounding of a quotient.
    """

    along: str
    steps: tuple[float, ...]
    forward: tuple[float, ...]
    centred: tuple[float, ...]
    smooth: tuple[bool, ...]
    noise: float
    slope: float
    forward_order: Order | None
    centred_order: Order | None
    reason: str = ""


def orders(watched: Watched, slopes: Params, held: dict[str, Tensor], *, clear: str, noise: float, seed: int) -> Orders:
    """Walk along a Gaussian direction of length 1 through all parameters, coordinates on a kink left out.

    Where kinks are too near for the order of centred differences to show, walk in the tensor `clear` instead, which keeps clear of them
    furthest.
    """
    course = _course(watched, slopes, held, list(slopes), noise=noise, seed=seed)
    if course.centred_order is None and not all(course.smooth):
        return _course(watched, slopes, held, [clear], noise=noise, seed=seed)
    return course


def _course(watched: Watched, slopes: Params, held: dict[str, Tensor], names: Sequence[str], *, noise: float, seed: int) -> Orders:
    direction = {name: drawn(slopes[name], seed, "orders", name) for name in names}
    direction = {name: tensor.masked_fill(held[name], 0.0) if name in held else tensor for name, tensor in direction.items()}
    length = math.sqrt(sum(float(tensor.square().sum()) for tensor in direction.values())) or 1.0
    direction = {name: tensor / length for name, tensor in direction.items()}
    slope = sum(float((slopes[name] * direction[name]).sum()) for name in names)
    rungs = [watched.rung(direction, LARGEST * 10 ** (-place / PER_DECADE)) for place in range(POINTS)]
    rungs = [rung for rung in rungs if math.isfinite(rung.up) and math.isfinite(rung.down)]
    forward = [abs((rung.up - watched.value) / rung.step - slope) for rung in rungs]
    centred = [abs(rung.quotient - slope) for rung in rungs]
    start = max((place for place, rung in enumerate(rungs) if rung.kinks), default=-1) + 1
    steps, floors = [rung.step for rung in rungs], [noise / rung.step for rung in rungs]
    fits = [order_of(steps[start:], errors[start:], floors[start:]) for errors in (forward, centred)]
    first, second = (None if fit is None else Order(exponent=fit[0], low=fit[1], high=fit[2]) for fit in fits)
    return Orders(
        along="all parameters" if len(names) == len(slopes) else names[0], steps=tuple(steps), forward=tuple(forward),
        centred=tuple(centred), smooth=tuple(not rung.kinks for rung in rungs), noise=noise, slope=slope, forward_order=first,
        centred_order=second, reason=_reason(first, second, kinked=start > 0),
    )  # fmt: skip


def _reason(forward: Order | None, centred: Order | None, *, kinked: bool) -> str:
    if forward is not None and centred is not None:
        return ""
    which = "centred" if forward is not None else "forward" if centred is not None else "forward and centred"
    where = "at the steps below the nearest kink " if kinked else ""
    derivative = "third" if which == "centred" else "second" if which == "forward" else "second and third"
    return f"{where}the error of {which} differences is rounding, for the {derivative} derivative along this direction is too small"
