"""Start loss: the loss before the first step against what scores that know nothing cost."""

import math

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor

from thalweg.core.entries import Loss
from thalweg.core.seeds import generator
from thalweg.doctor._check import Check, Examination, Measured, looked
from thalweg.doctor._patient import Patient, scores_before_training
from thalweg.run.conduct import first_state
from thalweg.run.setting import expected_start, settle_down

SEEDS, DRAWS = 8, 32
LARGEST = 4.0
"""Twice the variance that He's initialisation gives scores of pictures whose pixels have mean square 1: sum of 2/D x_i^2 = 2."""
FAR, SHARE = 6.0, 0.05
"""Standard errors, and the share of the loss at zero scores, by which a start must miss what is expected to be worth a word."""


def cost_of(loss: Loss, variances: Float[Tensor, " n"], labels: Int64[Tensor, " n"], classes: int, seed: int, **knobs: float) -> float:
    """Return the mean loss of scores that are independent normal numbers of mean 0 and the variance of each example.

    For small variances v the softmax costs log C + (v/2)(1 - 1/C): half the trace of v (diag(p) - p p^T) at p = 1/C. Any other loss and
    variance is a mean over draws, the draws being those of `seed`.
    """
    noise = torch.randn(DRAWS, len(labels), classes, generator=generator(seed, "doctor", "scores"), dtype=torch.float64)
    scores = torch.cat([noise, -noise]) * variances.double().sqrt()[:, None]
    return float(loss.value(scores, labels, **knobs).mean())


NORMAL = (
    f"Scores of variance up to {LARGEST:g} (He's initialisation gives 2 where pixels have mean square 1), and a loss within {FAR:g} "
    "standard errors of what unrelated scores of that variance cost."
)


def examine(patient: Patient) -> Check:
    """Measure the loss of several initialisations, and hold it against the loss of unrelated scores of the same size."""
    recipe, zero = patient.recipe, expected_start(patient.recipe, len(patient.some.classes))
    recipes = [patient.brief.with_changes(seed=recipe.seed + k, data_seed=recipe.shared_seed) for k in range(SEEDS)]
    setting = settle_down(recipes, patient.some)
    state, batch = first_state(setting, None), patient.batch()
    scores = scores_before_training(setting, state.params, state.buffers, batch.images).double()
    made = f"seeds {recipe.seed} to {recipe.seed + SEEDS - 1}, {len(batch.labels):,} training examples, no penalty"
    values = setting.loss.value(scores, batch.labels, **recipe.loss.knobs).numpy()
    if not np.isfinite(values).all():
        advice = "Look at the pixels' size (--prepare standardise) and at the initial scale."
        return looked((), normal=NORMAL, made=made).says("wrong", "The loss before the first step is not finite.", advice)
    variances = scores.square().mean((0, 2))
    expected = cost_of(setting.loss, variances, batch.labels, scores.shape[2], recipe.seed, **recipe.loss.knobs)
    runs, size = values.mean(1), float(variances.mean())
    begun, spread = float(runs.mean()), float(runs.std(ddof=1))
    sampling = float(values.std() / math.sqrt(values.shape[1]))
    error = math.sqrt(spread**2 / SEEDS + sampling**2)
    z = (begun - expected) / error if error else math.copysign(math.inf, begun - expected)
    measured = (
        Measured.of("loss at zero scores", zero, f"{recipe.loss.name} of {scores.shape[2]} classes"),
        Measured.of("loss at the start", begun, "mean over initialisations"),
        Measured.of("standard deviation over initialisations", spread),
        Measured.of("standard error of sampling", sampling),
        Measured.of("variance of the scores", size),
        Measured.of("loss of unrelated scores of that variance", expected, f"mean over {2 * DRAWS} draws an example"),
        Measured.of("z", z, "(loss - that) / sqrt(deviation^2 / seeds + sampling error^2)"),
    )
    known = looked(measured, normal=NORMAL, made=made)
    if size > LARGEST:
        return known.says(
            "wrong" if size > LARGEST**2 else "worth knowing",
            f"The loss begins at {begun:.4g}, where zero scores cost {zero:.4g}: scores begin with a variance of {size:.3g}.",
            "Training must first unlearn them: give pixels mean square 1 (--prepare standardise), or begin with smaller weights.",
        )
    if abs(z) > FAR and abs(begun - expected) > SHARE * zero:
        return known.says(
            "worth knowing",
            f"The loss begins at {begun:.4g}, {abs(z):.0f} standard errors from the {expected:.4g} of unrelated scores.",
            "The initial weights know something of the classes, or lean towards some: look at how the score function begins.",
        )
    return known.says(
        "well", f"The loss begins at {begun:.4g}; zero scores cost {zero:.4g}, scores of this size {expected:.4g} (z = {z:.1f})."
    )


ENTRY = Examination(
    summary="loss before the first step against its expected value",
    formula="z = (mean L - E L(s)) / se,  s ~ N(0, v); softmax: log C + (v/2)(1 - 1/C) + O(v^2)",
    reference="CS231n, Neural networks part 3: sanity checks; He et al., Delving deep into rectifiers, ICCV 2015 (variance 2)",
    examine=examine,
    place=10,
)
