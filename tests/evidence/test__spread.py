import math
import statistics

import numpy as np
import pytest

from thalweg.evidence._spread import FEW, band, median, spread


def test_mean_deviation_and_error_are_the_textbook_ones():
    values = [0.81, 0.79, 0.83, 0.7]
    one = spread(values)
    assert one.mean == pytest.approx(statistics.mean(values), abs=1e-15)
    assert one.deviation == pytest.approx(statistics.stdev(values), rel=1e-12)
    assert one.error == pytest.approx(statistics.stdev(values) / 2, rel=1e-12)


def test_what_is_not_finite_does_not_count_and_one_value_has_no_spread():
    one = spread([0.5, math.nan, math.inf])
    assert (one.mean, one.deviation, one.error, one.count) == (0.5, None, None, 1)
    assert (spread([]).mean, spread([]).count) == (None, 0)


def test_a_lost_repetition_stays_in_the_median_and_not_in_the_band():
    values = np.array([[1.0, 1.0], [2.0, 2.0], [3.0, np.inf]])
    one = band(values, lost=np.inf)
    assert (one.low, one.median, one.high) == ((1.0, 1.0), (2.0, 2.0), (3.0, 2.0))
    assert median([1.0, 2.0, -math.inf, -math.inf], lost=-math.inf) == -math.inf
    assert median([0.25, 0.75], lost=math.inf) == 0.5
    assert math.isnan(median([], lost=math.inf))


def test_a_point_that_nobody_measured_has_no_band():
    one = band(np.array([[math.nan], [math.nan]]), lost=np.inf)
    assert (one.low, one.median, one.high) == ((None,), (None,), (None,))


def test_many_repetitions_leave_a_tenth_out_on_each_side():
    values = np.arange(11.0)[:, None]
    assert (band(values, lost=np.inf).low, band(values, lost=np.inf).high) == ((1.0,), (9.0,))
    few = values[: FEW - 1]
    assert (band(few, lost=np.inf).low, band(few, lost=np.inf).high) == ((0.0,), (8.0,))
