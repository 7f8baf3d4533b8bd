"""The softmax loss at the start: log C, whatever the data are."""

import math

import torch

from thalweg.claim._bench import Bench
from thalweg.claim._statistics import slope
from thalweg.core.claims import Check, Claim, Measured, Plot, absent, close, series
from thalweg.core.progress import Progress
from thalweg.core.tree import dot, transform

DRAWS = 21
SINGLE = tuple(10.0 ** (power / 2) for power in range(-12, -6))
PAIRED = tuple(10.0 ** (power / 2) for power in range(-8, -3))


def measure(bench: Bench, progress: Progress) -> Measured:
    """Measure the loss at W = 0, and how its distance from log C shrinks with the size of random weights."""
    data = bench.train
    expected, objective = math.log(data.classes), data.objective()
    start = float(objective.value(data.zeros())[0])
    single = _single(bench)
    checks: list[Check] = [
        close(f"loss at W = 0, C = {data.classes}, float64", expected, start, 1e-12),
        close(f"loss at W = 0, C = {data.classes}, float32", expected, single, 1e-6),
    ]
    gradient = objective.value_and_gradient(data.zeros())[1]
    drawn = data.draw(1.0, bench.seed, "directions", DRAWS)
    first = dot({name: tensor.expand(DRAWS, *tensor.shape[1:]) for name, tensor in gradient.items()}, drawn).abs().median()

    def moved(scale: float) -> torch.Tensor:
        return torch.as_tensor(objective.value(transform(lambda tensor: scale * tensor, drawn)) - start)

    lone = [float(moved(scale).abs().median()) for scale in SINGLE]
    pairs = [float(((moved(scale) + moved(-scale)) / 2).abs().median()) for scale in PAIRED]
    if float(first) < 1e-9:
        reason = "the gradient at W = 0 is zero on these pictures, so there is no first-order term"
        checks.append(absent("a single draw: slope of |L - log C| in the scale of W", "1", reason=reason))
    else:
        checks.append(close("a single draw: slope of |L - log C| in the scale of W", 1.0, slope(SINGLE, lone), 0.05))
    checks.append(close("mean over W and -W: slope of |L - log C| in the scale of W", 2.0, slope(PAIRED, pairs), 0.05))
    plot = Plot(
        title="Distance from log C against the scale of the weights",
        x="standard deviation of W",
        y="|L - log C|",
        series=(
            series("a single draw, median of 21", SINGLE, lone, kind="points"),
            series("σ |⟨∇L(0), W⟩|", SINGLE, [scale * float(first) for scale in SINGLE], kind="prediction"),
            series("mean over W and -W", PAIRED, pairs, kind="points"),
        ),
        log_x=True,
        log_y=True,
    )
    return Measured(checks=tuple(checks), notes=(f"Medians over {DRAWS} draws of normal W and b.",), plot=plot)


def _single(bench: Bench) -> float:
    """Return the loss at W = 0 in single precision."""
    data = bench.train
    narrow = type(data)(data.pixels.float(), data.labels, data.classes)
    return float(narrow.objective().value(narrow.zeros())[0])


ENTRY = Claim(
    number="F1",
    summary="the softmax loss begins at log C",
    claim="With small random weights the softmax loss begins at log C.",
    caveat="Exactly so at W = 0 only: a draw of deviation σ is off by σ⟨∇L(0), W⟩, first order in σ; the mean over W and -W is off by σ².",
    formula="L(0) = log C;  L(sigma W) - log C = sigma <grad L(0), W> + O(sigma^2)",
    reference="Goodfellow, Bengio and Courville, Deep Learning (2016), section 6.2.2.3; CS231n notes, sanity checks",
    measure=measure,
    needs_data=True,
)
