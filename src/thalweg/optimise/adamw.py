"""AdamW: Adam with a weight decay of its own, which the division by the root mean square does not touch.

W <- (1 - rate * decay) * W, then Adam's step with the gradient taken before. The decay acts on the objective's `penalised` parameters
only (weights, not biases or normalisation); `torch.optim.AdamW` decays whatever it is given and is otherwise the same rule.

For `sgd` such a decay equals a penalty of strength decay / 2 on sum(W^2); for Adam it does not: a penalty's gradient is divided by the
root mean square with the rest, so that weights with large gradients are penalised less. A recipe may use both; their effects add.
"""

from collections.abc import Sequence

import torch

from thalweg.core.entries import Info, Objective, Optimiser, Settings, State
from thalweg.core.knobs import Flag, Number
from thalweg.core.tree import Params
from thalweg.core.worked import Line, OneWeight
from thalweg.optimise._decay import decay
from thalweg.optimise._moments import adam_step, zero_moments
from thalweg.optimise._moments_worked import direction
from thalweg.optimise._worked import before, decayed, moved


def init(params: Params, settings: Settings) -> State:
    """Return both moments at zero and no step taken."""
    return zero_moments(params)


def step(
    objective: Objective, params: Params, state: State, settings: Settings, generators: Sequence[torch.Generator]
) -> tuple[Params, State, Info]:
    """Return the parameters after the decay and one step, per member; `info` has the loss before them."""
    loss, gradient = objective.value_and_gradient(params)
    decayed = decay(params, objective.penalised, settings["rate"] * settings["decay"])
    moved, moments = adam_step(decayed, settings["rate"], gradient, state, settings, correct_bias=settings["correct_bias"])
    return moved, moments, {"loss": loss}


def worked(weight: OneWeight, settings: Settings) -> tuple[Line, ...]:
    """Write out Adam's lines, the decayed weight where it is penalised, and the new weight.

    >>> before_it = OneWeight(value=2.0, gradient=0.5, state={"first": 0.0, "second": 0.0, "count": 0}, penalised=True)
    >>> [line.numbers for line in worked(before_it, ENTRY.defaults() | {"rate": 0.1})][-2:]
    ['(1 − 0.1 · 0.01) · 2', '1.998 − 0.1 · 1']
    """
    lines = direction(weight, settings)
    if not weight.penalised:
        return (*lines, moved(before(weight), lines[-1], settings))
    start = decayed(weight, settings)
    return (*lines, start, moved(start, lines[-1], settings))


ENTRY = Optimiser(
    summary="Adam with a decay of the weights that its scaling does not touch.",
    formula="W <- (1 - rate * decay) * W, then Adam's step",
    reference="Loshchilov and Hutter, Decoupled Weight Decay Regularization, ICLR 2019, arXiv:1711.05101.",
    knobs=(
        Number(name="rate", default=0.001, low=0, low_open=True, meaning="length of a step of each number of W under a steady gradient"),
        Number(name="decay", default=0.01, low=0, meaning="share of the weights, times rate, that each step takes away"),
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
