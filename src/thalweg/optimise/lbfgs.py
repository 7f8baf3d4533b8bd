"""L-BFGS: Newton's step with a Hessian that is guessed from the last few steps."""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Info, Objective, Optimiser, Settings, State
from thalweg.core.knobs import Integer, Number
from thalweg.core.tree import Params, along, flatten, transform, unflatten
from thalweg.optimise._state import tensor_in
from thalweg.optimise._wolfe import strong_wolfe


def init(params: Params, settings: Settings) -> State:
    """Return an empty history [members, history, total], newest pair first, and no loss (infinity) and gradient yet.

    `reciprocals` holds 1 / (s . y) of each pair, 0 where a slot is empty.
    """
    rows = flatten(params)
    members, history = len(rows), settings["history"]
    return {
        "steps": rows.new_zeros(members, history, rows.shape[1]),
        "changes": rows.new_zeros(members, history, rows.shape[1]),
        "reciprocals": rows.new_zeros(members, history),
        "loss": rows.new_full((members,), math.inf),
        "gradient": torch.zeros_like(rows),
    }


def two_loop(
    gradient: Float[Tensor, "members total"],
    steps: Float[Tensor, "members history total"],
    changes: Float[Tensor, "members history total"],
    reciprocals: Float[Tensor, "members history"],
) -> Float[Tensor, "members total"]:
    """Return H g, with H the L-BFGS estimate of the inverse Hessian from the pairs s = step, y = change of the gradient, newest first.

    Without pairs H is the identity. H y = s for the newest pair:

    >>> s, y = torch.tensor([[3.0, 0.0]]), torch.tensor([[1.5, 0.0]])
    >>> two_loop(y, s[:, None], y[:, None], torch.tensor([[1 / 4.5]]))
    tensor([[3., 0.]])
    """
    pairs = list(zip(steps.unbind(1), changes.unbind(1), reciprocals.unbind(1), strict=True))
    q, alphas = gradient, []
    for s, y, rho in pairs:
        alphas.append((rho * (s * q).sum(1))[:, None])
        q = q - alphas[-1] * y
    _, y, rho = pairs[0]
    gamma = torch.where(rho > 0, 1 / (rho * y.square().sum(1)), 1.0)
    r = gamma[:, None] * q
    for (s, y, rho), alpha in zip(reversed(pairs), reversed(alphas), strict=True):
        beta = (rho * (y * r).sum(1))[:, None]
        r = r + (alpha - beta) * s
    return r


def remember(memory: dict[str, Tensor], s: Float[Tensor, "members total"], y: Float[Tensor, "members total"]) -> dict[str, Tensor]:
    """Put the pair (s, y) in front, the oldest one falls out; a member whose s . y <= eps |y|^2 keeps its history as it is.

    That curvature condition keeps H positive definite. A member that did not move (s = 0: its line search failed) forgets all its
    pairs, so that its next step begins again from the gradient.
    """
    curvature = (s * y).sum(1)
    keep = curvature > torch.finfo(y.dtype).eps * y.square().sum(1)
    moved = (s != 0).any(1)
    reciprocal = torch.where(keep, 1 / curvature, 0.0)

    def push(new: Tensor, old: Tensor) -> Tensor:
        return torch.where(along(keep, old), torch.cat([new[:, None], old[:, :-1]], dim=1), old)

    return {
        "steps": push(s, memory["steps"]),
        "changes": push(y, memory["changes"]),
        "reciprocals": torch.where(moved[:, None], push(reciprocal, memory["reciprocals"]), 0.0),
    }


def _move(params: Params, length: Tensor, direction: Params) -> Params:
    return transform(lambda p, d: torch.where(along(length, p) > 0, p + along(length, p) * d, p), params, direction)


def step(
    objective: Objective, params: Params, state: State, settings: Settings, generators: Sequence[torch.Generator]
) -> tuple[Params, State, Info]:
    """Take one quasi-Newton step, its length found by a line search for the strong Wolfe conditions, each member on its own.

    The trial length is 1, before the first pair min(1, 1 / |g|). Loss and gradient at the accepted point are kept in the state for
    the next step, so a step costs one evaluation where the first trial is accepted; every step must therefore look at the same
    examples (by default the whole training set), without dropout. The loss never rises by more than its rounding. Where no length
    is good enough the member stays and its history is dropped.

    `info`: `loss` and `gradient_norm` where the step began, `step_length` (0: stayed) and `evaluations` of loss and gradient.
    """
    memory = {name: tensor_in(state, name) for name in state}
    loss, gradient = memory["loss"], memory["gradient"]
    first = bool(loss.isinf().any())
    if first:
        loss, tree = objective.value_and_gradient(params)
        gradient = flatten(tree)
    norm = gradient.norm(dim=1)
    direction = -two_loop(gradient, memory["steps"], memory["changes"], memory["reciprocals"])
    known = (memory["reciprocals"][:, 0] > 0) & ((direction * gradient).sum(1) < 0)
    direction = torch.where(known[:, None], direction, -gradient)
    tree = unflatten(direction, params)

    def evaluate(length: Tensor) -> tuple[Tensor, Tensor]:
        value, slopes = objective.value_and_gradient(_move(params, length, tree))
        return value, flatten(slopes)

    limits = {"decrease": settings["decrease"], "curvature": settings["curvature"], "trials": settings["trials"]}
    length = torch.where(known, 1.0, (1 / norm).clamp(max=1))
    accepted = strong_wolfe(evaluate, loss, gradient, direction, length, **limits)
    moved = _move(params, accepted.length, tree)
    pairs = remember(memory, flatten(moved) - flatten(params), accepted.gradient - gradient)
    info = {"loss": loss, "gradient_norm": norm, "step_length": accepted.length, "evaluations": accepted.evaluations + first}
    return moved, {**pairs, "loss": accepted.loss, "gradient": accepted.gradient}, info


ENTRY = Optimiser(
    summary="Quasi-Newton: learns the curvature from its last steps; the method of choice for linear scores on whole training sets.",
    formula="W <- W - t H g; H from the last pairs (s, y) by the two-loop recursion, t by strong Wolfe",
    reference="Liu and Nocedal, On the limited memory BFGS method for large scale optimization, Mathematical Programming 45, 1989; "
    "Nocedal and Wright, Numerical Optimization, 2006, section 7.2.",
    knobs=(
        Integer(name="history", default=10, low=1, meaning="steps remembered"),
        Number(name="decrease", default=1e-4, low=0, high=0.5, low_open=True, high_open=True, meaning="share of the linear decrease asked"),
        Number(name="curvature", default=0.9, low=0, high=1, low_open=True, high_open=True, meaning="share of the slope that may remain"),
        Integer(name="trials", default=20, low=1, meaning="most evaluations in one line search"),
    ),
    init=init,
    step=step,
    full_batch=True,
)
