from dataclasses import replace

import numpy as np
import pytest

from thalweg.core.errors import DataError
from thalweg.run.own import folded, ownership
from thalweg.run.recipe import Recipe


def fold(number, folds=4):
    return Recipe.make(data={"folds": folds, "fold": number})


def test_folds_cover_all_that_is_not_for_testing_once(pictures):
    parts = [folded(pictures, fold(number)).split for number in range(4)]
    held = np.concatenate([split.validation for split in parts])
    everything = np.sort(np.concatenate([pictures.split.train, pictures.split.validation]))
    assert np.array_equal(np.sort(held), everything)
    for split in parts:
        assert np.array_equal(np.sort(np.concatenate([split.train, split.validation])), everything)
        assert np.array_equal(split.test, pictures.split.test)
        counts = np.bincount(pictures.labels[split.validation], minlength=10)
        assert np.abs(counts - np.bincount(pictures.labels[everything], minlength=10) / 4).max() < 1


def test_folding_twice_is_folding_once_and_without_folds_nothing_changes(pictures):
    once = folded(pictures, fold(2))
    assert folded(once, fold(2)).split.fingerprint == once.split.fingerprint
    assert folded(once, fold(1)).split.fingerprint == folded(pictures, fold(1)).split.fingerprint
    assert folded(pictures, Recipe()) is pictures


def test_masks_say_what_each_member_trains_on(pictures):
    split, own = ownership([fold(0), fold(3)], pictures)
    for place, number in enumerate((0, 3)):
        assert np.array_equal(np.flatnonzero(own[place].numpy()), folded(pictures, fold(number)).split.train)
    assert np.array_equal(split.train, split.validation)
    assert ownership([Recipe()], pictures) == (pictures.split, None)


def test_too_many_folds_name_the_source(pictures):
    few = replace(pictures, split=replace(pictures.split, train=pictures.split.train[:3], validation=pictures.split.validation[:0]))
    with pytest.raises(DataError, match=r"digits: no class has 9 examples"):
        folded(few, fold(0, folds=9))
