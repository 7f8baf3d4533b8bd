"""Band of rates: from which rate on the loss falls and at which it turns, over several seeds; or that no rate can be suggested."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Float64

from thalweg.core.display import Displayed
from thalweg.core.entries import Evidence
from thalweg.core.errors import ConfigError
from thalweg.evidence._ramps import AGREE, FEWEST, MARGIN, SURE, Ramp, ramp, rate_word


@dataclass(frozen=True, kw_only=True)
class Limit:
    """2 / lambda_max of the Hessian at the start: the largest stable rate of plain gradient descent on a quadratic.

    `residual` is that of the eigenpair, |H v - lambda v|.
    """

    rate: float
    residual: float


@dataclass(frozen=True, kw_only=True, repr=False)
class RateBand(Displayed):
    """One ramp a seed, the band of rates that suits all of them, and a suggestion inside it.

    `low`, `high` and `suggestion` are None together, and `reason` says why; `remarks` say what to know of a band that there is.
    `rates` are the lowest and the highest tried.
    """

    rates: tuple[float, float]
    steps: int
    ramps: tuple[Ramp, ...]
    low: float | None
    high: float | None
    suggestion: float | None
    noise: float
    smoothing: float
    limit: Limit | None
    reason: str = ""
    remarks: tuple[str, ...] = ()

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return asdict(self)


def measure(
    rates: Float[np.ndarray, " steps"],
    losses: Float[np.ndarray, "seeds steps"],
    *,
    start: Float[np.ndarray, " seeds"],
    noise: float,
    limit: Limit | None = None,
    smoothing: float = 0.8,
) -> RateBand:
    """Read a band of usable rates off ramps of the rate, one a seed, or say why there is none.

    The rate grows by one factor a step; `losses[s, t]` is the batch loss of seed s after its step with `rates[t]`, NaN once it diverged;
    `start[s]` is the loss before the first step and `noise` the standard deviation of a batch loss at fixed weights. For each seed:

    1. Losses and log rates are smoothed by the same bias-corrected exponential mean, so that smoothing shifts no straight line; what
       happens suddenly is placed too low, by b / (1 - b) steps at most.
    2. The ramp *diverges* where the loss is first not finite, or where its smoothed value rises above `start` by more than 4 smoothed
       noises (after the lowest point, and for good): from there on it is worse than not having trained.
    3. The loss *falls* where its smoothed value lies more than 4 smoothed noises below `start`, and goes on so until its lowest point:
       there the seed's band begins. It ends at a third of the rate with the lowest loss, for a ramp gives each rate a single step, in
       which an instability has no time to show.
    4. The *steepest* rate is where the smoothed loss falls fastest per unit of log rate, inside that stretch.

    The band is what all seeds' bands share; the suggestion is the geometric mean of the steepest rates, moved into the band. There is
    none where a seed diverged before it fell, never fell, or turned before a band opened; where steepest rates differ by more than
    a factor 10; or where the bands share nothing.

    Raises `ConfigError` where rates do not grow by one factor, where there are fewer than 20, or on a negative noise.

    >>> band = example()
    >>> [round(rate, 4) for rate in (band.low, band.suggestion, band.high)], band.reason
    ([0.0089, 0.0282, 0.0837], '')
    """
    _check(rates, losses, start, noise=noise, smoothing=smoothing)
    plain = np.asarray(rates, dtype=np.float64)
    values = np.asarray(losses, dtype=np.float64)
    ramps = tuple(ramp(plain, values[seed], start=float(start[seed]), noise=noise, smoothing=smoothing) for seed in range(len(values)))
    reason = _reason(ramps, plain)
    low, high, suggestion = _shared(ramps) if not reason else (None, None, None)
    return RateBand(
        rates=(float(plain[0]), float(plain[-1])),
        steps=len(plain),
        ramps=ramps,
        low=low,
        high=high,
        suggestion=suggestion,
        noise=noise,
        smoothing=smoothing,
        limit=limit,
        reason=reason,
        remarks=_remarks(ramps, plain, suggestion, limit),
    )


def _check(
    rates: Float[np.ndarray, " steps"],
    losses: Float[np.ndarray, "seeds steps"],
    start: Float[np.ndarray, " seeds"],
    *,
    noise: float,
    smoothing: float,
) -> None:
    if len(rates) < FEWEST or not len(losses):
        raise ConfigError(f"a ramp needs at least {FEWEST} steps and one seed; got {len(rates)} steps, {len(losses)} seeds.")
    if not np.isfinite(rates).all() or rates[0] <= 0 or not np.isfinite(start).all():
        raise ConfigError("rates must be finite and above 0, start losses finite.")
    factors = np.asarray(rates[1:], dtype=np.float64) / np.asarray(rates[:-1], dtype=np.float64)
    if factors.min() <= 1 or factors.max() > factors.min() * (1 + 1e-3):
        raise ConfigError(f"rates must grow by one factor above 1 a step; got factors from {factors.min():.6g} to {factors.max():.6g}.")
    if not 0 <= noise < math.inf:
        raise ConfigError(f"noise must be a number in [0, inf); got {noise}.")
    if not 0 <= smoothing < 1:
        raise ConfigError(f"smoothing must be a number in [0, 1); got {smoothing}.")


def _reason(ramps: Sequence[Ramp], rates: Float64[np.ndarray, " steps"]) -> str:
    """Return why there is no band, the first thing that is wrong; empty where there is one."""
    count, first = len(ramps), rate_word(rates[0])
    for fault, words in (
        ("first", f"diverged at the first rate, {first}: begin at a lower rate"),
        ("early", f"diverged before the loss had fallen by more than {SURE} times its noise: begin at a lower rate, or take more steps"),
        ("flat", f"never fell by more than {SURE} times the noise: go up to higher rates, take more steps or larger batches"),
        ("narrow", f"fell only within a factor {MARGIN} of the rate where the loss turned: take more steps, over fewer decades"),
    ):
        found = sum(each.fault == fault for each in ramps)
        if found:
            return f"{found} of {count} seeds {words}"
    steepest = [each.steepest for each in ramps if each.steepest is not None]
    if max(steepest) > AGREE * min(steepest):
        ends = f"{rate_word(min(steepest))} to {rate_word(max(steepest))}"
        return f"the seeds disagree: the loss falls fastest at rates from {ends}; take larger batches"
    low, high = _ends(ramps)
    return (
        ""
        if low < high
        else f"the seeds' bands share no rate: one begins at {rate_word(low)}, another ends at {rate_word(high)}; take larger batches"
    )


def _ends(ramps: Sequence[Ramp]) -> tuple[float, float]:
    return max(each.low for each in ramps if each.low is not None), min(each.high for each in ramps if each.high is not None)


def _shared(ramps: Sequence[Ramp]) -> tuple[float, float, float]:
    low, high = _ends(ramps)
    centre = math.exp(float(np.mean([math.log(each.steepest) for each in ramps if each.steepest is not None])))
    return low, high, min(max(centre, low), high)


def _remarks(ramps: Sequence[Ramp], rates: Float64[np.ndarray, " steps"], suggestion: float | None, limit: Limit | None) -> tuple[str, ...]:
    if suggestion is None:
        return ()
    remarks = []
    if len(ramps) == 1:
        remarks.append("one seed only: whether others agree is not known")
    if any(each.open for each in ramps):
        remarks.append(f"the loss was still falling at the highest rate, {rate_word(rates[-1])}: higher rates may do as well")
    if any(each.low is not None and each.low <= rates[0] * (1 + 1e-9) for each in ramps):
        remarks.append(f"the loss was falling from the lowest rate, {rate_word(rates[0])}, on: lower rates may do as well")
    if limit is not None and suggestion >= limit.rate:
        remarks.append(
            f"the suggestion lies above 2 / lambda_max = {rate_word(limit.rate)}, where plain gradient descent on a quadratic diverges; "
            "with momentum, an adaptive method or changing curvature it may still hold"
        )
    return tuple(remarks)


def example() -> RateBand:
    """Return two seeds whose loss falls from 2 to 1 around the rate 0.03 and turns at 0.3."""
    rates = np.geomspace(1e-4, 10.0, 101)
    shifts = (1.0, 1.2)
    losses = np.stack([2 - 1 / (1 + (0.03 * shift / rates) ** 2) + (rates / (2 * shift)) ** 2 for shift in shifts])
    losses[losses > 20] = math.nan
    return measure(rates, losses, start=np.array([2.0, 2.0]), noise=0.05, limit=Limit(rate=0.4, residual=1e-6))


ENTRY = Evidence(
    summary="the band of rates that all seeds agree on, or why there is none",
    formula="rate_t = rate_0 q^t; m_t = EMA(loss); steepest: argmin dm / d log rate",
    reference="L. N. Smith, Cyclical learning rates for training neural networks, WACV 2017",
    measure=measure,
    example=example,
)
