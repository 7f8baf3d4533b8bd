"""Uniqueness: a hinge loss of zero has many W, a penalised softmax loss has one."""

from typing import Any

import torch

from thalweg.claim._bench import Bench, Examples
from thalweg.claim._walk import walk
from thalweg.core.claims import Check, Claim, Measured, above, absent, below, exactly
from thalweg.core.entries import Objective
from thalweg.core.progress import Progress
from thalweg.core.tree import Params, add_scaled, norm, transform

SEPARABLE, MOST, STRENGTH, CLOSE, START = 60, 3000, 0.05, 1e-4, 0.01
OPTIMISERS = ("gradient-descent", "momentum", "nesterov", "lbfgs", "newton")


def measure(bench: Bench, progress: Progress) -> Measured:
    """Find a W of zero hinge loss and stretch it; then lead five optimisers from five starts to one penalised optimum."""
    few = bench.train.some(SEPARABLE, bench.seed, "separable")
    data = bench.train.some(500, bench.seed, "unique")
    found = [*_scaled(few, bench.seed), *_unique(data, bench.seed, progress)]
    notes = (
        f"Hinge on {len(few)} pictures; softmax + L2 of strength {STRENGTH} on weights and biases on {len(data)}. Every optimiser began at "
        "a normal W of its own (deviation 0.01) and ended at a gradient of norm 1e-7, or after 3,000 steps.",
    )
    return Measured(checks=tuple(found), notes=notes)


def _scaled(data: Examples, seed: int) -> list[Check]:
    objective = data.objective("svm-sum")
    end = walk(
        "sgd", objective, data.draw(0.01, seed, "hinge"), MOST, rate=1 / data.smoothness, until=lambda _, info: float(info["loss"]) == 0
    ).params  # fmt: skip
    loss = float(objective.value(end))
    if loss > 0:
        reason = f"no W of zero hinge loss was found on {len(data)} pictures in {MOST:,} steps (least loss {loss:.3g})"
        return [absent("hinge loss of W, 2 W and 10 W", "0", reason=reason)]
    stretched = [(scale, transform(lambda tensor, by=scale: by * tensor, end)) for scale in (1.0, 2.0, 10.0)]
    return [
        *(exactly(f"hinge loss of {scale:g} W", 0.0, float(objective.value(params))) for scale, params in stretched),
        above("distance of 2 W from W", CLOSE, float(norm(end)), why="another W"),
    ]


def _unique(data: Examples, seed: int, progress: Progress) -> list[Check]:
    objective = data.objective(penalty={"l2": {"strength": STRENGTH}}, biases=True)
    curvature = data.smoothness + 2 * STRENGTH
    rate = {"gradient-descent": 1 / curvature, "momentum": 0.5 / curvature, "nesterov": 0.5 / curvature}
    ends: dict[str, Params] = {}
    progress.begin("F5: optimisers", len(OPTIMISERS), "optimisers")
    try:
        for number, name in enumerate(OPTIMISERS):
            knobs: dict[str, Any] = {"rate": rate[name]} if name in rate else {}
            start = data.draw(START, seed + number, "unique")
            ends[name] = walk(name, objective, start, MOST, until=lambda params, _: _small(objective, params), **knobs).params
            progress.advance()
    finally:
        progress.end()
    last = ends[OPTIMISERS[-1]]
    checks: list[Check] = []
    for name in OPTIMISERS[:-1]:
        apart = float(norm(add_scaled(ends[name], -torch.ones(1, dtype=torch.float64), last)))
        checks.append(below(f"distance of {name}'s W from newton's", CLOSE, apart))
    slack = max(float(norm(objective.value_and_gradient(end)[1])) for end in ends.values()) / (2 * STRENGTH)
    checks.append(below("certified distance of all from the only optimum, |g| / 2λ", CLOSE, slack, why="strong convexity"))
    return checks


def _small(objective: Objective, params: Params) -> bool:
    return float(norm(objective.value_and_gradient(params)[1])) < 1e-7


ENTRY = Claim(
    number="F5",
    summary="zero hinge loss leaves W open by its scale; L2 makes the optimum unique",
    claim="If W has hinge loss 0 so has c W for every c > 1; with an L2 penalty the optimum is unique.",
    caveat="Unique if the biases are penalised too: an unpenalised bias may be shifted for all classes together (F13).",
    formula="L(W) = 0  =>  L(c W) = 0, c > 1;  R strictly convex  =>  one W*",
    reference="CS231n notes, Linear classification: regularization; Boyd and Vandenberghe, Convex Optimization (2004), section 9.1.2",
    measure=measure,
    needs_data=True,
)
