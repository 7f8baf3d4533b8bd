"""Critical points by the eigenvalues of the Hessian: four verdicts, and what the softmax's always are."""

import torch
from torch import Tensor

from thalweg.claim._bench import Bench, Examples
from thalweg.claim._walk import dense_hessian
from thalweg.core.claims import Check, Claim, Measured, Plot, at_least, at_most, exactly, series, stated
from thalweg.core.progress import Progress
from thalweg.core.tree import Params, norm
from thalweg.run.surface_landscape import landscape
from thalweg.run.surface_objective import SurfaceObjective, hessian_eigenvalues
from thalweg.run.surface_verdict import verdict
from thalweg.surface import SURFACES

STRENGTH, SMALL, ZERO = 0.01, 300, 1e-10


def measure(bench: Bench, progress: Progress) -> Measured:
    """Judge the surfaces' known critical points, then take the softmax's Hessian apart, without and with an L2 penalty on W."""
    data = bench.train.some(SMALL, bench.seed, "hessian")
    params = data.draw(0.05, bench.seed, "hessian")
    progress.begin("F13: Hessians", 2, "matrices")
    try:
        bare, residual = _eigenvalues(data, params, penalty={})
        progress.advance()
        lifted, other = _eigenvalues(data, params, penalty={"l2": {"strength": STRENGTH}})
        progress.advance()
    finally:
        progress.end()
    zero, size = ZERO * float(bare[-1]), data.pixels.shape[1] + 1
    ones = torch.cat([data.pixels, torch.ones(len(data), 1, dtype=data.pixels.dtype)], dim=1)
    rank, bare_rank = (int(torch.linalg.matrix_rank(each)) for each in (ones, data.pixels))
    zeros = size + (data.classes - 1) * (size - rank)
    lifts = size - 1 + (data.classes - 1) * (size - 1 - bare_rank)
    level = 2 * STRENGTH
    checks: list[Check] = [
        *_surfaces(),
        at_least("softmax: least eigenvalue: no negative curvature", -zero, float(bare[0]), why=f"-{ZERO:g} λmax"),
        exactly(
            f"softmax: zero eigenvalues, at least D + 1 = {size}; D + 1 + (C - 1)(D + 1 - rank X)", zeros, float((bare.abs() <= zero).sum())
        ),
        exactly("softmax + L2 on W, biases free: zero eigenvalues", 1.0, float((lifted.abs() <= zero).sum())),
        exactly(
            f"softmax + L2: eigenvalues at 2λ = {level:g}: the zeros that leave the biases alone",
            lifts,
            float((lifted - level).abs().le(zero).sum()),
        ),
        at_most("largest residual ‖H v - λ v‖ of all eigenpairs, in λmax", 1e-12, max(residual, other) / float(bare[-1])),
    ]
    places = range(1, len(bare) + 1)
    plot = Plot(
        title="Eigenvalues of the softmax's Hessian, largest first",
        x="number",
        y="eigenvalue",
        series=(
            series("no penalty (zeros not shown)", places, [_shown(value, zero) for value in bare.flip(0)]),
            series("L2 on W (zero not shown)", places, [_shown(value, zero) for value in lifted.flip(0)]),
        ),
        log_y=True,
    )
    note = (
        f"{len(data)} pictures, {len(bare)} numbers of W and b drawn with deviation 0.05; an eigenvalue counts as zero up to {ZERO:g} λmax."
    )
    return Measured(checks=tuple(checks), notes=(note,), plot=plot)


def _shown(value: Tensor, zero: float) -> float:
    return float(value) if float(value) > zero else float("nan")


def _eigenvalues(data: Examples, params: Params, *, penalty: dict[str, dict[str, float]]) -> tuple[Tensor, float]:
    """Return all eigenvalues, ascending, and the largest residual of an eigenpair."""
    matrix = dense_hessian(data.objective(penalty=penalty), params)
    values, vectors = torch.linalg.eigh((matrix + matrix.T) / 2)
    return values, float((matrix @ vectors - vectors * values).norm(dim=0).max())


def _surfaces() -> list[Check]:
    """Judge every known critical point by the measured gradient and eigenvalues; the surfaces say what each is."""
    counted: dict[str, list[bool]] = {}
    for surface in SURFACES:
        ground = landscape(surface.name)
        for known in ground.critical:
            point = torch.tensor([known.point], dtype=torch.float64)
            objective = SurfaceObjective(ground, torch.zeros_like(point))
            slope = float(norm(objective.value_and_gradient({"point": point})[1]))
            low, high = hessian_eigenvalues(ground, point)[0].tolist()
            counted.setdefault(known.kind, []).append(verdict(slope, low, high).kind == known.kind)
    return [
        stated(
            f"surfaces: known {kind} points" if kind == "degenerate" else f"surfaces: known points that are a {kind}",
            f"{len(right)} {kind}",
            f"{sum(right)} of {len(right)}",
            all(right),
            tolerance="1e-8" if kind != "degenerate" else "eigenvalue ≤ 1e-8",
        )
        for kind, right in sorted(counted.items())
    ]


ENTRY = Claim(
    number="F13",
    summary="eigenvalues tell minimum, maximum, saddle, or that they cannot tell",
    claim="At a critical point the signs of the Hessian's eigenvalues say whether it is a minimum, a maximum or a saddle.",
    caveat="A fourth verdict is needed: with an eigenvalue of zero they do not decide. A softmax always has some, by shifts of its scores.",
    formula="H v = lambda v;  softmax: H >= 0 with at least D + 1 zeros; L2 on W, biases free: exactly one",
    reference="Dauphin et al. (2014); Nocedal and Wright, Numerical Optimization (2006), section 2.1; Boehning (1992)",
    measure=measure,
    needs_data=True,
)
