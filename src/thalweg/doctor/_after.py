"""After training: what a run's record, its kept weights and its pictures say without training anything."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from thalweg.core.entries import Loss
from thalweg.core.imageset import ImageSet
from thalweg.core.outcome import Ending
from thalweg.core.seeds import generator, some_of
from thalweg.doctor import balance, duplicates
from thalweg.doctor._check import Check, Measured, looked
from thalweg.doctor.start_loss import LARGEST, cost_of
from thalweg.doctor.units import NORMAL as FEW_STUCK
from thalweg.doctor.units import judged, stuck_units, worst
from thalweg.images import find_duplicates
from thalweg.run.recipe import CATALOGUES
from thalweg.run.record import Epoch
from thalweg.run.run import Run

LOOK = 500
"""Pictures that the kept weights are looked at with."""
FALL, LATE, FEWEST = 0.1, 0.2, 5
"""The loss still falls where the last fifth of at least five epochs lowered it by a tenth."""
RISEN = 1.5
"""The loss has risen where it is above this many times its start."""
GAP, SURE = 0.1, 3.0
"""Over-fitting: the accuracy of training pictures is ten points, and three standard errors, above that of others."""
EARLY, WORSE = 0.5, 1.2
"""The best epoch lies in the first half, and the last validation loss is a fifth above the lowest."""


def after(run: Run, images: ImageSet) -> tuple[Check, ...]:
    """Return what there is to report of a run and the pictures it was trained on, the wrong first; nothing where all is well."""
    checks = (
        ("start loss", start_loss(run)),
        ("course", risen(run)),
        ("last epochs", still_falling(run)),
        ("over-fitting", gap(run)),
        ("best epoch", best_epoch(run)),
        ("units", units(run, images)),
        ("pixels", pixels(images)),
        ("duplicates", duplicates.of_groups(find_duplicates(images), images)),
        ("balance", balance.of_counts(run.data.classes, run.data.counts)),
    )
    found = [replace(check, name=name) for name, check in checks if check is not None and check.found]
    return tuple(sorted(found, key=lambda check: check.verdict != "wrong"))


def start_loss(run: Run) -> Check | None:
    """Hold the loss before the first step against that of unrelated scores of the largest variance that is usual."""
    first = next(iter(run.metrics), None)
    figures = None if first is None else first.train or first.validation
    if figures is None or run.recipe.start is not None:
        return None
    loss: Loss = CATALOGUES["loss"].get(run.recipe.loss.name)
    labels = torch.arange(len(run.classes)).repeat(20)
    variances = torch.full((len(labels),), LARGEST)
    usual = cost_of(loss, variances, labels, len(run.classes), 0, **run.recipe.loss.knobs)
    known = looked(
        (Measured.of("loss at the start", figures.loss), Measured.of("loss at zero scores", run.expected_start)),
        normal=f"Up to {usual:.3g}, the loss of unrelated scores of variance {LARGEST:g}.", made="the first row of the log",
    )  # fmt: skip
    if figures.loss <= usual:
        return None
    return known.says(
        "worth knowing",
        f"The loss began at {figures.loss:.4g}, where zero scores cost {run.expected_start:.4g}.",
        "Training had to unlearn its first scores: give pixels mean square 1 (--prepare standardise), or begin with smaller weights.",
    )


def risen(run: Run) -> Check | None:
    """Say where the training loss rose above its start on the way."""
    losses = {row.epoch: row.train.loss for row in run.metrics if row.train is not None}
    first = losses.get(0)
    if first is None or run.recipe.start is not None or run.outcome.ending is Ending.DIVERGED:
        return None
    epoch = max(losses, key=lambda each: losses[each])
    if losses[epoch] <= RISEN * max(first, run.expected_start):
        return None
    known = looked(
        (Measured.of("loss at the start", first), Measured.of("highest loss", losses[epoch])), made="the log, training part",
        normal=f"Never above {RISEN:g} times the start.",
    )  # fmt: skip
    said = f"The training loss rose to {losses[epoch]:.3g} at epoch {epoch}, from {first:.3g} before the first step."
    return known.says("worth knowing", said, "The rate is too large: use a smaller one (`thalweg rate`), warm it up, or use --clip.")


def still_falling(run: Run) -> Check | None:
    """Say where the loss was still falling when the epochs were used up."""
    losses = _losses(run.metrics)
    if run.outcome.ending is not Ending.FINISHED or len(losses) <= FEWEST:
        return None
    before = losses[-1 - max(1, round(LATE * (len(losses) - 1)))]
    last = losses[-1]
    if last > (1 - FALL) * before or last > min(losses):
        return None
    known = looked(
        (Measured.of("loss", last), Measured.of("a fifth of the epochs earlier", before)),
        normal=f"Less than {FALL:.0%} in the last fifth of the epochs.", made="the log, validation part where there is one",
    )  # fmt: skip
    return known.says(
        "worth knowing", f"The loss was still falling at the end: from {before:.3g} to {last:.3g} in the last fifth of the epochs.",
        "Train for more --epochs.",
    )  # fmt: skip


def gap(run: Run) -> Check | None:
    """Compare training pictures with others, by the kept weights."""
    other = next((part for part in ("test", "validation") if part in run.figures), None)
    if other is None or "train" not in run.figures:
        return None
    count = sum(run.data.counts[other])
    own, rest = run.figures["train"].accuracy, run.figures[other].accuracy
    error = math.sqrt(max(rest * (1 - rest), 1 / count) / count)
    if own - rest <= max(GAP, SURE * error):
        return None
    known = looked(
        (Measured.of("training accuracy", own), Measured.of(f"{other} accuracy", rest), Measured.of("standard error", error)),
        normal=f"Less than {GAP:.0%}, or {SURE:g} standard errors, between training pictures and others.", made="the kept weights",
    )  # fmt: skip
    return known.says(
        "worth knowing", f"{own:.1%} of the training pictures are right, but {rest:.1%} of the {other} pictures: the model over-fits.",
        "Use a stronger penalty (`thalweg sweep --l2`), --augment, dropout, --patience, a smaller score, or more pictures.",
    )  # fmt: skip


def best_epoch(run: Run) -> Check | None:
    """Say where the weights were best long before the end, and worse at it."""
    losses = [row.validation.loss for row in run.metrics if row.validation is not None]
    if len(losses) <= FEWEST or run.outcome.ending is Ending.DIVERGED:
        return None
    best, last = int(np.argmin(losses)), losses[-1]
    if best > EARLY * (len(losses) - 1) or last < WORSE * losses[best]:
        return None
    known = looked(
        (Measured.of("epoch of the lowest validation loss", float(best)), Measured.of("that loss", losses[best]),
         Measured.of("loss at the end", last)),
        normal=f"In the second half, or a last loss less than {WORSE:g} times the lowest.", made="the log",
    )  # fmt: skip
    fell = f"The validation loss was lowest at epoch {best} of {len(losses) - 1} and rose from {losses[best]:.3g} to {last:.3g}."
    return known.says(
        "worth knowing",
        fell,
        "The rest of the training learnt the training pictures by heart: use --patience, a stronger penalty or --augment.",
    )


def units(run: Run, images: ImageSet) -> Check | None:
    """Count stuck units of the kept weights on some training pictures."""
    rows = _some(images, run.recipe.shared_seed)
    layers = stuck_units(run.model.module, lambda: run.model.scores(images.images, rows=rows))
    if not layers or judged(worst(layers)) == "well":
        return None
    layer = worst(layers)
    what = "never active" if layer.kind == "relu" else "at their ends"
    known = looked(
        (Measured.of(f"{layer.name} ({layer.kind})", layer.share, f"{layer.stuck} of {layer.units} units"),), normal=FEW_STUCK,
        made=f"the kept weights and {len(rows):,} training pictures",
    )  # fmt: skip
    return known.says(
        judged(layer), f"{layer.stuck} of {layer.units} {layer.kind} units of layer {layer.name} are {what}: they do nothing.",
        "Use a smaller rate, batch-norm, or fewer units.",
    )  # fmt: skip


def pixels(images: ImageSet) -> Check | None:
    """Count pixels that are the same in all of some training pictures."""
    rows = _some(images, 0)
    flat = images.images[rows].reshape(len(rows), -1)
    constant = int((flat.min(0) == flat.max(0)).sum()) if len(rows) else 0
    if 2 * constant < flat.shape[1] or flat.shape[1] < 3:
        return None
    known = looked(
        (Measured.of("constant pixels", float(constant), f"of {flat.shape[1]:,}"),), normal="Fewer than half of the pixels.",
        made=f"{len(rows):,} training pictures",
    )  # fmt: skip
    return known.says(
        "worth knowing", f"{constant:,} of {flat.shape[1]:,} pixels are the same in all {len(rows):,} pictures looked at.",
        "They carry nothing: crop or shrink the pictures (--size).",
    )  # fmt: skip


def _some(images: ImageSet, seed: int) -> np.ndarray:
    """Return some training rows, in their order."""
    train = images.split.train
    return train[some_of(len(train), LOOK, generator(seed, "doctor", "after")).numpy()]


def _losses(rows: Sequence[Epoch]) -> list[float]:
    """Return the loss after each epoch: of the validation part, where there is one, else of the training part."""
    figures = [row.validation or row.train for row in rows]
    return [each.loss for each in figures if each is not None]
