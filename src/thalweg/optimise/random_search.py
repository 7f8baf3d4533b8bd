"""Random search: guess the weights, keep the best guess."""

from collections.abc import Sequence

import torch

from thalweg.core.entries import Info, Objective, Optimiser, Settings, State
from thalweg.core.knobs import Integer, Number
from thalweg.core.tree import Params, along, transform
from thalweg.optimise._candidates import keep_best, noise, unevaluated
from thalweg.optimise._state import tensor_in


def init(params: Params, settings: Settings) -> State:
    """Return the state {best [members]}: the lowest loss seen so far, infinite before the first step."""
    return {"best": unevaluated(params)}


def step(
    objective: Objective, params: Params, state: State, settings: Settings, generators: Sequence[torch.Generator]
) -> tuple[Params, State, Info]:
    """Draw `candidates` fresh W ~ N(0, scale^2) for each member and keep the best W ever seen, the starting point included.

    All parameters are drawn, biases too. The candidates of all members are one call of `objective.value`; the first step evaluates
    the starting point as well. The loss seen before is not evaluated again, so every step must look at the same examples (by default
    the whole training set): on changing mini-batches a lucky batch would never be beaten.

    `info`: `loss` where the step began (the best so far) and `evaluations` made for each member.
    """
    scale, candidates = settings["scale"].repeat_interleave(settings["candidates"]), settings["candidates"]
    proposals = transform(lambda z: along(scale, z) * z, noise(params, candidates, generators))
    kept = keep_best(objective, params, tensor_in(state, "best"), proposals)
    return kept.params, {"best": kept.best}, {"loss": kept.start, "evaluations": kept.evaluations}


ENTRY = Optimiser(
    summary="Guesses: draws weights at random and keeps the best seen; what every method must beat.",
    formula="W <- argmin of L over W and the candidates Z_1, ..., Z_c; Z_i ~ N(0, scale^2)",
    reference="CS231n, Optimization: strategy 1, a first very bad idea solution: random search",
    knobs=(
        Number(name="scale", default=0.01, low=0, low_open=True, meaning="standard deviation of the weights drawn"),
        Integer(name="candidates", default=16, low=1, meaning="weights drawn in a step"),
    ),
    init=init,
    step=step,
    full_batch=True,
)
