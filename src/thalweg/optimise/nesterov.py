"""Nesterov's momentum: the heavy ball that looks ahead to where its velocity will carry it.

v <- momentum * v + g, W <- W - rate * (g + momentum * v), with v = 0 at the start and g taken at W.

Two forms are in use. The look-ahead form keeps a point X and takes the gradient at X - rate * momentum * v. This is the other one,
PyTorch's (`torch.optim.SGD(nesterov=True)`) and the lecture's rewritten form, in which W *is* the look-ahead point of X: at a constant
rate both take the same path, W = X - rate * momentum * v. It differs from Nesterov's 1983 method in that momentum is constant.
With momentum = 0 it is `sgd`.
"""

from collections.abc import Sequence

import torch

from thalweg.core.entries import Info, Objective, Optimiser, Settings, State
from thalweg.core.knobs import Number
from thalweg.core.tree import Params, add_scaled, along, transform, zeros_like
from thalweg.core.worked import Line, OneWeight, written
from thalweg.optimise._state import tree_in
from thalweg.optimise._worked import before, moved, slope, velocity


def init(params: Params, settings: Settings) -> State:
    """Return the velocity at the start: zero."""
    return {"velocity": zeros_like(params)}


def step(
    objective: Objective, params: Params, state: State, settings: Settings, generators: Sequence[torch.Generator]
) -> tuple[Params, State, Info]:
    """Return the parameters after one step, per member; `info` has the loss before it."""
    loss, gradient = objective.value_and_gradient(params)
    velocity = add_scaled(gradient, settings["momentum"], tree_in(state, "velocity"))
    rate = -settings["rate"]
    carry = rate * settings["momentum"]
    moved = transform(lambda w, g, v: torch.addcmul(w, g, along(rate, w)).addcmul_(v, along(carry, w)), params, gradient, velocity)
    return moved, {"velocity": velocity}, {"loss": loss}


def stable_rate(settings: Settings, curvature: float) -> float:
    """Return 2 (1 + b) / ((1 + 2 b) curvature), with b the momentum: at b = 0.9 little more than two thirds of plain descent's limit.

    Along a direction of curvature c, with a = 1 - rate c, the errors obey e_(k+1) = a (1 + b) e_k - a b e_(k-1); both roots of
    z^2 - a (1 + b) z + a b lie inside the unit circle exactly for -1 / (1 + 2 b) < a < 1.

    >>> stable_rate({"momentum": 0.5}, 10.0)
    0.15
    """
    momentum = settings["momentum"]
    return float(2 * (1 + momentum) / ((1 + 2 * momentum) * curvature))


def worked(weight: OneWeight, settings: Settings) -> tuple[Line, ...]:
    """Write out gradient, velocity, the gradient with the velocity ahead, and the new weight.

    >>> before_it = OneWeight(value=1.0, gradient=-2.0, state={"velocity": 3.0})
    >>> [line.numbers for line in worked(before_it, {"rate": 0.1, "momentum": 0.9})]
    ['−2', '0.9 · 3 + (−2)', '−2 + 0.9 · 0.7', '1 − 0.1 · (−1.37)']
    """
    g = slope(weight)
    v = velocity(weight, settings, g)
    momentum = settings["momentum"]
    d = written("d", "g + momentum · v", g.value + momentum * v.value, {"g": g.value, "momentum": momentum, "v": v.value})
    return g, v, d, moved(before(weight), d, settings)


ENTRY = Optimiser(
    summary="Momentum whose gradient is taken where the velocity will carry it.",
    formula="v <- momentum * v + dL/dW;  W <- W - rate * (dL/dW + momentum * v)",
    reference="Nesterov, 1983; in this form Sutskever et al., On the importance of initialization and momentum in deep learning, 2013.",
    knobs=(
        Number(name="rate", default=0.05, low=0, low_open=True, meaning="step size: what multiplies gradient and velocity"),
        Number(name="momentum", default=0.9, low=0, high=1, high_open=True, meaning="share of the velocity kept from step to step"),
    ),
    init=init,
    step=step,
    proximal=True,
    stable_rate=stable_rate,
    worked=worked,
)
