"""Regularisation lowers the error on new pictures, not that on the training pictures."""

import numpy as np
import torch

from thalweg.claim._bench import Bench, Examples
from thalweg.claim._statistics import mean
from thalweg.claim._walk import walk
from thalweg.core.claims import Check, Claim, Measured, Plot, absent, beyond, exactly, series
from thalweg.core.progress import Progress
from thalweg.loss import LOSSES
from thalweg.run.linear_objective import linear_scores
from thalweg.run.penalties import Penalties

STRENGTHS = tuple(10.0**power for power in range(-6, 1))
EACH, SAMPLES, STEPS, SOLVED = 120, 60, 300, 1e-6
ENOUGH, FEATURES = 200, 16


def measure(bench: Bench, progress: Progress) -> Measured:
    """Solve the softmax with L2 for seven strengths on sixty samples of the training part; measure loss and error on new pictures."""
    pool, new = bench.train, bench.test
    if len(pool) < ENOUGH or len(new) < ENOUGH:
        reason = f"{ENOUGH} training and {ENOUGH} test pictures are needed; there are {len(pool)} and {len(new)}"
        return Measured(checks=(absent("training loss and test error against the strength", "rising; U-shaped", reason=reason),))
    if pool.pixels.shape[1] < FEATURES:
        reason = f"{pool.pixels.shape[1]} numbers an example are too few to overfit {EACH} examples with; {FEATURES} are needed"
        return Measured(checks=(absent("training loss and test error against the strength", "rising; U-shaped", reason=reason),))
    train, loss, error = (np.zeros((SAMPLES, len(STRENGTHS))) for _ in range(3))
    progress.begin("F21: samples", SAMPLES, "samples")
    try:
        for sample in range(SAMPLES):
            few = pool.some(EACH, bench.seed, f"sample {sample}")
            train[sample], loss[sample], error[sample] = _solved(few, new)
            progress.advance()
    finally:
        progress.end()
    falls = int((np.diff(train, axis=1) < -1e-6).sum())
    checks: list[Check] = [
        exactly(f"falls of the training loss (beyond 1e-6) from one strength to the next, {SAMPLES} samples", 0.0, float(falls))
    ]
    for words, values in (("loss", loss), ("error", error)):
        best = int(values.mean(0).argmin())
        word = f"test {words} at λ = {STRENGTHS[best]:.3g}"
        for end, place in (("weakest", 0), ("strongest", -1)):
            gap = mean(values[:, place] - values[:, best])
            checks.append(beyond(f"{word}: how much lower than at the {end} λ", 0.0, gap, side="above"))
    bands = [mean(list(column)) for column in error.T]
    plot = Plot(
        title="Loss and error against the strength of the penalty",
        x="strength λ",
        y="training loss; share of test pictures misclassified",
        series=(
            series("training loss", STRENGTHS, train.mean(0)),
            series("test error", STRENGTHS, [band[1] for band in bands], low=[band[0] for band in bands], high=[band[2] for band in bands]),
        ),
        log_x=True,
    )
    note = (
        f"{SAMPLES} samples of {EACH} training pictures, {len(new)} test pictures, L-BFGS to a gradient of norm 1e-6; "
        "differences are paired by sample; samples overlap. "
        "The best λ is chosen on the same test pictures, which flatters it a little."
    )
    return Measured(checks=tuple(checks), notes=(note,), plot=plot)


def _solved(few: Examples, new: Examples) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return training loss, test loss and test error at the optimum of every strength; all strengths are members of one population."""
    entry, strengths = LOSSES.get("softmax"), torch.tensor(STRENGTHS, dtype=torch.float64)
    objective = few.objective(penalty={"l2": {}}, biases=True)
    (penalty, knobs), names = objective.penalties.entries[0], frozenset({"weight", "bias"})
    stacked = type(objective)(objective.batches, entry, objective.knobs, Penalties([(penalty, {**knobs, "strength": strengths})], names))
    until = lambda _, info: float(info["gradient_norm"].max()) < SOLVED  # noqa: E731
    end = walk("lbfgs", stacked, few.zeros(len(STRENGTHS)), STEPS, until=until).params

    def losses(data: Examples) -> torch.Tensor:
        return entry.value(linear_scores(data.pixels, end), data.labels, smoothing=0.0).mean(1)

    wrong = linear_scores(new.pixels, end).argmax(2) != new.labels
    return losses(few).numpy(), losses(new).numpy(), wrong.double().mean(1).numpy()


ENTRY = Claim(
    number="F21",
    summary="regularisation helps on new pictures at the price of the training loss",
    claim="Regularisation is meant to reduce the generalisation error but not the training error.",
    caveat="Too much of it raises both: the test error against the strength has a U shape.",
    formula="lambda' > lambda  =>  L(W*(lambda')) >= L(W*(lambda)) on the training part",
    reference="Goodfellow, Bengio and Courville, Deep Learning (2016), sections 5.2.2 and 7.1",
    measure=measure,
    needs_data=True,
)
