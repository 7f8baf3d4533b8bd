import numpy as np
from sklearn.datasets import load_digits

from thalweg.core.entries import ReadOptions
from thalweg.core.progress import Silent
from thalweg.images.digits import ENTRY


def test_golden_counts_and_pixels():
    digits = ENTRY.read("digits", ReadOptions(), Silent())
    assert digits.images.shape == (1797, 8, 8, 1)
    assert np.bincount(digits.labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    # the first digit's first row is 0 0 5 13 9 1 0 0 of 16: 5 * 255 / 16 = 79.7, 13 -> 207.2, 9 -> 143.4, 1 -> 15.9
    assert digits.images[0, 0, :, 0].tolist() == [0, 0, 80, 207, 143, 16, 0, 0]
    assert digits.images.max() == 255


def test_levels_can_be_told_apart_again():
    digits = ENTRY.read("digits", ReadOptions(), Silent())
    assert np.array_equal(np.rint(digits.images.reshape(1797, 64) / 255 * 16), load_digits().data)
