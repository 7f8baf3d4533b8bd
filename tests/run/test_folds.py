"""Folds: stratified, balanced, seeded; held against scikit-learn's StratifiedKFold."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedKFold

from thalweg.core.errors import ConfigError, DataError
from thalweg.run.folds import assign, sparse_note


def table(labels: np.ndarray, numbers: np.ndarray, folds: int) -> np.ndarray:
    return np.array([np.bincount(labels[numbers == fold], minlength=labels.max() + 1) for fold in range(folds)])


def test_by_hand() -> None:
    labels = np.array([0, 1, 0, 1, 0, 1, 0, 1])
    assert table(labels, assign(labels, 2, seed=0), 2).tolist() == [[2, 2], [2, 2]]
    assert table(labels, assign(labels, 4, seed=7), 4).tolist() == [[1, 1]] * 4


def test_a_function_of_the_seed() -> None:
    labels = np.repeat(np.arange(4), 30)
    assert np.array_equal(assign(labels, 5, seed=1), assign(labels, 5, seed=1))
    assert not np.array_equal(assign(labels, 5, seed=1), assign(labels, 5, seed=2))


@settings(deadline=None)
@given(labels=st.lists(st.integers(0, 4), min_size=2, max_size=80), folds=st.integers(2, 6), seed=st.integers(0, 3))
def test_as_even_as_scikit_learns(labels: list[int], folds: int, seed: int) -> None:
    y = np.array(labels, dtype=np.int64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            split = list(StratifiedKFold(folds, shuffle=True, random_state=0).split(np.zeros(len(y)), y))
        except ValueError:
            with pytest.raises(DataError):
                assign(y, folds, seed=seed)
            return
    theirs = np.empty(len(y), dtype=np.int64)
    for fold, (_, held) in enumerate(split):
        theirs[held] = fold
    ours = table(y, assign(y, folds, seed=seed), folds)
    assert np.array_equal(np.sort(ours, axis=0), np.sort(table(y, theirs, folds), axis=0))
    assert np.ptp(ours, axis=0).max() <= 1
    assert np.ptp(ours.sum(axis=1)) <= 1


def test_errors_and_the_note() -> None:
    with pytest.raises(ConfigError, match=r"folds must be at least 2.*got 1"):
        assign(np.array([0, 0]), 1, seed=0)
    with pytest.raises(DataError, match="no class has 3 examples to deal into 3 folds; the most are 2, which class number 1 has"):
        assign(np.array([0, 1, 1]), 3, seed=0)
    with pytest.raises(DataError, match=r"the most are 0\. Ask for fewer folds"):
        assign(np.array([], dtype=np.int64), 2, seed=0)
    labels = np.array([0, 0, 0, 1, 2, 2])
    assert (
        sparse_note(labels, 2, classes=("a", "b", "c"))
        == "'b' (1) has fewer examples than the 2 folds: some folds are validated without it."
    )
    assert "'b' (1), 'c' (2) have fewer" in sparse_note(labels, 3, classes=("a", "b", "c", "none of these"))
    assert sparse_note(np.array([0, 0]), 2, classes=("a",)) == ""
