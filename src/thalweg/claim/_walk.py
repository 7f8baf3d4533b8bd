"""Walks: an optimiser of the catalogue led over an objective, step by step."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor

from thalweg.core.catalogue import settle
from thalweg.core.entries import Info, Objective, State
from thalweg.core.knobs import Integer, Number
from thalweg.core.seeds import Generators
from thalweg.core.tree import Params, flatten, unflatten
from thalweg.optimise import OPTIMISERS

Watch = Callable[[int, Params, Info], None]
"""Told the number of each step from 0, where it began, and what the optimiser told of it."""


class Walked(NamedTuple):
    """Where a walk ended, and what the optimiser remembers there."""

    params: Params
    state: State


def walk(
    optimiser: str,
    objective: Objective | Callable[[int], Objective],
    params: Params,
    steps: int,
    *,
    watch: Watch | None = None,
    until: Callable[[Params, Info], bool] | None = None,
    seed: int = 0,
    **knobs: Any,
) -> Walked:
    """Take `steps` steps by an optimiser; `objective` may be a function of the step's number, for mini-batches.

    `until(params, info)` ends the walk after the step of which it is true.
    """
    entry = OPTIMISERS.get(optimiser)
    like = next(iter(params.values()))
    settings = tensors(entry.name, knobs, like)
    state = entry.init(params, settings)
    for number in range(steps):
        ground = objective if isinstance(objective, Objective) else objective(number)
        moved, state, info = entry.step(ground, params, state, settings, Generators([seed] * len(like), "claims", number))
        if watch is not None:
            watch(number, params, info)
        params = moved
        if until is not None and until(params, info):
            break
    return Walked(params, state)


def tensors(optimiser: str, knobs: Mapping[str, Any], like: Tensor) -> dict[str, Any]:
    """Return an optimiser's knobs as it takes them: numbers as tensors [members]; a number may be given as one tensor [members]."""
    entry = OPTIMISERS.get(optimiser)
    stacked = {name: value for name, value in knobs.items() if isinstance(value, Tensor)}
    chosen: dict[str, Any] = settle(entry, {name: value for name, value in knobs.items() if name not in stacked}, kind="optimiser")
    real = {knob.name for knob in entry.knobs if isinstance(knob, Number) and not isinstance(knob, Integer)}
    plain = {name: like.new_full((len(like),), value) if name in real else value for name, value in chosen.items()}
    return {**plain, **stacked}


class Function:
    """The objective that a twice differentiable function of the parameters ([members, ...] -> [members]) makes, by autograd."""

    penalised: frozenset[str] = frozenset()

    def __init__(self, function: Callable[[Params], Tensor]) -> None:
        self.function = function

    def value(self, params: Params) -> Tensor:
        """Return the function's value."""
        return self.function(params).detach()

    def value_and_gradient(self, params: Params) -> tuple[Tensor, Params]:
        """Return value and gradient."""
        leaves = {name: tensor.detach().requires_grad_() for name, tensor in params.items()}
        value = self.function(leaves)
        slopes = torch.autograd.grad(value.sum(), list(leaves.values()))
        return value.detach(), dict(zip(leaves, slopes, strict=True))

    def hessian_vector(self, params: Params, vectors: Params) -> Params:
        """Return the Hessian times vectors."""
        leaves = {name: tensor.detach().requires_grad_() for name, tensor in params.items()}
        slopes = torch.autograd.grad(self.function(leaves).sum(), list(leaves.values()), create_graph=True)
        products = torch.autograd.grad(slopes, list(leaves.values()), [vectors[name] for name in leaves])
        return dict(zip(leaves, products, strict=True))


def dense_hessian(objective: Objective, params: Params) -> Tensor:
    """Return the Hessian at one member's parameters as a matrix, from its products with the unit vectors."""
    size = flatten(params).shape[1]
    unit = torch.eye(size, dtype=flatten(params).dtype)
    rows = [flatten(objective.hessian_vector(params, unflatten(row[None], params))) for row in unit]
    return torch.cat(rows)
