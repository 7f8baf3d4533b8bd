"""Saddle-free Newton: Newton's step with the sign of negative curvature turned."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Info, Objective, Optimiser, Settings, State
from thalweg.core.knobs import Integer, Number
from thalweg.core.lanczos import Krylov, Product, lanczos
from thalweg.core.tree import Params, add_scaled, flatten, unflatten
from thalweg.optimise._descent import nothing

PerMember = Float[Tensor, " members"]


class Turned(NamedTuple):
    """The direction, and the outermost Ritz values of the Hessian with their residuals |H x - theta x|, never below rounding."""

    direction: Float[Tensor, "members total"]
    lowest: PerMember
    lowest_residual: PerMember
    highest: PerMember
    highest_residual: PerMember


def turn(product: Product, gradient: Float[Tensor, "members total"], *, rank: int, damping: PerMember) -> Turned:
    """Return -(|H| + damping I)^-1 g within the Krylov space of g.

    With Q and T from Lanczos and T = U diag(theta) U^T it is -|g| Q^T U diag(1 / (|theta| + damping)) U^T e_1. Along a direction
    without curvature (|theta| + damping within rounding of zero) nothing moves.

    >>> H = torch.tensor([[[1.0, 0.0], [0.0, -2.0]]])
    >>> turned = turn(lambda v: torch.einsum("mij,mj->mi", H, v), torch.tensor([[3.0, 4.0]]), rank=2, damping=torch.zeros(1))
    >>> turned.direction.round(decimals=4)
    tensor([[-3., -2.]])
    """
    krylov: Krylov = lanczos(product, gradient, rank=rank)
    theta, U = torch.linalg.eigh(krylov.T.nan_to_num(0.0, 0.0, 0.0))
    stiffness = theta.abs() + damping[:, None]
    rounding = torch.finfo(theta.dtype).eps * theta.abs().amax(1, keepdim=True)
    inverse = torch.where(stiffness > 10 * rounding, 1 / stiffness, 0.0)
    weights = gradient.norm(dim=1)[:, None] * torch.einsum("mik,mk,mk->mi", U, inverse, U[:, 0])
    residuals = krylov.rest[:, None] * U[:, -1].abs() + rounding
    direction = -torch.einsum("mkt,mk->mt", krylov.Q, weights)
    return Turned(direction, theta[:, 0], residuals[:, 0], theta[:, -1], residuals[:, -1])


def step(
    objective: Objective, params: Params, state: State, settings: Settings, generators: Sequence[torch.Generator]
) -> tuple[Params, State, Info]:
    """Step by -rate * (|H| + damping I)^-1 g, where |H| has the eigenvectors of H and the sizes of its eigenvalues.

    Where H is positive definite this is Newton's step. Along negative curvature it goes downhill, away from the saddle on which
    `newton` lands: on (x^2 - y^2) / 2 without damping (1, 1e-6) goes to (0, 2e-6), and y doubles with each step. The step is always a
    descent direction; there is no line search.

    As in the paper the model is minimised in a Krylov subspace of `rank` Lanczos vectors (one Hessian-vector product each). Here it
    begins with the gradient, so the gradient lies in it and there is nothing outside to move along. The paper's search over
    damping is left out: damping is a setting. Where the gradient is exactly zero, also on a saddle, nothing moves.

    `info`: `loss` and `gradient_norm` where the step began; `lowest_curvature` and `highest_curvature`, the outermost Ritz values
    seen from the gradient, each with its residual |H x - theta x| in `..._residual` (an eigenvalue lies within it).
    """
    loss, tree = objective.value_and_gradient(params)
    gradient = flatten(tree)

    def product(v: Tensor) -> Tensor:
        return flatten(objective.hessian_vector(params, unflatten(v, params)))

    turned = turn(product, gradient, rank=settings["rank"], damping=settings["damping"])
    moved = add_scaled(params, settings["rate"], unflatten(turned.direction, params))
    info = {"loss": loss, "gradient_norm": gradient.norm(dim=1)}
    info |= {"lowest_curvature": turned.lowest, "lowest_curvature_residual": turned.lowest_residual}
    info |= {"highest_curvature": turned.highest, "highest_curvature_residual": turned.highest_residual}
    return moved, {}, info


ENTRY = Optimiser(
    summary="Newton with negative curvature turned round: rolls off saddles instead of landing on them.",
    formula="W <- W - rate * (|H| + damping * I)^-1 g",
    reference="Dauphin et al., Identifying and attacking the saddle point problem in high-dimensional non-convex optimization, 2014",
    knobs=(
        Number(name="rate", default=1.0, low=0, low_open=True, meaning="step length; 1 is Newton's own where the loss is convex"),
        Number(name="damping", default=1e-3, low=0, meaning="added to the size of every eigenvalue of the Hessian"),
        Integer(name="rank", default=20, low=1, meaning="Lanczos vectors, each one Hessian-vector product"),
    ),
    init=nothing,
    step=step,
    full_batch=True,
)
