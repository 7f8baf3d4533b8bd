import numpy as np
import pytest

from thalweg.evidence import calibration as evidence
from thalweg.views import calibration


def test_points_are_the_filled_bins():
    chart = calibration.draw(evidence.example())
    diagonal, points = chart.figure.data
    assert (diagonal.x, diagonal.y) == ((0, 1), (0, 1))
    assert points.x == pytest.approx((0.6, 0.9))
    assert points.y == (0.5, 0.5)
    assert chart.alt == "Confidence and accuracy differ by 25.0 percentage points on average (5 bins)."


def test_no_answers_draw_the_diagonal_alone():
    chart = calibration.draw(evidence.measure(np.zeros((0, 2)), np.zeros(0, np.int64)))
    assert len(chart.figure.data[1].x) == 0
    assert chart.alt == "There is no gap to show: there are no examples."
