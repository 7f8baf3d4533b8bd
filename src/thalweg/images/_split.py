"""Splits: what the source gives stays; missing parts are carved from the training rows, stratified by class and by seed."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Int64

from thalweg.core.errors import ConfigError, DataError
from thalweg.core.imageset import Split
from thalweg.core.seeds import generator

FEWEST = 10
"""Nothing is held out of a set in which every class has fewer training examples than this."""


def all_train(count: int) -> Split:
    """Return the split of a source that says nothing: every row is a training row.

    >>> all_train(3).train, all_train(3).test
    (array([0, 1, 2]), array([], dtype=int64))
    """
    return Split(np.arange(count, dtype=np.int64), _nothing(), _nothing())


def train_and_test(train: int, test: int) -> Split:
    """Return the split of a source whose first `train` rows are for training and whose next `test` rows are for testing."""
    return Split(np.arange(train, dtype=np.int64), _nothing(), np.arange(train, train + test, dtype=np.int64))


def fill_split(
    labels: Int64[np.ndarray, " n"],
    split: Split,
    *,
    validation: float | int = 0.1,
    test: float | int = 0.2,
    seed: int,
    classes: Sequence[str] = (),
) -> Split:
    """Return `split` with a missing test part, then a missing validation part, carved from its training rows.

    Of N training rows round(fraction * N) go, shared out by class: floor(fraction * n) of a class with n rows, and one more of those with
    the largest remainders (ties by seed). Which rows, is a pure function of (seed, part); a part's rows are in ascending order. A part
    that the source gives is never touched, a fraction of 0 leaves a missing part empty, and so does a set in which every class has
    fewer than `FEWEST` training rows: too few to hold any out. `classes` gives the names for messages.

    Raises `ConfigError` on a fraction outside [0, 1) and `DataError` where every way of carving takes all rows of some class.

    >>> fill_split(np.repeat([0, 1], 50), all_train(100), validation=0, seed=0).train.size
    80
    >>> fill_split(np.repeat([0, 1, 2], 3), all_train(9), seed=0).train.size
    9
    """
    for name, fraction in (("validation", validation), ("test", test)):
        if not 0 <= fraction < 1:
            raise ConfigError(
                f"{name} must be a fraction in [0, 1), the share of the training examples that is held out; got {fraction!r}."
            )
    train, parts = split.train, {"test": split.test, "validation": split.validation}
    if train.size == 0 or np.bincount(labels[train]).max() < FEWEST:
        return split
    for name, fraction in (("test", test), ("validation", validation)):
        if parts[name].size == 0 and fraction > 0:
            train, parts[name] = _carve(labels, train, fraction=fraction, part=name, seed=seed, classes=classes)
    return Split(train, parts["validation"], parts["test"])


def _carve(
    labels: Int64[np.ndarray, " n"],
    train: Int64[np.ndarray, " rows"],
    *,
    fraction: float | int,
    part: str,
    seed: int,
    classes: Sequence[str],
) -> tuple[Int64[np.ndarray, " kept"], Int64[np.ndarray, " carved"]]:
    """Take a stratified part out of `train`: each class gives its first rows in an order drawn from (seed, part)."""
    source = generator(seed, "split", part)
    order = train[torch.randperm(train.size, generator=source).numpy()]
    counts = np.bincount(labels[train])
    luck = torch.randperm(counts.size, generator=source).numpy()
    shares = _shares(counts, fraction, luck, part=part, classes=classes)
    by_class = order[np.argsort(labels[order], kind="stable")]
    rank = np.arange(train.size) - np.repeat(np.cumsum(counts) - counts, counts)
    carved = rank < np.repeat(shares, counts)
    return np.sort(by_class[~carved]), np.sort(by_class[carved])


def _shares(
    counts: Int64[np.ndarray, " classes"], fraction: float | int, luck: Int64[np.ndarray, " classes"], *, part: str, classes: Sequence[str]
) -> Int64[np.ndarray, " classes"]:
    """Share round(fraction * N) out by largest remainder, never taking the last row of a class."""
    exact = fraction * counts
    shares = np.floor(exact).astype(np.int64)
    more = int(np.floor(fraction * counts.sum() + 0.5)) - int(shares.sum())
    able = np.flatnonzero(counts - shares > 1)
    if more > able.size:
        small = np.flatnonzero((counts > 0) & (counts - shares <= 1))
        named = ", ".join(f"{_name(int(c), classes)} ({counts[c]})" for c in small[:5]) + (", ..." if small.size > 5 else "")
        raise DataError(
            f"a stratified {part} part of {fraction:g} of {counts.sum()} training examples would empty a class in train: "
            f"{small.size} class(es) can give no more, {named}. Add examples, leave those out, or ask for a smaller fraction (0: none)."
        )
    ranked = able[np.lexsort((luck[able], -(exact - shares)[able]))]
    shares[ranked[:more]] += 1
    return shares


def _name(number: int, classes: Sequence[str]) -> str:
    return repr(classes[number]) if number < len(classes) else f"class {number}"


def _nothing() -> Int64[np.ndarray, " 0"]:
    return np.empty(0, dtype=np.int64)
