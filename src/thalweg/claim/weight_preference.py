"""Which of two weight vectors that score alike a penalty prefers."""

import torch

from thalweg.claim._bench import Bench
from thalweg.claim._walk import Function, walk
from thalweg.core.claims import Check, Claim, Measured, above, at_least, at_most, close, exactly
from thalweg.core.progress import Progress
from thalweg.core.seeds import generator
from thalweg.core.tree import Params
from thalweg.penalty import PENALTIES

ONE, EVEN = torch.tensor([[1.0, 0.0, 0.0, 0.0]], dtype=torch.float64), torch.full((1, 4), 0.25, dtype=torch.float64)
STEPS, RATE = 400, 0.1


def measure(bench: Bench, progress: Progress) -> Measured:
    """Measure the penalties of (1, 0, 0, 0) and (1/4, 1/4, 1/4, 1/4), their minimisers, and the zeros that L1 leaves on pictures."""
    checks = [*_lecture(), *_minimisers(bench.seed), *_perturbed(), *_zeros(bench)]
    return Measured(
        checks=tuple(checks), notes=("10,000 random w with wᵀ1 = 1 each; zeros after 400 steps on the pictures from normal W.",)
    )


def _lecture() -> list[Check]:
    l1, l2, elastic = (PENALTIES.get(name) for name in ("l1", "l2", "elastic"))
    net = {"strength": 1.0, "mix": 0.5, "half": False}
    return [
        exactly("L2 of w₁ = (1, 0, 0, 0)", 1.0, float(l2.value(ONE, strength=1.0, half=False))),
        exactly("L2 of w₂ = (¼, ¼, ¼, ¼): preferred", 0.25, float(l2.value(EVEN, strength=1.0, half=False))),
        exactly("L1 of w₁ less L1 of w₂: a tie", 0.0, float(l1.value(ONE, strength=1.0) - l1.value(EVEN, strength=1.0))),
        above(
            "elastic net of w₁ less that of w₂: prefers w₂", 0.0, float(elastic.value(ONE, **net) - elastic.value(EVEN, **net)), why="sign"
        ),
    ]


def _minimisers(seed: int) -> list[Check]:
    noise = generator(seed, "claims", "simplex")
    weights = torch.randn(10_000, 4, generator=noise, dtype=torch.float64)
    plane = weights + (1 - weights.sum(1, keepdim=True)) / 4
    simplex = -torch.rand(10_000, 4, generator=noise, dtype=torch.float64).log()
    simplex = simplex / simplex.sum(1, keepdim=True)
    l1, l2 = PENALTIES.get("l1"), PENALTIES.get("l2")
    squares = l2.value(plane, strength=1.0, half=False)
    slope = l2.gradient(EVEN, strength=1.0, half=False)
    outside = (plane < -1e-9).any(1)
    return [
        at_least("smallest L2 among 10,000 w with wᵀ1 = 1", 0.25, float(squares.min()), why="least norm (¼, ¼, ¼, ¼)"),
        close("spread of L2's slope at (¼, ¼, ¼, ¼): parallel to 1, a minimum on the plane", 0.0, float(slope.max() - slope.min()), 1e-15),
        close(
            "largest |L1 - 1| among 10,000 w of the simplex: all minimise",
            0.0,
            float((l1.value(simplex, strength=1.0) - 1).abs().max()),
            1e-12,
        ),
        above(
            "smallest L1 among those with a negative weight", 1.0, float(l1.value(plane[outside], strength=1.0).min()), why="above the tie"
        ),
    ]


def _perturbed() -> list[Check]:
    """Break the tie: with x = (1 + ε, 1, 1, 1) L1 takes everything from the first weight."""
    x, strength, rate = torch.tensor([1.1, 1.0, 1.0, 1.0], dtype=torch.float64), 1e-2, 0.2
    proximal = PENALTIES.get("l1").proximal
    assert proximal is not None

    def misfit(params: Params) -> torch.Tensor:
        return 0.5 * (params["w"] @ x - 1) ** 2

    weight = EVEN
    for _ in range(20_000):
        moved = walk("sgd", Function(misfit), {"w": weight}, 1, rate=rate).params["w"]
        after = proximal(moved, torch.tensor([rate], dtype=torch.float64), strength=strength)
        if torch.equal(after, weight):
            break
        weight = after
    return [
        exactly("x = (1.1, 1, 1, 1): weights that L1 leaves at exactly 0 beside the first", 3.0, float((weight[0, 1:] == 0).sum())),
        close("x = (1.1, 1, 1, 1): the first weight, (x₁ - λ) / x₁²", (1.1 - strength) / 1.21, float(weight[0, 0]), 1e-9),
    ]


def _zeros(bench: Bench) -> list[Check]:
    """Count exact zeros after proximal steps and after steps along a subgradient, from the same start on the same pictures."""
    data, strength = bench.train.some(500, bench.seed, "zeros"), 1e-2
    objective, prox = data.objective(), PENALTIES.get("l1").proximal
    assert prox is not None
    rate = 1 / data.smoothness
    step = torch.tensor([rate], dtype=torch.float64)
    proximal = subgradient = data.draw(0.01, bench.seed, "zeros")
    for _ in range(STEPS):
        proximal = walk("sgd", objective, proximal, 1, rate=rate).params
        proximal = {**proximal, "weight": prox(proximal["weight"], step, strength=strength)}
        kink = strength * subgradient["weight"].sign()
        moved = walk("sgd", objective, subgradient, 1, rate=rate).params
        subgradient = {**moved, "weight": moved["weight"] - rate * kink}
    found, none = (int((each["weight"] == 0).sum()) for each in (proximal, subgradient))
    return [
        at_least("weights that proximal L1 makes exactly 0 on the pictures", 1.0, found, why=f"of {proximal['weight'].numel():,}"),
        at_most("weights that a plain subgradient makes exactly 0", 0.0, none, why="none"),
    ]


ENTRY = Claim(
    number="F7",
    summary="L2 spreads weights; L1 does not choose between the lecture's two",
    claim="L2 prefers w₂ = (¼, ¼, ¼, ¼) to w₁ = (1, 0, 0, 0), L1 prefers w₁.",
    caveat="The second half is folklore: both have |w| = 1, so L1 has no preference; it takes w₁ once x₁ is the least bit larger.",
    formula="R(W) = sum W^2: 1 and 1/4;  sum |W|: 1 and 1",
    reference="CS231n notes, Linear classification: regularization; Tibshirani, JRSS B 58 (1996)",
    measure=measure,
    needs_data=True,
)
