"""How large a step may be: 2 / curvature, and more with momentum."""

from typing import Any

import numpy as np
import torch

from thalweg.claim._bench import Bench
from thalweg.claim._walk import Function, walk
from thalweg.core.claims import Check, Claim, Measured, Plot, above, at_most, below, close, exactly, series
from thalweg.core.progress import Progress
from thalweg.core.tree import Params, flatten, unflatten
from thalweg.optimise import OPTIMISERS
from thalweg.run.rate_curvature import largest_eigenvalue

CURVATURE, STEPS, MOMENTUM = 10.0, 2000, 0.9


def measure(bench: Bench, progress: Progress) -> Measured:
    """Step along x²·10/2 at rates below, at and above the limit; bound the softmax's curvature and descend at that limit."""
    checks: list[Check] = []
    paths = {}
    for rate in (0.199, 0.2, 0.201):
        path = np.abs(_path("gradient-descent", rate=rate))
        paths[rate] = path
        predicted = abs(1 - rate * CURVATURE) ** STEPS
        checks.append(
            close(
                f"λ = 10, rate {rate:g}: |x| after 2,000 steps from 1, |1 - rate λ|^2000", predicted, float(path[-1]), 1e-6, relative=True
            )
        )
    limit = OPTIMISERS.get("momentum").stable_rate
    assert limit is not None
    checks.append(
        close(
            "heavy ball, momentum 0.9: the limit 2 (1 + β) / λ that Thalweg states", 0.38, limit({"momentum": MOMENTUM}, CURVATURE), 1e-12
        )
    )
    for rate, check in ((0.379, below), (0.381, above)):
        end = float(np.abs(_path("momentum", rate=rate, momentum=MOMENTUM))[-20:].max())
        checks.append(check(f"heavy ball, rate {rate:g}: largest |x| of the last 20 of 2,000 steps", 1.0, end, why="its start"))
    checks += _softmax(bench)
    plot = Plot(
        title="Distance from the minimum of 5 x² at rates about 2/λ = 0.2",
        x="step",
        y="|x|",
        series=tuple(series(f"rate {rate:g}", range(0, STEPS + 1, 20), path[::20]) for rate, path in paths.items()),
        log_y=True,
    )
    return Measured(checks=tuple(checks), notes=("The softmax is that of the pictures; X has a column of ones for the bias.",), plot=plot)


def _path(optimiser: str, **knobs: Any) -> np.ndarray:
    """Return x after every step, from 1."""
    path = []
    objective = Function(lambda params: CURVATURE / 2 * params["x"].square().sum(1))
    start = {"x": torch.ones(1, 1, dtype=torch.float64)}
    end = walk(optimiser, objective, start, STEPS, watch=lambda _, params, info: path.append(float(params["x"])), **knobs).params
    return np.array([*path, float(end["x"])])


def _softmax(bench: Bench) -> list[Check]:
    data = bench.train
    objective, bound = data.objective(), data.smoothness
    found = 0.0
    for number, scale in enumerate((0.0, 0.01, 0.1)):
        params = data.draw(scale, bench.seed + number, "curvature")

        def product(rows: torch.Tensor, params: Params = params) -> torch.Tensor:
            return flatten(objective.hessian_vector(params, unflatten(rows, params)))

        found = max(found, largest_eigenvalue(product, flatten(data.draw(1.0, bench.seed, "start"))).value)
    losses: list[float] = []
    walk(
        "gradient-descent",
        objective,
        data.zeros(),
        300,
        rate=1.99 / bound,
        watch=lambda _, params, info: losses.append(float(info["loss"])),
    )
    rises = int((np.diff(losses) > 1e-12 * losses[0]).sum())
    return [
        at_most("softmax: largest curvature at three W", bound * (1 + 1e-9), found, why="½ λmax(XᵀX / N)"),
        exactly("softmax: rises of the loss in 300 steps of rate 1.99 / that bound", 0.0, float(rises)),
    ]


ENTRY = Claim(
    number="F12",
    summary="gradient descent converges exactly below 2/λmax",
    claim="On a quadratic gradient descent converges if and only if rate < 2/λmax, the heavy ball if rate < 2(1 + β)/λmax.",
    caveat="A loss that is no quadratic has another λmax everywhere; the softmax's is at most ½ λmax(XᵀX/N), which makes descent monotone.",
    formula="x_k = (1 - rate lambda)^k x_0;  softmax: Hessian <= 1/2 lambda_max(X^T X / N)",
    reference="Polyak (1964); Nesterov, Introductory Lectures on Convex Optimization (2004), section 2.1.5; Boehning (1992)",
    measure=measure,
    needs_data=True,
)
