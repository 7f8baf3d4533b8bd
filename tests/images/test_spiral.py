import numpy as np

from thalweg.core.entries import ReadOptions
from thalweg.core.progress import Silent
from thalweg.images.spiral import ENTRY


def read(**options):
    found = ENTRY.read("spiral", ReadOptions(**options), Silent())
    return found.images.reshape(-1, 2).astype(np.float64), found.labels


def test_points_by_hand():
    points, labels = read(examples=8)
    # t = 1/4, 2/4, 3/4, 1; the angle at the end is 1.75 turns: (sin, cos) = (-1, 0)
    np.testing.assert_allclose(points[labels == 0][-1], [-1, 0], atol=1e-6)
    quarter = 2 * np.pi * 1.75 / 4
    np.testing.assert_allclose(points[0], [0.25 * np.sin(quarter), 0.25 * np.cos(quarter)], atol=1e-6)


def test_the_arms_are_each_other_turned_by_half_a_circle():
    points, labels = read(examples=300)
    np.testing.assert_allclose(points[labels == 0], -points[labels == 1], atol=1e-6)
