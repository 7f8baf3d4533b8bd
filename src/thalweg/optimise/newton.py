"""Newton's method: go where the quadratic model of the loss has its critical point."""

from collections.abc import Sequence

import torch
from torch import Tensor

from thalweg.core.entries import Info, Objective, Optimiser, Settings, State
from thalweg.core.knobs import Integer, Number
from thalweg.core.tree import Params, add_scaled, flatten, unflatten
from thalweg.optimise._descent import nothing
from thalweg.optimise._minres import minres


def step(
    objective: Objective, params: Params, state: State, settings: Settings, generators: Sequence[torch.Generator]
) -> tuple[Params, State, Info]:
    """Step by rate * d, where (H + damping * I) d = -g is solved by MINRES from Hessian-vector products.

    With rate 1 and damping 0 this is the pure method of the lecture: no line search, no test for descent. On a quadratic it reaches
    the critical point in one step **whatever its type**: from (1, 1e-6) on (x^2 - y^2) / 2 it lands on the saddle (0, 0). Negative
    curvature is met as it is (MINRES takes indefinite H); damping above the size of the most negative eigenvalue makes every step
    a descent direction. Where H is singular and g lies in its range, as for the softmax, whose scores may be shifted together, d is
    the step of least norm. Near a minimum with H positive definite the gradient's norm squares with each step, provided that the
    system is solved well enough: on n parameters that takes up to n iterations, and fewer make it an inexact Newton method.

    `info`: `loss` and `gradient_norm` where the step began; `residual` |g + (H + damping I) d| / |g| and `iterations` of the solver;
    `slope` g . d, above zero where the step leads uphill.
    """
    loss, tree = objective.value_and_gradient(params)
    gradient, damping = flatten(tree), settings["damping"][:, None]

    def product(v: Tensor) -> Tensor:
        return flatten(objective.hessian_vector(params, unflatten(v, params))) + damping * v

    direction, residual, used = minres(product, -gradient, iterations=settings["iterations"], tolerance=settings["tolerance"])
    moved = add_scaled(params, settings["rate"], unflatten(direction, params))
    told = {"gradient_norm": gradient.norm(dim=1), "slope": (gradient * direction).sum(1), "residual": residual, "iterations": used}
    return moved, {}, {"loss": loss, **told}


ENTRY = Optimiser(
    summary="Jumps to the critical point of the quadratic model, be it minimum, maximum or saddle.",
    formula="W <- W - rate * (H + damping * I)^-1 g",
    reference="Nocedal & Wright, Numerical Optimization, 2006, section 3.3; Paige & Saunders, 1975 (MINRES)",
    knobs=(
        Number(name="rate", default=1.0, low=0, low_open=True, meaning="step length; 1 is Newton's own"),
        Number(name="damping", default=0.0, low=0, meaning="added to every eigenvalue of the Hessian"),
        Integer(name="iterations", default=50, low=1, meaning="most Hessian-vector products in a step"),
        Number(name="tolerance", default=1e-10, low=0, meaning="relative residual at which the solver stops"),
    ),
    init=nothing,
    step=step,
    full_batch=True,
)
