import numpy as np

from thalweg.core.entries import ReadOptions
from thalweg.core.progress import Silent
from thalweg.images.xor import ENTRY


def read(**options):
    found = ENTRY.read("xor", ReadOptions(**options), Silent())
    return found.images.reshape(-1, 2).astype(np.float64), found.labels


def test_the_class_is_the_sign_of_the_product():
    points, labels = read(examples=2000)
    assert np.array_equal(points.prod(1) < 0, labels == 1)
    assert np.abs(points).min() >= 0.05 - 1e-7  # float32 of 0.05
    assert np.abs(points).max() <= 1


def test_all_four_squares_are_used_alike():
    points, _ = read(examples=4000)
    squares = np.bincount(2 * (points[:, 0] > 0) + (points[:, 1] > 0))
    assert np.abs(squares - 1000).max() < 5 * np.sqrt(4000 * 0.25 * 0.75)
