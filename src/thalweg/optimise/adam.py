"""Adam: momentum divided by its root mean square, both corrected for their start at zero.

m <- beta1 * m + (1 - beta1) * g, v <- beta2 * v + (1 - beta2) * g^2, W <- W - rate * (m / a) / (sqrt(v / b) + epsilon), number by
number, with a = 1 - beta1^t, b = 1 - beta2^t at step t = 1, 2, ... Under a constant gradient every step is rate * sign(g), whatever the
gradient's size, so that Adam leaves a saddle after about as many steps however flat it is there; it is not invariant to rotations of W.
Without `correct_bias` (a = b = 1) the first step is sqrt(10) = 3.16 times that. Epsilon stands outside the root; the same rule as
`torch.optim.Adam` without weight decay and amsgrad. A penalty enters through its gradient and is scaled like it: see `adamw`.
"""

from collections.abc import Sequence

import torch

from thalweg.core.entries import Info, Objective, Optimiser, Settings, State
from thalweg.core.knobs import Flag, Number
from thalweg.core.tree import Params
from thalweg.core.worked import Line, OneWeight
from thalweg.optimise._moments import adam_step, zero_moments
from thalweg.optimise._moments_worked import direction
from thalweg.optimise._worked import before, moved


def init(params: Params, settings: Settings) -> State:
    """Return both moments at zero and no step taken."""
    return zero_moments(params)


def step(
    objective: Objective, params: Params, state: State, settings: Settings, generators: Sequence[torch.Generator]
) -> tuple[Params, State, Info]:
    """Return the parameters after one step, per member; `info` has the loss before it."""
    loss, gradient = objective.value_and_gradient(params)
    moved, moments = adam_step(params, settings["rate"], gradient, state, settings, correct_bias=settings["correct_bias"])
    return moved, moments, {"loss": loss}


def worked(weight: OneWeight, settings: Settings) -> tuple[Line, ...]:
    """Write out gradient, number of the step, both means, both corrected, their ratio, and the new weight.

    >>> before_it = OneWeight(value=1.0, gradient=0.5, state={"first": 0.0, "second": 0.0, "count": 0})
    >>> for line in worked(before_it, ENTRY.defaults())[2:]:
    ...     print(f"{line.symbol} = {line.formula} = {line.numbers}")
    m = beta1 · m_old + (1 − beta1) · g = 0.9 · 0 + (1 − 0.9) · 0.5
    v = beta2 · v_old + (1 − beta2) · g² = 0.999 · 0 + (1 − 0.999) · 0.5²
    m̂ = m / (1 − beta1^t) = 0.05 / (1 − 0.9^1)
    v̂ = v / (1 − beta2^t) = 0.00025 / (1 − 0.999^1)
    d = m̂ / (√(v̂) + epsilon) = 0.5 / (√(0.25) + 1e−8)
    W = W_old − rate · d = 1 − 0.001 · 1
    """
    lines = direction(weight, settings)
    return (*lines, moved(before(weight), lines[-1], settings))


ENTRY = Optimiser(
    summary="Momentum divided by the gradient's recent root mean square.",
    formula="m <- beta1 * m + (1 - beta1) * g;  v <- beta2 * v + (1 - beta2) * g^2;  "
    "W <- W - rate * m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon), with g = dL/dW",
    reference="Kingma and Ba, Adam: A Method for Stochastic Optimization, ICLR 2015, arXiv:1412.6980.",
    knobs=(
        Number(name="rate", default=0.001, low=0, low_open=True, meaning="length of a step of each number of W under a steady gradient"),
        Number(name="beta1", default=0.9, low=0, high=1, high_open=True, meaning="share of the mean gradient kept from step to step"),
        Number(name="beta2", default=0.999, low=0, high=1, high_open=True, meaning="share of the mean square kept from step to step"),
        Number(name="epsilon", default=1e-8, low=0, low_open=True, meaning="added to the root, against division by zero"),
        Flag(name="correct_bias", default=True, meaning="whether both means are corrected for their start at zero"),
    ),
    init=init,
    step=step,
    proximal=True,
    worked=worked,
)
