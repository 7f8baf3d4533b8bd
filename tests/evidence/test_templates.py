import json

import numpy as np
import pytest

from thalweg.core.errors import ConfigError, ModelError
from thalweg.evidence import templates


def test_rows_become_pictures_in_height_width_channel_order():
    weights = np.arange(24.0).reshape(2, 12)
    record = templates.measure(weights, (2, 2, 3), ["a", "b"])
    assert record.pictures[1].values.tolist() == weights[1].reshape(2, 2, 3).tolist()
    # the score of a picture is the inner product with its template
    picture = np.random.default_rng(0).random((2, 2, 3))
    assert (record.pictures[1].values * picture).sum() == pytest.approx(weights[1] @ picture.ravel())


def test_scale_is_symmetric_and_ignores_the_largest_hundredth():
    values = np.full((1, 100), 0.5)
    values[0, 0] = -80.0
    one = templates.measure(values, (10, 10, 1), ["a"]).pictures[0]
    assert 0.5 <= one.bound < 2.0  # the 0.99 quantile interpolates between 0.5 and 80 by 1% of the way
    assert (one.low, one.high, one.beyond) == (-80.0, 0.5, 0.01)


def test_exact_zeros_are_counted_and_sparse_weights_still_have_a_scale():
    values = np.zeros((1, 400))
    values[0, 7] = 0.3
    one = templates.measure(values, (20, 20, 1), ["a"]).pictures[0]
    assert (one.zeros, one.bound) == (0.9975, 0.3)
    empty = templates.measure(np.zeros((1, 4)), (2, 2, 1), ["a"]).pictures[0]
    assert (empty.bound, empty.zeros) == (0.0, 1.0)


def test_weights_that_are_not_finite_have_no_range_and_stay_strict_json():
    record = templates.measure(np.full((1, 4), np.nan), (2, 2, 1), ["a"])
    assert (record.pictures[0].low, record.pictures[0].bound) == (None, 0.0)
    json.dumps(record.row(), allow_nan=False)


def test_shapes_that_do_not_fit_are_an_error():
    with pytest.raises(ModelError, match=r"W must be 2 x 4 for 2 classes"):
        templates.measure(np.zeros((2, 5)), (2, 2, 1), ["a", "b"])
    with pytest.raises(ConfigError, match=r"quantile must lie in \(0, 1\]; got 0"):
        templates.measure(np.zeros((1, 4)), (2, 2, 1), ["a"], quantile=0.0)
