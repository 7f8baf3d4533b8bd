"""Gradients against finite differences: how right they are, and how fast the differences approach them."""

import numpy as np
import torch

from thalweg.claims._bench import Bench, Examples
from thalweg.claims._statistics import slope
from thalweg.core.claims import Claim, Measured, Plot, absent, below, close, series
from thalweg.core.entries import Objective
from thalweg.core.progress import Progress
from thalweg.core.seeds import generator
from thalweg.core.tree import Params, flatten, unflatten
from thalweg.loss import LOSSES

STEP, PLACES, TOLERANCE = 1e-5, 60, 1e-7
WIDTHS = tuple(10.0 ** (power / 2) for power in range(-8, -3))


def measure(bench: Bench, progress: Progress) -> Measured:
    """Check every loss with an L2 penalty at random numbers of a random W, and the order of forward and centred differences."""
    data = bench.train.some(200, bench.seed, "gradient")
    checks, flagged = [], 0
    for name in LOSSES.names():
        objective = data.objective(name, penalty={"l2": {"strength": 0.01}})
        error, kinks = relative_error(objective, data.draw(0.1, bench.seed, "gradient"), seed=bench.seed)
        flagged += kinks
        if error is None:
            checks.append(absent(f"{name} + L2: relative error", "< 1e-07", reason="a kink lies within h of every number tried"))
        else:
            words = f"{name} + L2: relative error" + (f" ({kinks} of {PLACES} at kinks left out)" if kinks else "")
            checks.append(below(words, TOLERANCE, error))
    forward, centred = _errors(data, bench.seed)
    checks.append(close("forward differences: slope of the error in h", 1.0, slope(WIDTHS, forward), 0.05))
    checks.append(close("centred differences: slope of the error in h", 2.0, slope(WIDTHS, centred), 0.05))
    plot = Plot(
        title="Error of finite differences against their step",
        x="step h",
        y="|difference - gradient|",
        series=(series("forward", WIDTHS, forward, kind="points"), series("centred", WIDTHS, centred, kind="points")),
        log_x=True,
        log_y=True,
    )
    note = (
        f"{len(data)} pictures, float64; centred differences with h = {STEP:g} at {PLACES} numbers of W and b drawn by seed {bench.seed}."
    )
    return Measured(checks=tuple(checks), notes=(note,), plot=plot)


def relative_error(objective: Objective, params: Params, *, seed: int) -> tuple[float | None, int]:
    """Return |numeric - analytic| / max(|numeric|, |analytic|) over some numbers of one member, and how many lay at kinks.

    A kink lies within h of a number where forward and backward differences are further apart than the second difference at h / 100,
    scaled up, explains.
    """
    point, gradient = flatten(params), flatten(objective.value_and_gradient(params)[1])
    places = torch.randperm(point.shape[1], generator=generator(seed, "claims", "places"))[:PLACES]
    unit = torch.zeros(len(places), point.shape[1], dtype=point.dtype)
    unit[torch.arange(len(places)), places] = 1.0

    def value(step: float) -> torch.Tensor:
        rows = [objective.value(unflatten(point + step * row, params)) for row in unit]
        return torch.cat(rows)

    middle, ahead, behind = objective.value(params), value(STEP), value(-STEP)
    analytic = gradient[0, places]
    gap = ((ahead - middle) - (middle - behind)).abs() / STEP
    smooth = gap <= 100 * STEP * (1 + analytic.abs().max())
    if not smooth.any():
        return None, len(places)
    numeric = ((ahead - behind) / (2 * STEP))[smooth]
    exact = analytic[smooth]
    scale = torch.maximum(numeric.norm(), exact.norm())
    return float((numeric - exact).norm() / scale), int((~smooth).sum())


def _errors(data: Examples, seed: int) -> tuple[list[float], list[float]]:
    objective, params = data.objective(), data.draw(0.1, seed, "gradient")
    ray = flatten(data.draw(1.0, seed, "ray"))
    ray = ray / ray.norm()
    point = flatten(params)
    expected = float((flatten(objective.value_and_gradient(params)[1]) * ray).sum())

    def value(step: float) -> float:
        return float(objective.value(unflatten(point + step * ray, params)))

    middle = value(0.0)
    forward = [abs((value(width) - middle) / width - expected) for width in WIDTHS]
    centred = [abs((value(width) - value(-width)) / (2 * width) - expected) for width in WIDTHS]
    return list(np.maximum(forward, 1e-18)), list(np.maximum(centred, 1e-18))


ENTRY = Claim(
    number="F8",
    summary="gradients agree with finite differences",
    claim="An analytic gradient is checked against a numeric one: centred differences are the better ones.",
    caveat="Hinge losses have kinks, at which a difference measures neither side; numbers within h of one are counted and left out.",
    formula="(f(x + h) - f(x)) / h = f' + O(h);  (f(x + h) - f(x - h)) / 2h = f' + O(h^2)",
    reference="CS231n notes, Learning: gradient checks",
    measure=measure,
    needs_data=True,
)
