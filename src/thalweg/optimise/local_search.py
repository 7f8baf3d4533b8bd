"""Local search: take a small random step, keep it if the loss is lower."""

from collections.abc import Sequence

import torch

from thalweg.core.entries import Info, Objective, Optimiser, Settings, State
from thalweg.core.knobs import Integer, Number
from thalweg.core.tree import Params, add_scaled
from thalweg.optimise._candidates import keep_best, noise, repeat, unevaluated
from thalweg.optimise._state import tensor_in


def init(params: Params, settings: Settings) -> State:
    """Return the state {best [members]}: the loss at the parameters, infinite before the first step."""
    return {"best": unevaluated(params)}


def step(
    objective: Objective, params: Params, state: State, settings: Settings, generators: Sequence[torch.Generator]
) -> tuple[Params, State, Info]:
    """Try `candidates` steps W + rate * Z with Z ~ N(0, 1) for each member; move to the best one if it is lower than W.

    The loss never rises; without an improvement W stays. The candidates of all members are one call of `objective.value`; the first
    step evaluates the starting point as well. The loss at W is not evaluated again, so every step must look at the same examples (by
    default the whole training set).

    `info`: `loss` where the step began and `evaluations` made for each member.
    """
    rate, candidates = settings["rate"].repeat_interleave(settings["candidates"]), settings["candidates"]
    proposals = add_scaled(repeat(params, candidates), rate, noise(params, candidates, generators))
    kept = keep_best(objective, params, tensor_in(state, "best"), proposals)
    return kept.params, {"best": kept.best}, {"loss": kept.start, "evaluations": kept.evaluations}


ENTRY = Optimiser(
    summary="Tries small random steps and takes the best one if the loss falls; needs no gradient.",
    formula="W <- argmin of L over W and W + rate * Z_1, ..., W + rate * Z_c; Z_i ~ N(0, 1)",
    reference="CS231n, Optimization: strategy 2, random local search",
    knobs=(
        Number(name="rate", default=0.01, low=0, low_open=True, meaning="standard deviation of the step of one weight"),
        Integer(name="candidates", default=16, low=1, meaning="steps tried before the best one is taken"),
    ),
    init=init,
    step=step,
    full_batch=True,
)
