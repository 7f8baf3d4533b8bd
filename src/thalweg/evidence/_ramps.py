"""Ramps: one seed's loss while its rate grows by a factor a step, smoothed and read."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float64

from thalweg.evidence._axes import word
from thalweg.evidence._strict import number

SURE = 4
"""How many smoothed noises the loss must move to have moved: chance alone does so about once in a thousand ramps."""
MARGIN = 3
"""A seed's band ends at the rate of the lowest loss over this."""
AGREE = 10
"""Seeds whose steepest rates differ by more than this factor disagree."""
FEWEST = 20
"""The fewest steps of a ramp."""

Fault = Literal["", "first", "early", "flat", "narrow"]


@dataclass(frozen=True, kw_only=True)
class Ramp:
    """One seed: its smoothed curve until it diverged, and the rates read off it.

    `low` and `high` are the ends of the seed's band, `lowest` the rate of the lowest loss, `diverged` the rate at which the ramp was lost
    (None: not up to the highest). `open` says that the loss was still falling at the highest rate. `fault` says why there is no band:
    `first` (diverged at the first step), `early` (diverged before it had fallen beyond its noise), `flat` (never fell beyond its noise)
    or `narrow` (the band would end before it began).
    """

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    start: float
    steepest: float | None
    lowest: float | None
    diverged: float | None
    low: float | None
    high: float | None
    open: bool
    fault: Fault


def smoothed(values: Float64[np.ndarray, " steps"], smoothing: float) -> Float64[np.ndarray, " steps"]:
    """Return m_t / (1 - b^(t+1)) with m_t = b m_(t-1) + (1 - b) x_t from m = 0: the mean of x_0 ... x_t with weights b^(t-k).

    >>> smoothed(np.array([1.0, 4.0]), 0.5).tolist()
    [1.0, 3.0]
    """
    means, mean = [], 0.0
    for step, value in enumerate(values.tolist(), start=1):
        mean = smoothing * mean + (1 - smoothing) * value
        means.append(mean / (1 - smoothing**step))
    return np.array(means, dtype=np.float64)


def noises(steps: int, noise: float, smoothing: float) -> Float64[np.ndarray, " steps"]:
    """Return the standard deviation of each smoothed value of independent noise: noise * sqrt(sum_k w_k^2).

    With w_k = b^k (1 - b) / (1 - b^n), sum_k w_k^2 = (1 - b) (1 + b^n) / ((1 + b) (1 - b^n)).

    >>> noises(2, 1.0, 0.5).round(6).tolist()
    [1.0, 0.745356]
    """
    powers = smoothing ** np.arange(1, steps + 1, dtype=np.float64)
    return noise * np.sqrt((1 - smoothing) * (1 + powers) / ((1 + smoothing) * (1 - powers)))


def ramp(
    rates: Float64[np.ndarray, " steps"], losses: Float64[np.ndarray, " steps"], *, start: float, noise: float, smoothing: float
) -> Ramp:
    """Read one seed's ramp; the rules stand at `thalweg.evidence.rate_band.measure`."""
    finite = int(np.argmin(np.isfinite(losses))) if not np.isfinite(losses).all() else len(losses)
    curve, places = smoothed(losses[:finite], smoothing), smoothed(np.log(rates[:finite]), smoothing)
    sure = SURE * noises(finite, noise, smoothing)
    if not finite:
        return _ramp(places, curve, start, fault="first", diverged=float(rates[0]))
    bottom = int(curve.argmin())
    above = np.flatnonzero(curve[bottom:] <= start + sure[bottom:])
    lost = bottom + int(above[-1]) + 1 if len(above) else bottom
    diverged = float(np.exp(places[lost])) if lost < finite else float(rates[finite]) if finite < len(losses) else None
    below = curve < start - sure
    if not below[bottom]:
        early: Fault = "first" if lost == 0 or finite == 1 else "early"
        return _ramp(places, curve, start, fault="flat" if diverged is None else early, diverged=diverged)
    first = bottom - int(np.argmin(below[bottom::-1])) + 1 if not below[: bottom + 1].all() else 0
    still = diverged is None and bottom == finite - 1
    low, lowest = float(np.exp(places[first])), float(np.exp(places[bottom]))
    high = lowest / MARGIN
    fault: Fault = "" if low < high else "narrow"
    steepest = _steepest(places, curve, first, bottom)
    return _ramp(places, curve, start, fault=fault, diverged=diverged, low=low, high=high, lowest=lowest, steepest=steepest, still=still)


def rate_word(rate: float | None) -> str:
    """Return a rate with three digits, or a dash where there is none.

    >>> rate_word(0.000501187), rate_word(None)
    ('5.01e-4', '–')
    """
    return "–" if rate is None else word(rate, digits=3)


def _steepest(places: Float64[np.ndarray, " steps"], curve: Float64[np.ndarray, " steps"], first: int, bottom: int) -> float:
    """Return the rate at which the curve falls fastest per unit of log rate, between where it began to fall and its lowest point."""
    slopes = np.gradient(curve, places)
    return float(np.exp(places[first + int(slopes[first : bottom + 1].argmin())]))


def _ramp(
    places: Float64[np.ndarray, " steps"],
    curve: Float64[np.ndarray, " steps"],
    start: float,
    *,
    fault: Fault,
    diverged: float | None,
    low: float | None = None,
    high: float | None = None,
    lowest: float | None = None,
    steepest: float | None = None,
    still: bool = False,
) -> Ramp:
    kept = fault == ""
    return Ramp(
        rates=tuple(float(rate) for rate in np.exp(places)),
        losses=tuple(float(loss) for loss in curve),
        start=start,
        steepest=steepest,
        lowest=lowest,
        diverged=None if diverged is None else number(diverged),
        low=low if kept else None,
        high=high if kept else None,
        open=still,
        fault=fault,
    )
