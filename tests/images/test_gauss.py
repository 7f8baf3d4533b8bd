import numpy as np

from thalweg.core.entries import ReadOptions
from thalweg.core.progress import Silent
from thalweg.images.gauss import ENTRY


def read(**options):
    found = ENTRY.read("gauss", ReadOptions(**options), Silent())
    return found.images.reshape(-1, 2).astype(np.float64), found.labels


def test_clouds_lie_where_the_formula_says():
    points, labels = read(examples=20_000)
    for label, centre in ((0, 0.4), (1, -0.4)):
        cloud = points[labels == label]
        # 10 000 points: the mean is within 5 * 0.12 / 100 of the centre, the standard deviation within 5 * 0.12 / sqrt(20 000)
        assert np.abs(cloud.mean(0) - centre).max() < 0.006
        assert np.abs(cloud.std(0) - 0.12).max() < 0.005
        assert abs(np.corrcoef(cloud.T)[0, 1]) < 0.05
