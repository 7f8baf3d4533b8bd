"""An exact saddle of a real net: a tanh perceptron with all weights zero."""

import math

import torch

from thalweg.claim._bench import Bench, Examples
from thalweg.claim._walk import dense_hessian, walk
from thalweg.core.claims import Check, Claim, Measured, Plot, at_least, at_most, below, close, exactly, series
from thalweg.core.progress import Progress
from thalweg.core.seeds import generator
from thalweg.core.tree import Params, norm, unflatten
from thalweg.loss import LOSSES
from thalweg.run.module_objective import ModuleObjective
from thalweg.run.penalties import Penalties
from thalweg.score import SCORES

HIDDEN, EACH, STEPS, PUSH = 3, 30, 100, 1e-6
STUCK = ("gradient-descent", "momentum", "adam")


def measure(bench: Bench, progress: Progress) -> Measured:
    """Take the Hessian at zero weights apart, wait there with three optimisers, and push along its most negative eigenvector."""
    data = bench.train.balanced(EACH)
    objective, origin = _net(data)
    loss, gradient = objective.value_and_gradient(origin)
    checks: list[Check] = [
        close("loss, log C", math.log(data.classes), float(loss), 1e-12),
        at_most("norm of the gradient", 1e-14, float(norm(gradient))),
    ]
    progress.begin("F14: exact saddle", 3 + len(STUCK), "parts")
    try:
        matrix = dense_hessian(objective, origin)
        progress.advance()
        values, vectors = torch.linalg.eigh((matrix + matrix.T) / 2)
        progress.advance()
        strengths = _strengths(data)
        checks += _spectrum(data, values, strengths)
        residual = float((matrix @ vectors - vectors * values).norm(dim=0).max())
        checks.append(at_most("largest residual ‖H v - λ v‖", 1e-12, residual))
        for name in STUCK:
            end = walk(name, objective, origin, STEPS, rate=0.1).params
            weight = max(float(end[key].abs().max()) for key in end if key.endswith("weight"))
            checks.append(exactly(f"{name}: largest |weight| after {STEPS} steps", 0.0, weight))
            progress.advance()
        more, plot = _push(objective, origin, vectors[:, 0], float(strengths[0]))
        checks += more
        progress.advance()
    finally:
        progress.end()
    note = f"{len(data)} pictures, {len(data) // data.classes} of each of {data.classes} classes; {HIDDEN} hidden units; rate 0.1, float64."
    return Measured(checks=tuple(checks), notes=(note,), plot=plot)


def _net(data: Examples) -> tuple[ModuleObjective, Params]:
    """Return the objective of a tanh perceptron on the pictures, and its parameters, all zero."""
    shape = (1, 1, data.pixels.shape[1])
    module = SCORES.get("mlp").build(
        shape, data.classes, generator(0, "claims", "saddle"), widths=(HIDDEN,), activation="tanh", init="zero"
    )
    module = module.double()
    params = {name: tensor.detach()[None].clone() for name, tensor in module.named_parameters()}
    entry = LOSSES.get("softmax")
    return ModuleObjective(module, {}, data.batch, entry, entry.defaults(), Penalties([], frozenset()), noise=lambda _: 0), params


def _strengths(data: Examples) -> torch.Tensor:
    """Return the singular values of M = (1/N) sum (p - y) x^T at p = 1/C, largest first."""
    miss = 1 / data.classes - torch.nn.functional.one_hot(data.labels, data.classes).to(data.pixels.dtype)
    return torch.linalg.svdvals(miss.T @ data.pixels / len(data))


def _spectrum(data: Examples, values: torch.Tensor, strengths: torch.Tensor) -> list[Check]:
    """Hold the eigenvalues against ±σᵢ(M), H times each, 1/C, C - 1 times, and zeros."""
    kept = strengths[strengths > 1e-12 * strengths[0]]
    expected = torch.cat([kept.repeat(HIDDEN), -kept.repeat(HIDDEN), torch.full((data.classes - 1,), 1 / data.classes, dtype=kept.dtype)])
    expected = torch.cat([expected, torch.zeros(len(values) - len(expected), dtype=kept.dtype)]).sort().values
    negative = int((values < -1e-10 * float(strengths[0])).sum())
    return [
        at_most(f"all {len(values)} eigenvalues against ±σᵢ(M), 1/C and 0", 1e-12, float((values - expected).abs().max())),
        exactly(f"negative eigenvalues, {HIDDEN} hidden units times the rank of M", float(HIDDEN * len(kept)), float(negative)),
        close("most negative eigenvalue, -σ₁(M)", -float(strengths[0]), float(values[0]), 1e-12),
        at_least(
            f"eigenvalues at 1/C = {1 / data.classes:.4g}, C - 1",
            data.classes - 1,
            float(((values - 1 / data.classes).abs() < 1e-10).sum()),
            why="C - 1",
        ),
    ]


def _push(objective: ModuleObjective, origin: Params, direction: torch.Tensor, strength: float) -> tuple[list[Check], Plot]:
    """Descend from 1e-6 along the most negative eigenvector: the distance grows by 1 + rate σ₁ a step, then the loss falls."""
    start = unflatten(PUSH * direction[None], origin)
    rate, sizes, losses = 0.5, [], []
    wait = math.ceil(math.log(1e4) / math.log1p(rate * strength))

    def watch(step: int, params: Params, info: dict[str, torch.Tensor]) -> None:
        sizes.append(float(norm(params)))
        losses.append(float(info["loss"]))

    walk(
        "gradient-descent",
        objective,
        start,
        wait + 3000,
        rate=rate,
        watch=watch,
        until=lambda _, info: float(info["loss"]) < losses[0] - 0.2,
    )
    growth = (sizes[wait] / sizes[0]) ** (1 / wait) if wait < len(sizes) else math.nan
    steps = range(len(losses))
    plot = Plot(
        title="Leaving the saddle after a push of 1e-6",
        x="step",
        y="distance from the saddle",
        series=(
            series("gradient descent", steps, sizes),
            series("1e-6 (1 + rate σ₁)^k", [0, wait], [PUSH, PUSH * (1 + rate * strength) ** wait], kind="prediction"),
        ),
        log_y=True,
    )
    checks = [
        close(
            f"pushed by 1e-6: growth of the distance a step at rate {rate:g}, 1 + rate σ₁", 1 + rate * strength, growth, 1e-3, relative=True
        ),
        below(f"pushed by 1e-6: loss after {len(losses):,} steps", losses[0] - 0.1, losses[-1], why="log C - 0.1"),
    ]
    return checks, plot


ENTRY = Claim(
    number="F14",
    summary="zero weights are an exact saddle of a tanh net",
    claim="A net with all weights zero does not learn: symmetry must be broken.",
    caveat="A saddle, no minimum: the least push along a negative eigenvector leaves it. In unbalanced classes the last biases move first.",
    formula="grad L = 0, L = log C; eigenvalues +-sigma_i(M) (H times each), 1/C (C - 1 times), 0; M = (1/N) sum (p - y) x^T",
    reference="CS231n notes, Neural networks: weight initialization; Dauphin et al. (2014)",
    measure=measure,
    needs_data=True,
)
