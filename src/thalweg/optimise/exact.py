"""Exact: the best W of a convex problem of a linear score, with a proof of how far it is from the best.

The proof is a duality gap: any slopes a_i in the domain of the conjugate losses bound the best objective from below,

    P(W*) >= D(a) = -1/N sum l_i*(a_i) - R*(-G),    G = 1/N sum a_i x_i^T,    sum a_i = 0 for biases without penalty,

so P(W) - D(a) bounds how far P(W) is above the best (`thalweg.core.convex`). The way down is Newton's: each step solves with the
Hessian roughly, by conjugate gradients in the metric of one block a class (`thalweg.core.truncated_newton`); kinks of hinges and of l1 are
rounded off about the slopes found last (`thalweg.core.rounding`), while the proof is of the problem as it is.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor
from torch.nn.functional import pad

from thalweg.core.convex import Convex
from thalweg.core.entries import Info, Objective, Optimiser, Settings, State
from thalweg.core.errors import ConfigError
from thalweg.core.knobs import Integer, Number
from thalweg.core.proof import primal_of, relative_gap
from thalweg.core.rounding import WIDEST, Rounding
from thalweg.core.subject import LinearProblem
from thalweg.core.tree import Params
from thalweg.core.truncated_newton import improve
from thalweg.optimise._state import tensor_in

WORK = 1.6e11
"""Bytes of weights times examples to multiply for a member before its step ends: seconds, so that who asks for the end is soon heard.

It does not depend on how many members there are, nor on time, so that bits depend on neither.
"""


@runtime_checkable
class Open(Protocol):
    """An objective of a linear score that lets see what it is made of."""

    def problem(self, place: int) -> LinearProblem:
        """Return the problem of the member at a place."""


def init(params: Params, settings: Settings) -> State:
    """Return kinks rounded off widely, and nothing proved: an infinite objective and a lower bound of minus infinity, in float64.

    `slopes` [members, examples, classes] and `signs` [members, classes, inputs]: what kinks are rounded off about; empty where it is zero.
    """
    weight = next(iter(params.values()))
    unknown = weight.new_full((len(weight),), math.inf, dtype=torch.float64)
    none = unknown.new_zeros(len(weight), 0, 0)
    return {"width": torch.full_like(unknown, WIDEST), "primal": unknown, "lower": -unknown, "slopes": none, "signs": none.clone()}


def step(
    objective: Objective, params: Params, state: State, settings: Settings, generators: Sequence[torch.Generator]
) -> tuple[Params, State, Info]:
    """Take up to `iterations` Newton steps, fewer where examples are many, each member on its own, until its relative gap is proved.

    A member that is there stays where it is. Smooth problems are worked on in the parameters' precision, those with kinks in float64; what
    is proved is measured in float64 at the parameters as they are. `info`: `loss` where the step began; `gap`, the relative gap after it.
    Raises `ConfigError` where the objective is not that of a linear score, or where nothing can be proved of it.
    """
    if not isinstance(objective, Open):
        raise ConfigError("optimiser 'exact' solves linear scores; this objective is of another kind. Use --score linear.")
    loss = objective.value(params)
    known = {name: tensor_in(state, name).clone() for name in ("width", "primal", "lower")}
    centres = {name: list(tensor_in(state, name)) for name in ("slopes", "signs")}
    weight, bias = params["weight"].clone(), params["bias"].clone()
    for place in range(len(weight)):
        asked = float(settings["gap"][place])
        if relative_gap(float(known["primal"][place]), float(known["lower"][place])) <= asked:
            continue
        problem = Convex.of(objective.problem(place))
        joined = torch.cat([params["weight"][place], params["bias"][place][:, None]], 1)
        found = improve(
            problem, joined.double() if problem.rounded else joined, rounding=_rounding(problem, known, centres, place), gap=asked,
            iterations=settings["iterations"], fresh=math.isinf(float(known["primal"][place])), work=WORK,
        )  # fmt: skip
        kept = found.weights.to(joined)
        weight[place], bias[place] = kept[:, :-1], kept[:, -1]
        known["width"][place] = found.rounding.width
        known["primal"][place] = primal_of(problem, kept)
        known["lower"][place] = max(float(known["lower"][place]), found.proof.lower)
        for name, centre in (("slopes", found.rounding.slopes), ("signs", found.rounding.signs)):
            centres[name][place] = centres[name][place] if centre is None else centre
    gaps = [relative_gap(*pair) for pair in zip(known["primal"].tolist(), known["lower"].tolist(), strict=True)]
    return (
        {"weight": weight, "bias": bias},
        {**known, **{name: _stacked(each) for name, each in centres.items()}},
        {"loss": loss, "gap": loss.new_tensor(gaps)},
    )


def _rounding(problem: Convex, known: Mapping[str, Tensor], centres: Mapping[str, Sequence[Tensor]], place: int) -> Rounding:
    slopes, signs = centres["slopes"][place][: len(problem)], centres["signs"][place]
    return Rounding(
        width=float(known["width"][place]), slopes=slopes if slopes.numel() else None, signs=signs if signs.numel() else None
    )  # fmt: skip


def _stacked(matrices: Sequence[Tensor]) -> Tensor:
    """Return matrices as one tensor, the smaller ones with zeros below and to the right: members' folds may differ in size."""
    rows, columns = (max(each.shape[axis] for each in matrices) for axis in (0, 1))
    return torch.stack([pad(each, (0, columns - each.shape[1], 0, rows - each.shape[0])) for each in matrices])


def reached(state: State, settings: Settings) -> list[tuple[bool, str]]:
    """Return for each member whether its relative gap is as small as asked, and a sentence that says how small it is."""
    pairs = zip(tensor_in(state, "primal").tolist(), tensor_in(state, "lower").tolist(), settings["gap"].tolist(), strict=True)
    return [(relative_gap(primal, lower) <= asked, _sentence(primal, lower)) for primal, lower, asked in pairs]


def _sentence(primal: float, lower: float) -> str:
    if math.isinf(lower):
        return "nothing is proved yet"
    gap, share = max(0.0, primal - lower), max(0.0, relative_gap(primal, lower))
    return f"objective {primal:.7g} is at most {gap:.2g} ({share:.2g} of it) above the best possible one"


ENTRY = Optimiser(
    summary="Solves a convex linear problem and proves how far the best possible W is at most.",
    formula="W <- W - t d, H d ~ g by conjugate gradients, until P(W) - D(a) <= gap * P(W)",
    reference="Boyd and Vandenberghe, Convex Optimization, 2004, section 5.5.1 (gap); Nocedal and Wright, Numerical Optimization, 2006, "
    "section 7.1 (truncated Newton).",
    knobs=(
        Number(name="gap", default=1e-4, low=0, high=1, low_open=True, meaning="proved gap at which to stop, relative to the objective"),
        Integer(
            name="iterations", default=20, low=1, meaning="most Newton steps between two looks at the figures; fewer where they take long"
        ),
    ),
    init=init,
    step=step,
    full_batch=True,
    proximal=True,
    reached=reached,
)
