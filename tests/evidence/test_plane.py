import numpy as np
import pytest

from thalweg.core.errors import ConfigError, DataError
from thalweg.evidence import plane


def test_border_of_two_linear_scores_is_where_the_formula_puts_it():
    # (W_1 - W_0) x + b_1 - b_0 = 2 x_1 - 1 = 0: the vertical line at one half
    score = lambda points: np.stack([1 - points[:, 0], points[:, 0]], 1)  # noqa: E731
    record = plane.measure(np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([0, 1]), score, classes=["a", "b"], resolution=101)
    assert (record.x[0], record.x[-1]) == (-0.15, 1.15)
    assert (record.regions == (record.x > 0.5 + 1e-9)[None, :]).all()
    assert np.abs(record.lead(1) - (2 * record.x - 1)[None, :]).max() < 1e-12


def test_grid_rows_are_the_second_coordinate():
    score = lambda points: np.stack([points[:, 1], 0 * points[:, 1]], 1)  # noqa: E731
    record = plane.measure(np.array([[0.0, -1.0], [5.0, 1.0]]), np.array([1, 0]), score, classes=["above", "below"], resolution=10)
    assert record.scores.shape == (10, 10, 2)
    assert (record.scores[:, :, 0] == record.y[:, None]).all()
    assert record.row()["right"] == 2


def test_points_on_one_spot_still_span_a_plane():
    record = plane.measure(np.array([[2.0, 3.0]]), np.array([0]), lambda points: points, classes=["a", "b"], resolution=2)
    assert record.x.tolist() == pytest.approx([1.85, 2.15])


def test_no_points_too_few_grid_lines_and_wrong_scores_are_errors():
    with pytest.raises(DataError, match="at least one point"):
        plane.measure(np.zeros((0, 2)), np.zeros(0, np.int64), lambda points: points, classes=["a", "b"])
    with pytest.raises(ConfigError, match="resolution must be a whole number >= 2; got 1"):
        plane.measure(np.zeros((1, 2)), np.array([0]), lambda points: points, classes=["a", "b"], resolution=1)
    with pytest.raises(DataError, match="must answer 3 scores a point; got 2"):
        plane.measure(np.zeros((1, 2)), np.array([0]), lambda points: points, classes=["a", "b", "c"])
