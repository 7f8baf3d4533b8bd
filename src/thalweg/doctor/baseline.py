"""Baseline: whether the pictures help at all: the same training on blank pictures, all replaced by their mean."""

import math
from dataclasses import replace

import numpy as np
from torch import Tensor

from thalweg.doctor._check import Check, Examination, Measured, looked, not_applicable
from thalweg.doctor._course import briefly
from thalweg.doctor._patient import Patient
from thalweg.run.setting import Setting

SURE = 3.0
"""Standard errors of the mean of paired differences by which real pictures must beat blank ones."""


def blank(setting: Setting) -> Setting:
    """Return the setting with every picture replaced by the mean of the training pictures, as an input that says nothing."""
    train = setting.parts["train"]
    mean = train.pixels[train.rows].double().mean(0)
    if not train.pixels.is_floating_point():
        mean = mean.round()
    same: Tensor = mean.to(train.pixels.dtype).expand(len(train.pixels), -1)
    return replace(setting, parts={name: replace(part, pixels=same) for name, part in setting.parts.items()}, augmentations=())


def entropy(counts: np.ndarray) -> float:
    """Return the entropy of class shares: the least softmax loss of an answer that does not look at the picture.

    >>> round(entropy(np.array([5, 5])), 6)
    0.693147
    """
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def examine(patient: Patient) -> Check:
    """Train briefly on real and on blank pictures, same weights, same steps, and compare the losses example by example."""
    course, setting = patient.course, patient.setting
    if course.diverged:
        return not_applicable("Training diverged, so that there is nothing to compare.")
    part = "validation" if "validation" in setting.parts else "train"
    empty = blank(setting)
    other = briefly(empty, patient.start, course.steps)
    real, none = patient.losses(setting, course.end, part), patient.losses(empty, other.end, part)
    if not np.isfinite(none).all():
        none = np.full_like(real, setting.expected_start)
    gain = none - real
    error = float(gain.std(ddof=1) / math.sqrt(len(gain))) if len(gain) > 1 else 0.0
    made = f"seed {patient.recipe.seed}, {course.steps} steps, losses of {len(gain):,} {part} examples"
    least = entropy(np.bincount(patient.some.labels[patient.some.split.parts()[part]], minlength=len(patient.some.classes)))
    measured = (
        Measured.of("loss of real pictures", float(real.mean()), made),
        Measured.of(
            "loss of blank pictures",
            float(none.mean()),
            "every picture replaced by the training mean (zero scores, where that training diverged)",
        ),
        Measured.of("gain", float(gain.mean())),
        Measured.of("standard error of the gain", error, "paired by example"),
        *([Measured.of("entropy of the classes", least, "the least loss without a picture")] if setting.loss.probabilities else []),
    )
    known = looked(measured, normal=f"A gain of more than {SURE:g} standard errors.", made=made)
    if float(gain.mean()) > SURE * error:
        words = f"Real pictures reach a {part} loss of {real.mean():.3g}, blank ones {none.mean():.3g}."
        return known.says("well", words)
    if float(gain.mean()) > 0:
        return known.says(
            "worth knowing",
            f"Real pictures reach a {part} loss of {real.mean():.3g}, blank ones {none.mean():.3g}: no more than chance might.",
            "Train for more --epochs or at a larger rate (`thalweg rate`), or hold out more examples (--validation).",
        )
    return known.says(
        "wrong",
        f"The pictures do not help: {part} loss {real.mean():.3g}, on blank pictures {none.mean():.3g}.",
        "Look whether labels belong to their pictures, whether the preparation leaves anything of them, and at the rate.",
    )


ENTRY = Examination(
    summary="whether real pictures beat blank ones",
    formula="mean of L_i(blank) - L_i(real) > 3 standard errors; softmax on blank pictures: at least H(class shares)",
    reference="A. Karpathy, A recipe for training neural networks (2019): input-independent baseline",
    examine=examine,
    place=40,
)
