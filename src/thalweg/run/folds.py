"""Folds: examples dealt out for cross-validation, class by class."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Int64

from thalweg.core.errors import ConfigError, DataError
from thalweg.core.seeds import generator


def assign(labels: Int64[np.ndarray, " n"], folds: int, *, seed: int) -> Int64[np.ndarray, " n"]:
    """Return the fold number of each example, 0 to folds - 1: stratified, and a pure function of the labels and (seed, "folds").

    The examples are put in an order drawn at random, sorted by class without disturbing that order, and dealt out like cards. So the
    number of a class's examples in a fold is n_class / folds rounded down or up, and the size of a fold n / folds rounded down or up.
    A class smaller than `folds` is missing from some (see `sparse_note`).

    Raises `ConfigError` for fewer than two folds and `DataError` where every class has fewer examples than there are folds.

    >>> np.bincount(assign(np.repeat([0, 1], [6, 3]), 3, seed=0)).tolist()
    [3, 3, 3]
    """
    if folds < 2:
        raise ConfigError(f"folds must be at least 2: one is held out, the others are for training; got {folds}.")
    counts = np.bincount(labels)
    most = int(counts.max(initial=0))
    if folds > most:
        which = f", which class number {counts.argmax()} has" if most else ""
        raise DataError(f"no class has {folds} examples to deal into {folds} folds; the most are {most}{which}. Ask for fewer folds.")
    order = torch.randperm(len(labels), generator=generator(seed, "folds")).numpy()
    by_class = order[np.argsort(labels[order], kind="stable")]
    numbers = np.empty(len(labels), dtype=np.int64)
    numbers[by_class] = np.arange(len(labels)) % folds
    return numbers


def sparse_note(labels: Int64[np.ndarray, " n"], folds: int, *, classes: Sequence[str]) -> str:
    """Return a sentence for the person where some classes have fewer examples than there are folds; else an empty text.

    >>> sparse_note(np.array([0, 0, 0, 1]), 3, classes=("cat", "dog"))
    "'dog' (1) has fewer examples than the 3 folds: some folds are validated without it."
    """
    counts = np.bincount(labels, minlength=len(classes))
    few = [f"{name!r} ({count})" for name, count in zip(classes, counts.tolist(), strict=True) if 0 < count < folds]
    if not few:
        return ""
    verb, whom = ("has", "it") if len(few) == 1 else ("have", "them")
    return (
        f"{', '.join(few[:5])}{', ...' if len(few) > 5 else ''} {verb} fewer examples than the {folds} folds: "
        f"some folds are validated without {whom}."
    )
