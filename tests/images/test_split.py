from functools import partial

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedShuffleSplit

from thalweg.core.errors import ConfigError, DataError
from thalweg.core.imageset import Split
from thalweg.images._split import FEWEST, all_train, fill_split, train_and_test


def sizes(split):
    return tuple(len(rows) for rows in split.parts().values())


def test_default_fractions_by_hand():
    # 100 rows: round(0.2 * 100) = 20 for testing, round(0.1 * 80) = 8 of the rest for validation
    assert sizes(fill_split(np.arange(100) % 2, all_train(100), seed=0)) == (72, 8, 20)


def test_counts_per_class_match_scikit_learn():
    labels = np.repeat([0, 1, 2, 3], [40, 25, 13, 22])
    split = fill_split(labels, all_train(100), validation=0, test=0.3, seed=4)
    oracle = next(StratifiedShuffleSplit(1, test_size=30, random_state=0).split(labels, labels))[1]
    # 0.3 * (40, 25, 13, 22) = (12, 7.5, 3.9, 6.6): 28 whole rows, and the two largest remainders, 0.9 and 0.6, get one more
    assert np.bincount(labels[split.test]).tolist() == np.bincount(labels[oracle]).tolist() == [12, 7, 4, 7]


def test_parts_of_the_source_stay():
    given_split = train_and_test(60, 40)
    filled = fill_split(np.arange(100) % 2, given_split, seed=0)
    assert filled.test is given_split.test
    assert sizes(filled) == (54, 6, 40)


def test_the_split_is_a_function_of_the_seed():
    labels = np.arange(100) % 4
    first, again, other = (fill_split(labels, all_train(100), seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first.test, again.test)
    assert not np.array_equal(first.test, other.test)
    # the very rows, so that another platform or version that draws differently is noticed
    assert fill_split(np.arange(20) % 2, all_train(20), validation=0, seed=0).test.tolist() == [3, 8, 16, 17]


@pytest.mark.parametrize("size", range(6))
def test_tiny_sets_hold_nothing_out(size):
    labels = np.repeat([0, 1], size)
    assert sizes(fill_split(labels, all_train(2 * size), seed=0)) == (2 * size, 0, 0)


def test_fraction_zero_leaves_the_part_empty():
    assert sizes(fill_split(np.arange(50) % 2, all_train(50), validation=0, test=0, seed=0)) == (50, 0, 0)


def test_an_impossible_split_names_the_class():
    labels = np.r_[np.zeros(FEWEST), np.arange(1, 21)].astype(np.int64)
    with pytest.raises(
        DataError, match=r"test part of 0.5 of 30 training examples would empty a class in train: .* 'c1' \(1\), 'c2' \(1\)"
    ):
        fill_split(labels, all_train(30), test=0.5, seed=0, classes=[f"c{n}" for n in range(21)])


@pytest.mark.parametrize("fraction", [1.0, -0.1, float("nan")])
def test_fractions_out_of_range(fraction):
    with pytest.raises(ConfigError, match=r"test must be a fraction in \[0, 1\)"):
        fill_split(np.arange(50) % 2, all_train(50), test=fraction, seed=0)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60), st.floats(0, 0.99), st.floats(0, 0.99), st.integers(0, 5))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_are_dealt_out_once_and_no_class_is_emptied(read_or_refuse, labels, validation, test, seed):
    labels = np.array(labels, dtype=np.int64)
    split = read_or_refuse(
        partial(fill_split, validation=validation, test=test, seed=seed), labels, all_train(len(labels)), named="would empty a class"
    )
    if split is None:
        return
    assert sorted(np.concatenate(list(split.parts().values())).tolist()) == list(range(len(labels)))
    assert set(labels[split.train]) == set(labels)


def test_test_only_sources_are_left_alone():
    only_test = Split(np.empty(0, np.int64), np.empty(0, np.int64), np.arange(30, dtype=np.int64))
    assert fill_split(np.arange(30) % 2, only_test, seed=0) is only_test
