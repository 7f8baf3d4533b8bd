"""Momentum: a heavy ball that keeps part of its velocity from step to step.

v <- momentum * v + g, W <- W - rate * v, with v = 0 at the start. Under a constant gradient the step grows to rate * g / (1 - momentum):
tenfold at 0.9. On a quadratic with largest curvature c it converges for rate < 2 (1 + momentum) / c. With momentum = 0 it is `sgd`.

This is PyTorch's form (`torch.optim.SGD`, dampening 0): the rate multiplies the velocity as it is applied. Lectures often write
v <- momentum * v - rate * g, W <- W + v; the two agree while the rate is constant and differ for some steps after the rate changes.
"""

from collections.abc import Sequence

import torch

from thalweg.core.entries import Info, Objective, Optimiser, Settings, State
from thalweg.core.knobs import Number
from thalweg.core.tree import Params, add_scaled, zeros_like
from thalweg.core.worked import Line, OneWeight
from thalweg.optimise._state import tree_in
from thalweg.optimise._worked import before, moved, slope, velocity


def init(params: Params, settings: Settings) -> State:
    """Return the velocity at the start: zero."""
    return {"velocity": zeros_like(params)}


def step(
    objective: Objective, params: Params, state: State, settings: Settings, generators: Sequence[torch.Generator]
) -> tuple[Params, State, Info]:
    """Return the parameters after one step of the heavy ball, per member; `info` has the loss before it."""
    loss, gradient = objective.value_and_gradient(params)
    velocity = add_scaled(gradient, settings["momentum"], tree_in(state, "velocity"))
    return add_scaled(params, -settings["rate"], velocity), {"velocity": velocity}, {"loss": loss}


def stable_rate(settings: Settings, curvature: float) -> float:
    """Return 2 (1 + momentum) / curvature.

    Along a direction of curvature c the errors obey e_(k+1) = (1 + b - rate c) e_k - b e_(k-1); both roots of z^2 - (1 + b - rate c) z + b
    lie inside the unit circle exactly for 0 < rate c < 2 (1 + b).

    >>> stable_rate({"momentum": 0.5}, 10.0)
    0.3
    """
    return float(2 * (1 + settings["momentum"]) / curvature)


def worked(weight: OneWeight, settings: Settings) -> tuple[Line, ...]:
    """Write out gradient, velocity and new weight.

    >>> before_it = OneWeight(value=1.0, gradient=-2.0, state={"velocity": 3.0})
    >>> [line.numbers for line in worked(before_it, {"rate": 0.1, "momentum": 0.9})]
    ['−2', '0.9 · 3 + (−2)', '1 − 0.1 · 0.7']
    """
    g = slope(weight)
    v = velocity(weight, settings, g)
    return g, v, moved(before(weight), v, settings)


ENTRY = Optimiser(
    summary="Adds up past gradients, as a heavy ball keeps its speed.",
    formula="v <- momentum * v + dL/dW;  W <- W - rate * v",
    reference="Polyak, Some methods of speeding up the convergence of iteration methods, 1964.",
    knobs=(
        Number(name="rate", default=0.05, low=0, low_open=True, meaning="step size: what multiplies the velocity"),
        Number(name="momentum", default=0.9, low=0, high=1, high_open=True, meaning="share of the velocity kept from step to step"),
    ),
    init=init,
    step=step,
    proximal=True,
    stable_rate=stable_rate,
    worked=worked,
)
