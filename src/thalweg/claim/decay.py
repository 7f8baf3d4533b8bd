"""Weight decay and the L2 penalty: the same for SGD, not for Adam."""

from collections.abc import Callable

import torch

from thalweg.claim._bench import Bench, Examples
from thalweg.claim._walk import walk
from thalweg.core.claims import Claim, Measured, above, at_most
from thalweg.core.entries import Objective
from thalweg.core.progress import Progress
from thalweg.core.tree import Params, add_scaled, flatten
from thalweg.optimise._decay import decay

STRENGTH, STEPS, BATCH = 0.05, 200, 50


def measure(bench: Bench, progress: Progress) -> Measured:
    """Train by SGD and by Adam, with the penalty in the loss and with a decay of its own, from one start on the same batches."""
    data = bench.train.some(500, bench.seed, "decay")
    start = data.draw(0.1, bench.seed, "decay")
    rate = 0.5 / data.smoothness
    plain = 2 * STRENGTH
    inside = walk("sgd", _batches(data, penalised=True), start, STEPS, rate=rate).params
    apart = _decoupled(data, start, rate, plain)
    coupled = walk("adam", _batches(data, penalised=True), start, STEPS, rate=0.01).params
    decoupled = walk("adamw", _batches(data, penalised=False), start, STEPS, decay=plain, rate=0.01).params
    checks = (
        at_most("SGD: relative distance of W with L2 in the loss from W with decay 2λ", 1e-12, _distance(inside, apart)),
        above(
            "Adam: relative distance of W with L2 in the loss from AdamW's with decay 2λ", 0.01, _distance(coupled, decoupled), why="1 %"
        ),
    )
    note = f"{STEPS} steps on batches of {BATCH} of {len(data)} pictures, λ = {STRENGTH}, the same batches for all, seed {bench.seed}."
    return Measured(checks=checks, notes=(note,))


def _batches(data: Examples, *, penalised: bool) -> Callable[[int], Objective]:
    penalty = {"l2": {"strength": STRENGTH}} if penalised else {}
    pieces = [data.at(range(begin, min(begin + BATCH, len(data)))) for begin in range(0, len(data), BATCH)]
    objectives = [piece.objective(penalty=penalty) for piece in pieces]
    return lambda step: objectives[step % len(objectives)]


def _decoupled(data: Examples, start: Params, rate: float, share: float) -> Params:
    """Return W after steps of SGD on the bare loss, each with the decay W <- (1 - rate share) W of AdamW."""
    batches, params = _batches(data, penalised=False), start
    for step in range(STEPS):
        moved = walk("sgd", batches(step), params, 1, rate=rate).params
        kept = decay(params, batches(step).penalised, torch.tensor([rate * share], dtype=torch.float64))
        params = {name: moved[name] + kept[name] - params[name] for name in params}
    return params


def _distance(one: Params, other: Params) -> float:
    apart = flatten(add_scaled(one, -torch.ones(1, dtype=torch.float64), other))
    return float(apart.norm() / flatten(other).norm())


ENTRY = Claim(
    number="F20",
    summary="L2 in the loss equals weight decay for SGD, not for Adam",
    claim="An L2 penalty in the loss is the same as decaying the weights.",
    caveat="For SGD only. Adam divides the penalty's gradient by the root mean square with the rest; AdamW's decay is not divided.",
    formula="W - rate (g + 2 lambda W) = (1 - 2 rate lambda) W - rate g",
    reference="Loshchilov and Hutter, Decoupled Weight Decay Regularization, ICLR 2019",
    measure=measure,
    needs_data=True,
)
