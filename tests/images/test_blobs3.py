import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from thalweg.core.entries import ReadOptions
from thalweg.core.errors import ConfigError
from thalweg.core.progress import Silent
from thalweg.images.blobs3 import ENTRY, POINTS


def read(**options):
    return ENTRY.read("blobs3", ReadOptions(**options), Silent())


def test_nine_points_in_three_classes_that_lines_part():
    blobs = read()
    assert blobs.images.reshape(3, 3, 2).tolist() == np.float32(POINTS).tolist()
    assert blobs.labels.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    points = blobs.images.reshape(9, 2)
    assert np.abs(points).max() <= 1
    assert LogisticRegression(C=1e4).fit(points, blobs.labels).score(points, blobs.labels) == 1


def test_another_number_of_points_is_refused():
    assert len(read(examples=9)) == 9
    with pytest.raises(ConfigError, match="blobs3 has exactly 9 examples; got 30"):
        read(examples=30)
