import numpy as np

from thalweg.core.entries import ReadOptions
from thalweg.core.progress import Silent
from thalweg.images.circle import ENTRY


def read(**options):
    found = ENTRY.read("circle", ReadOptions(**options), Silent())
    return found.images.reshape(-1, 2).astype(np.float64), found.labels


def test_a_disc_within_a_ring():
    points, labels = read(examples=2000)
    radius = np.hypot(*points.T)
    assert radius[labels == 0].max() <= 0.5 + 1e-6
    assert radius[labels == 1].min() >= 0.7 - 1e-6
    assert radius[labels == 1].max() <= 1 + 1e-6
    # uniform radius: the mean over 1000 points is within 5 standard errors of 0.25 and of 0.85
    assert abs(radius[labels == 0].mean() - 0.25) < 5 * 0.5 / np.sqrt(12 * 1000)
    assert abs(radius[labels == 1].mean() - 0.85) < 5 * 0.3 / np.sqrt(12 * 1000)


def test_angles_go_all_around():
    points, _ = read(examples=2000)
    assert np.abs(points.mean(0)).max() < 0.06
