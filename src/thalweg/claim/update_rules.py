"""What each update rule does under a constant gradient, which is what tells them apart."""

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor

from thalweg.claim._bench import Bench
from thalweg.claim._walk import Function, walk
from thalweg.core.claims import Check, Claim, Measured, Plot, at_most, close, series
from thalweg.core.progress import Progress
from thalweg.optimise._state import tree_in

RATE, SLOPE, STEPS = 0.01, 3.0, 200
ROUNDING = 1e-9


def measure(bench: Bench, progress: Progress) -> Measured:
    """Walk down a slope of 3 by every rule and compare its steps, in units of the rate, with the formula."""
    momentum = steps("momentum", momentum=0.9)
    adagrad = steps("adagrad", epsilon=1e-30)
    adam = steps("adam", epsilon=1e-30)
    raw = steps("adam", epsilon=1e-30, correct_bias=False)
    adadelta = steps("adadelta", rate=1.0, decay=0.95, epsilon=1e-6, slope=1.0)
    first = math.sqrt(1e-6) / math.sqrt(0.05 + 1e-6)
    checks: list[Check] = [
        _same("momentum 0.9: last step, rate g / (1 - β)", SLOPE / 0.1, momentum[-1]),
        _same("AdaGrad: step 100, rate / √100", 0.1, adagrad[99]),
        _same("AdaGrad: way of 100 steps, rate Σ 1/√k", sum(1 / math.sqrt(k) for k in range(1, 101)), float(adagrad[:100].sum())),
        _same("Adam: shortest step of 200", 1.0, float(adam.min())),
        _same("Adam: longest step of 200", 1.0, float(adam.max())),
        _same("Adam without bias correction: first step, √10", math.sqrt(10), raw[0]),
        _same("Adam corrected by multiplying (a known bug): first step", 10.0, _multiplied()),
        _same("RMSProp, decay 0.99: first step", 10.0, steps("rmsprop", decay=0.99, epsilon=1e-30)[0]),
        _same("RMSProp, decay 0.9: first step, √10", math.sqrt(10), steps("rmsprop", decay=0.9, epsilon=1e-30)[0]),
        close("Adadelta, ρ = 0.95, ε = 1e-6, g = 1: first step, √ε / √(1 - ρ + ε)", first, adadelta[0] * RATE, ROUNDING, relative=True),
        at_most("Nesterov: look-ahead form against the rewritten one, 100 steps", 1e-14, _lookahead()),
    ]
    shown = {"momentum 0.9": momentum / SLOPE, "AdaGrad": adagrad, "Adam": adam, "RMSProp 0.99": steps("rmsprop", epsilon=1e-30)}
    plot = Plot(
        title="Length of each step under a constant gradient",
        x="step",
        y="length in rates (momentum: in rates times g)",
        series=tuple(series(name, range(1, STEPS + 1), lengths) for name, lengths in shown.items()),
        log_y=True,
    )
    return Measured(
        checks=tuple(checks), notes=(f"Slope {SLOPE:g}, rate {RATE:g}, ε = 1e-30 where it is not the point, float64.",), plot=plot
    )


def steps(optimiser: str, *, rate: float = RATE, slope: float = SLOPE, **knobs: Any) -> np.ndarray:
    """Return the length of every step down a constant slope, in units of `RATE`."""
    objective = Function(lambda params: slope * params["x"].sum(1))
    places: list[float] = []
    start = {"x": torch.zeros(1, 1, dtype=torch.float64)}
    end = walk(optimiser, objective, start, STEPS, rate=rate, watch=lambda _, params, info: places.append(float(params["x"])), **knobs)
    return -np.diff([*places, float(end.params["x"])]) / RATE


def _same(part: str, predicted: float, measured: float) -> Check:
    return close(f"{part}, in rates", predicted, float(measured), ROUNDING, relative=True)


def _multiplied() -> float:
    """Return the first step, in rates, of Adam's own moments with 1 - beta^t multiplied where it has to be divided by."""
    objective = Function(lambda params: SLOPE * params["x"].sum(1))
    state = walk("adam", objective, {"x": torch.zeros(1, 1, dtype=torch.float64)}, 1).state
    first, second = (float(tree_in(state, name)["x"]) for name in ("first", "second"))
    return first * (1 - 0.9) / math.sqrt(second * (1 - 0.999))


def _lookahead() -> float:
    """Return the largest distance between Nesterov's look-ahead point by its definition and by Thalweg's rule on a quadratic."""
    curvature = torch.tensor([1.0, 10.0], dtype=torch.float64)
    momentum, rate = 0.9, 0.05
    path: list[Tensor] = []
    start = torch.tensor([[1.0, -0.5]], dtype=torch.float64)
    objective = Function(lambda params: (curvature * params["x"].square()).sum(1) / 2)
    walk("nesterov", objective, {"x": start}, 100, rate=rate, momentum=momentum, watch=lambda _, params, info: path.append(params["x"]))
    point, velocity, worst = start, torch.zeros_like(start), 0.0
    for ahead in path:
        look = point + momentum * velocity
        worst = max(worst, float((look - ahead).abs().max()))
        velocity = momentum * velocity - rate * curvature * look
        point = point + velocity
    return worst


ENTRY = Claim(
    number="F17",
    summary="each update rule is known by its steps under a constant gradient",
    claim="Momentum's steps grow to rate g / (1 - β), AdaGrad's shrink as 1/√k, Adam's stay rate sign(g).",
    caveat="The first steps of RMSProp (10 rates at decay 0.99) and of Adam without bias correction (3.16) are longer than the rate says.",
    formula="rate g / (1 - beta);  rate / sqrt(k);  rate sign(g);  rate / sqrt(1 - decay)",
    reference="Kingma and Ba (2015); Duchi, Hazan and Singer (2011); Zeiler (2012); Sutskever et al. (2013)",
    measure=measure,
)
