"""The direction of steepest descent is minus the gradient."""

import torch

from thalweg.claim._bench import Bench
from thalweg.core.claims import Check, Claim, Measured, at_least, close, exactly
from thalweg.core.progress import Progress
from thalweg.core.seeds import generator
from thalweg.core.tree import flatten, unflatten

COUNT, STEP = 10_000, 1e-6


def measure(bench: Bench, progress: Progress) -> Measured:
    """Compare the slope along -g / |g| with slopes along random directions, far from it and near it."""
    data = bench.train.some(500, bench.seed, "steepest")
    objective, params = data.objective(), data.draw(0.1, bench.seed, "steepest")
    gradient = flatten(objective.value_and_gradient(params)[1])[0]
    best = -gradient / gradient.norm()
    noise = generator(bench.seed, "claims", "directions")
    size = len(gradient)
    random = torch.randn(COUNT, size, generator=noise, dtype=gradient.dtype)
    spread = 10 ** (-4 * torch.rand(COUNT, 1, generator=noise, dtype=gradient.dtype))
    near = best + spread * torch.randn(COUNT, size, generator=noise, dtype=gradient.dtype) / size**0.5
    checks: list[Check] = []
    for words, rays in (("random unit directions", random), ("unit directions near it", near)):
        slopes = (rays / rays.norm(dim=1, keepdim=True)) @ gradient
        lower = int((slopes < -gradient.norm() * (1 + 1e-15)).sum())
        checks.append(exactly(f"{words} of {COUNT:,} with a lower slope than -g/‖g‖", 0.0, float(lower)))
        checks.append(
            at_least(
                f"least slope of {COUNT:,} {words}, as a share of ‖g‖", -1.0, float(slopes.min() / gradient.norm()), why="Cauchy-Schwarz"
            )
        )
    point = flatten(params)
    ahead, behind = (float(objective.value(unflatten(point + sign * STEP * best, params))) for sign in (1, -1))
    measured = (ahead - behind) / (2 * STEP)
    checks.append(close("slope of the loss itself along -g/‖g‖, by differences", -float(gradient.norm()), measured, 1e-6, relative=True))
    return Measured(checks=tuple(checks), notes=(f"Softmax loss of {len(data)} pictures at a random W, {size:,} numbers, float64.",))


ENTRY = Claim(
    number="F9",
    summary="the negative gradient is the direction of steepest descent",
    claim="Of all directions of one length the negative gradient goes down most steeply.",
    caveat="In the Euclidean norm and for small steps; in another norm another direction does (the sign of g in the largest-number norm).",
    formula="min over |u| = 1 of <g, u> = -|g|, at u = -g / |g|",
    reference="Goodfellow, Bengio and Courville, Deep Learning (2016), section 4.3",
    measure=measure,
    needs_data=True,
)
