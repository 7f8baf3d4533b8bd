"""Adadelta: steps in the units of W, as long as recent steps were.

s <- decay * s + (1 - decay) * g^2, d = g * sqrt(u + epsilon) / sqrt(s + epsilon), u <- decay * u + (1 - decay) * d^2, W <- W - rate * d,
number by number, with s = u = 0 at the start. Epsilon stands inside both roots and sets the first step: sqrt(epsilon / (1 - decay))
for gradients well above sqrt(epsilon), 0.00447 at decay 0.95, epsilon 1e-6. The steps then grow by themselves, which takes long: a
larger epsilon shortens it. The paper has no rate (1 here); the rate does not enter u. The same rule and defaults as
`torch.optim.Adadelta`.
"""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Info, Objective, Optimiser, Settings, State
from thalweg.core.knobs import Number
from thalweg.core.tree import Params, add_scaled, along, transform, zeros_like
from thalweg.core.worked import Line, OneWeight, written
from thalweg.optimise._scaled import running_square
from thalweg.optimise._state import tree_in
from thalweg.optimise._worked import before, mean_square, moved, slope


def init(params: Params, settings: Settings) -> State:
    """Return the mean squares of gradients and of steps at the start: zero."""
    return {"square": zeros_like(params), "length": zeros_like(params)}


def step(
    objective: Objective, params: Params, state: State, settings: Settings, generators: Sequence[torch.Generator]
) -> tuple[Params, State, Info]:
    """Return the parameters after one step, per member; `info` has the loss before it."""
    loss, gradient = objective.value_and_gradient(params)
    square = running_square(tree_in(state, "square"), gradient, settings["decay"])
    direction = _direction(gradient, square, tree_in(state, "length"), settings["epsilon"])
    length = running_square(tree_in(state, "length"), direction, settings["decay"])
    return add_scaled(params, -settings["rate"], direction), {"square": square, "length": length}, {"loss": loss}


def _direction(gradient: Params, square: Params, length: Params, epsilon: Float[Tensor, " members"]) -> Params:
    def scale(g: Tensor, s: Tensor, u: Tensor) -> Tensor:
        spread = along(epsilon, g)
        ratio = (u + spread).div_(s + spread)
        return ratio.sqrt_().mul_(g)

    return transform(scale, gradient, square, length)


def worked(weight: OneWeight, settings: Settings) -> tuple[Line, ...]:
    """Write out gradient, its mean square, the step before the rate, the steps' mean square, and the new weight.

    >>> before_it = OneWeight(value=1.0, gradient=-2.0, state={"square": 4.0, "length": 1.0})
    >>> [line.numbers for line in worked(before_it, {"rate": 0.5, "decay": 0.5, "epsilon": 1e-6})]
    ['−2', '0.5 · 4 + (1 − 0.5) · (−2)²', '−2 · √(1 + 1e−6) / √(4 + 1e−6)', '0.5 · 1 + (1 − 0.5) · (−1)²', '1 − 0.5 · (−1)']
    """
    g, old, epsilon = slope(weight), weight.state["length"], settings["epsilon"]
    s = mean_square("s", weight.state["square"], g, "decay", settings)
    value = g.value * math.sqrt(old + epsilon) / math.sqrt(s.value + epsilon)
    letters = {"g": g.value, "u_old": old, "s": s.value, "epsilon": epsilon}
    d = written("d", "g · √(u_old + epsilon) / √(s + epsilon)", value, letters)
    u = mean_square("u", old, d, "decay", settings)
    return g, s, d, u, moved(before(weight), d, settings)


ENTRY = Optimiser(
    summary="Gives each number of W steps as long as its recent steps were.",
    formula="s <- decay * s + (1 - decay) * g^2;  d = g * sqrt(u + epsilon) / sqrt(s + epsilon);  "
    "u <- decay * u + (1 - decay) * d^2;  W <- W - rate * d, with g = dL/dW",
    reference="Zeiler, ADADELTA: An Adaptive Learning Rate Method, arXiv:1212.5701, 2012.",
    knobs=(
        Number(name="rate", default=1.0, low=0, low_open=True, meaning="what multiplies the step; the paper has 1"),
        Number(name="decay", default=0.9, low=0, high=1, high_open=True, meaning="share of both mean squares kept from step to step"),
        Number(name="epsilon", default=1e-6, low=0, low_open=True, meaning="added inside both roots; sets the length of the first steps"),
    ),
    init=init,
    step=step,
    proximal=True,
    worked=worked,
)
