"""Examples: what `fit` is given, checked, and the part of it that a training sees."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float64, Int64, Shaped
from sklearn.utils.class_weight import compute_class_weight

from thalweg.core.entries import Shape
from thalweg.core.imageset import ImageSet, Split
from thalweg.faces._pictures import ARRAYS
from thalweg.faces.estimators._errors import ExamplesError, SettingError
from thalweg.images import all_train, content_fingerprint, fill_split


@dataclass(frozen=True, eq=False)
class Given:
    """Features [n, inputs] as numbers, the user's labels [n], and how much each example weighs (None: all the same).

    `shape` is that of the pictures where they were given as such; None where they were rows of features.
    """

    values: Shaped[np.ndarray, "n inputs"]
    labels: Shaped[np.ndarray, " n"]
    weights: Float64[np.ndarray, " n"] | None = None
    shape: Shape | None = None


def laid_flat(X: Any) -> tuple[Any, Shape | None]:
    """Return pictures [n, H, W] or [n, H, W, C] as rows of numbers, and their shape; anything else as it is, and None."""
    if getattr(X, "ndim", 0) not in (3, 4):
        return X, None
    pixels = np.asarray(X)
    height, width, *channels = pixels.shape[1:]
    return pixels.reshape(len(pixels), -1), (height, width, channels[0] if channels else 1)


@dataclass(frozen=True, eq=False)
class Chosen:
    """The examples of some given ones that a training sees: their places, class numbers, counts, and which of them are held out.

    Examples that weigh nothing are not among them: they count neither for the classes nor for the order of the batches.
    """

    rows: Int64[np.ndarray, " chosen"]
    labels: Int64[np.ndarray, " chosen"]
    classes: Shaped[np.ndarray, " classes"]
    counts: Float64[np.ndarray, " chosen"] | None
    split: Split

    @property
    def names(self) -> tuple[str, ...]:
        """The classes as text."""
        return tuple(str(label) for label in self.classes.tolist())


def choose(
    given: Given,
    rows: Int64[np.ndarray, " some"],
    *,
    classes: Shaped[np.ndarray, " classes"] | None,
    class_weight: Mapping[Any, float] | str | None,
    validation: float,
    seed: int,
) -> Chosen:
    """Choose from `rows` of the given examples those that weigh something; `classes` declares them where some may be missing.

    Raises `ExamplesError` where all weights are zero, where one class is left, or where a label is none of the declared.
    """
    weights = None if given.weights is None else given.weights[rows]
    if weights is not None:
        if not weights.any():
            raise ExamplesError("all sample weights are zero, so there is nothing to train on.")
        rows, weights = rows[weights > 0], weights[weights > 0]
    own = given.labels[rows]
    known = np.unique(own) if classes is None else classes
    if len(known) < 2:
        among = "" if weights is None else ", among the examples whose sample_weight is above 0"
        raise ExamplesError(f"a classifier needs at least 2 classes; got 1 class, {known.tolist()[0]!r}{among}. Add examples of another.")
    numbers = np.searchsorted(known, own).clip(max=len(known) - 1).astype(np.int64)
    strange = own[known[numbers] != own]
    if strange.size:
        raise ExamplesError(f"label {strange[:1].tolist()[0]!r} is none of the classes {known.tolist()}.")
    counts = _counts(own, known, weights, class_weight)
    names = [str(label) for label in known.tolist()]
    split = fill_split(numbers, all_train(len(numbers)), validation=validation, test=0.0, seed=seed, classes=names)
    if validation and not split.validation.size:
        raise SettingError(
            f"validation_fraction {validation:g} of {len(numbers)} examples leaves too few of each class; give more examples, or use 0."
        )
    return Chosen(rows, numbers, known, counts, split)


def pictures(given: Given, chosen: Chosen, shape: Shape, *, fingerprint: bool = True) -> ImageSet:
    """Return the set of the chosen examples: pictures of `shape`; features are 1 x 1 pixels with as many channels as there are features."""
    everything = len(chosen.rows) == len(given.values)
    values = given.values if everything else given.values[chosen.rows]
    images = values.reshape(len(values), *shape)
    return ImageSet(
        images=images,
        labels=chosen.labels,
        classes=chosen.names,
        fingerprint=content_fingerprint(images, chosen.labels, chosen.names) if fingerprint else "",
        split=chosen.split,
        source=ARRAYS,
        notes=() if chosen.counts is None else ("Examples count by their weights.",),
    )


def _counts(
    labels: Shaped[np.ndarray, " n"],
    classes: Shaped[np.ndarray, " classes"],
    weights: Float64[np.ndarray, " n"] | None,
    class_weight: Mapping[Any, float] | str | None,
) -> Float64[np.ndarray, " n"] | None:
    """Return how much each example counts: its weight times its class's; None where all count the same by definition."""
    if class_weight is None:
        return weights
    own = np.ones(len(labels)) if weights is None else weights
    present = np.unique(labels)
    by_class = compute_class_weight(class_weight, classes=present, y=labels, sample_weight=own)
    return own * np.asarray(by_class, dtype=np.float64)[np.searchsorted(present, labels)]
