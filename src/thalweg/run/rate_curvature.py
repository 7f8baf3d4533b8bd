"""Curvature at the start: the largest eigenvalue of each member's Hessian, with its residual."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Objective
from thalweg.core.lanczos import lanczos
from thalweg.core.seeds import generator, some_of
from thalweg.core.tree import Params, flatten, unflatten
from thalweg.run.batches import WholeSet
from thalweg.run.setting import Setting
from thalweg.run.state import State

RANK, RESTARTS, TOLERANCE = 12, 6, 1e-2
"""Vectors of a Krylov space, how often a new one is begun, and the residual, as a share of the eigenvalue, that is small enough."""


@dataclass(frozen=True, kw_only=True)
class Curvature:
    """The largest eigenvalue of a Hessian, the norm of the residual |H v - lambda v|, and how many products with H it took."""

    value: float
    residual: float
    products: int


def curvatures(setting: Setting, state: State, *, examples: int) -> tuple[Curvature, ...]:
    """Return each member's largest curvature: of the objective over the first `examples` training examples in shuffled order.

    The Hessian is that of the smooth part (data loss and smooth penalties) at the weights of `state`, in training mode; batch-norm sees
    one chunk of the examples at a time, as it sees batches while training.
    """
    part = setting.parts["train"]
    some = part.at(some_of(len(part), examples, generator(setting.recipe.shared_seed, "curvature")))
    found = []
    for place in range(len(setting.members)):
        own = setting.only([place])
        params = {name: tensor[[place]] for name, tensor in state.params.items()}
        buffers = {name: tensor[[place]] for name, tensor in state.buffers.items()}
        objective = own.objective(WholeSet(some, own.prepare, keep=True, own=own.members.own), buffers, step=0)
        like = flatten(params)
        noise = generator(setting.recipe.shared_seed, "curvature-start")
        start = torch.randn(like.shape, generator=noise, dtype=like.dtype).to(like.device)
        found.append(largest_eigenvalue(partial(_product, objective, params), start))
    return tuple(found)


def _product(objective: Objective, params: Params, rows: Float[Tensor, "1 total"]) -> Float[Tensor, "1 total"]:
    """Return the Hessian times a vector that is laid in a row."""
    return flatten(objective.hessian_vector(params, unflatten(rows, params)))


def largest_eigenvalue(product: Callable[[Tensor], Tensor], start: Float[Tensor, "1 total"]) -> Curvature:
    """Return the largest eigenvalue of a symmetric matrix: Lanczos, begun again from its best vector until the residual is small.

    The Ritz pair (theta, Q^T u) of the largest theta has the residual rest * |u_last|, and an eigenvalue lies within it of theta. It is the
    largest one unless `start` is orthogonal to that one's eigenvector.

    >>> A = torch.diag(torch.tensor([1.0, -5.0, 3.0]))
    >>> round(largest_eigenvalue(lambda v: v @ A, torch.ones(1, 3)).value, 5)
    3.0
    """
    products = 0
    value, residual = 0.0, 0.0
    for _ in range(RESTARTS):
        space = lanczos(product, start, rank=RANK)
        products += space.T.shape[-1]
        values, vectors = torch.linalg.eigh(space.T[0].double().cpu())
        top = vectors[:, -1]
        value, residual = float(values[-1]), float(space.rest[0]) * float(top[-1].abs())
        if residual <= TOLERANCE * abs(value):
            break
        start = (top.to(start) @ space.Q[0])[None]
    return Curvature(value=value, residual=residual, products=products)
