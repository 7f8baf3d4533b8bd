"""Muon: momentum whose weight matrices are made orthogonal, so that every direction of a layer moves equally far.

For parameters with two axes or more (convolution kernels laid out as [out, in * height * width]):
m <- momentum * m + (1 - momentum) * g, M = momentum * m + (1 - momentum) * g (Nesterov's look ahead), O = orthogonalised M,
W <- (1 - rate * decay) * W - rate * sqrt(max(1, rows / columns)) * O. The step does not depend on the gradient's size.
All others (biases, normalisation) take Adam's step at rate * adam_ratio. The decay acts on the objective's `penalised` parameters.

`torch.optim.Muon` is the same rule for matrices, with two differences: it always orthogonalises in bfloat16 (here on request,
`precision`; the default is the parameters' own), and it takes no convolution kernels or vectors. Its author would also give the last
layer to Adam; here it counts as a matrix like any other.
"""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Info, Objective, Optimiser, Settings, State
from thalweg.core.knobs import Choice, Number
from thalweg.core.tree import Params, add_scaled, along, transform, zeros_like
from thalweg.optimise._decay import decay
from thalweg.optimise._moments import adam_step, zero_moments
from thalweg.optimise._newton_schulz import orthogonalise
from thalweg.optimise._state import tree_in


def init(params: Params, settings: Settings) -> State:
    """Return the momentum of the matrices and Adam's moments of the others, all zero; what the net lacks is left out."""
    matrices, others = _divide(params)
    state: State = {"momentum": zeros_like(matrices)} if matrices else {}
    return state | zero_moments(others) if others else state


def step(
    objective: Objective, params: Params, state: State, settings: Settings, generators: Sequence[torch.Generator]
) -> tuple[Params, State, Info]:
    """Return the parameters after one step, per member; `info` has the loss before it."""
    loss, gradient = objective.value_and_gradient(params)
    matrices, others = _divide(gradient)
    rate = settings["rate"]
    moved = decay(params, objective.penalised, rate * settings["decay"])
    after: State = {}
    if matrices:
        fresh = 1 - settings["momentum"]
        momentum = transform(lambda m, g: torch.lerp(m, g, along(fresh, m)), tree_in(state, "momentum"), matrices)
        ahead = transform(lambda m, g: torch.lerp(m, g, along(fresh, m)), momentum, matrices)
        direction = transform(lambda m: _direction(m, settings["precision"]), ahead)
        moved |= add_scaled({name: moved[name] for name in matrices}, -rate, direction)
        after["momentum"] = momentum
    if others:
        rest = {name: moved[name] for name in others}
        rest, moments = adam_step(rest, rate * settings["adam_ratio"], others, state, settings, correct_bias=True)
        moved |= rest
        after |= moments
    return moved, after, {"loss": loss}


def _divide(tree: Params) -> tuple[Params, Params]:
    matrices = {name: tensor for name, tensor in tree.items() if tensor.ndim > 2}
    return matrices, {name: tensor for name, tensor in tree.items() if name not in matrices}


def _direction(momentum: Float[Tensor, "members rows ..."], precision: str) -> Float[Tensor, "members rows ..."]:
    """Return the orthogonalised momentum times sqrt(max(1, rows / columns)), in the shape of the parameter."""
    flat = momentum.flatten(2)
    orthogonal = orthogonalise(flat.bfloat16() if precision == "bfloat16" else flat)
    scaled = orthogonal.to(momentum.dtype) * math.sqrt(max(1.0, flat.shape[1] / flat.shape[2]))
    return scaled.reshape(momentum.shape)


ENTRY = Optimiser(
    summary="Momentum made orthogonal for weight matrices and kernels, Adam for the rest.",
    formula="m <- momentum * m + (1 - momentum) * g;  M = momentum * m + (1 - momentum) * g = U S V^T;  "
    "W <- (1 - rate * decay) * W - rate * sqrt(max(1, rows / columns)) * U V^T, with g = dL/dW",
    reference="Jordan et al., Muon: An optimizer for hidden layers in neural networks, 2024, kellerjordan.github.io/posts/muon.",
    knobs=(
        Number(name="rate", default=0.02, low=0, low_open=True, meaning="length of a step along every direction of a weight matrix"),
        Number(name="momentum", default=0.95, low=0, high=1, high_open=True, meaning="share of the mean gradient kept from step to step"),
        Number(name="decay", default=0.0, low=0, meaning="share of the weights, times rate, that each step takes away"),
        Number(name="adam_ratio", default=0.05, low=0, meaning="Adam's rate for the other parameters, as a share of rate"),
        Number(name="beta1", default=0.9, low=0, high=1, high_open=True, meaning="Adam's share of the mean gradient kept"),
        Number(name="beta2", default=0.999, low=0, high=1, high_open=True, meaning="Adam's share of the mean square kept"),
        Number(name="epsilon", default=1e-8, low=0, low_open=True, meaning="Adam's addition to the root, against division by zero"),
        Choice(
            name="precision",
            default="same",
            choices=("same", "bfloat16"),
            meaning="arithmetic of the orthogonalisation: the parameters' or bfloat16",
        ),
    ),
    init=init,
    step=step,
    proximal=True,
)
