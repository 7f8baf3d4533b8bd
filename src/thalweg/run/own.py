"""Own examples: with folds, which examples a member trains on and which are held out for it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Bool, Float64, Int64
from torch import Tensor

from thalweg.core.errors import DataError
from thalweg.core.imageset import ImageSet, Split
from thalweg.run.folds import assign
from thalweg.run.recipe import Recipe


def folded(images: ImageSet, recipe: Recipe) -> ImageSet:
    """Return the set with the split that a recipe's fold asks for: trained on all folds but one, validated on that one.

    The folds are dealt out of the training and the validation part together, so that the answer is the same for a set that is folded
    already. Without folds the set is returned as it is.
    """
    if recipe.data.folds is None:
        return images
    rows = _rows(images.split)
    held = _folds(images, rows, recipe) == recipe.data.fold
    return replace(images, split=Split(rows[~held], rows[held], images.split.test))


def ownership(recipes: Sequence[Recipe], images: ImageSet) -> tuple[Split, Bool[Tensor, "members all"] | None]:
    """Return the split that all members share, and which examples each of them trains on (None: on the whole training part).

    With folds, training and validation part of the shared split are both all that is not for testing: a member takes its validation
    figures on what it does not train on.
    """
    if recipes[0].data.folds is None:
        return images.split, None
    rows = _rows(images.split)
    folds = _folds(images, rows, recipes[0])
    own = torch.zeros(len(recipes), len(images), dtype=torch.bool)
    for place, recipe in enumerate(recipes):
        own[place, torch.from_numpy(rows[folds != recipe.data.fold])] = True
    return Split(rows, rows, images.split.test), own


def weighed(counts: Float64[np.ndarray, "members all"], images: ImageSet) -> Float64[Tensor, "members all"]:
    """Return how much each example counts for each member, in units in which the mean over the training part is 1.

    So the mean of the losses is 1/N sum c_i l_i over all N training examples, and of a batch of B the same with B, whose expectation is the
    gradient of the whole: twice the count is the example twice. Raises `DataError` on counts that are negative or not finite, and where
    nothing counts for some member.
    """
    if counts.shape[1] != len(images):
        raise DataError(f"{images.source}: {len(images)} examples but {counts.shape[1]} counts; every example needs one.")
    if not np.isfinite(counts).all() or (counts < 0).any():
        raise DataError(f"{images.source}: how much an example counts must be a number of at least 0, and finite.")
    means = counts[:, images.split.train].mean(1, keepdims=True)
    if not (means > 0).all():
        raise DataError(f"{images.source}: all weights are zero, so there is nothing to train on.")
    return torch.from_numpy(counts / means)


def _rows(split: Split) -> Int64[np.ndarray, " n"]:
    return np.sort(np.concatenate([split.train, split.validation]))


def _folds(images: ImageSet, rows: Int64[np.ndarray, " n"], recipe: Recipe) -> Int64[np.ndarray, " n"]:
    assert recipe.data.folds is not None
    try:
        return assign(images.labels[rows], recipe.data.folds, seed=recipe.shared_seed)
    except DataError as error:
        raise DataError(f"{images.source}: {error}") from None
