from dataclasses import replace

import numpy as np
import pytest

from thalweg.evidence import comparison as evidence
from thalweg.evidence.comparison import Contender
from thalweg.views import paired_differences


def record(*wrong, count=200, names=None):
    """Runs that are wrong on the given rows, of a class of its own."""
    runs = []
    for place, rows in enumerate(wrong):
        predicted = np.isin(np.arange(count), rows).astype(np.int64)
        name = names[place] if names else f"run {place}"
        runs.append(Contender(name=name, recipe={}, epochs=[], figures={}, predicted=predicted, losses=predicted.astype(float)))
    return evidence.measure(runs, np.zeros(count, np.int64), ["x", "y"])


def test_points_lie_at_the_differences_with_their_intervals_about_them():
    shown = record(range(40), range(20), range(41))
    sure, unsure = paired_differences.draw(shown).figure.data
    assert sure.x == pytest.approx((10.0, -10.5))
    assert sure.y == (0, 2)
    assert unsure.x == (-0.5,)
    one = shown.pairs[0].accuracy
    assert sure.x[0] + sure.error_x.array[0] == pytest.approx(100 * one.high)
    assert sure.x[0] - sure.error_x.arrayminus[0] == pytest.approx(100 * one.low)
    assert min(sure.error_x.array + sure.error_x.arrayminus) > 0


def test_the_text_equivalent_tells_the_largest_and_the_table_every_number():
    chart = paired_differences.draw(record(range(40), range(20)))
    largest = "the largest difference: run 1 less run 0, +10.00 points, 95% interval +5.56 to +14.24"
    assert chart.alt == f"Zero lies outside 1 of 1 intervals; {largest}."
    assert chart.table.rows[0][:7] == ("run 1", "run 0", "10.00%", "5.56%", "14.24%", "20", "0")
    assert chart.figure.layout.yaxis.ticktext == ("run 1 less run 0",)


def test_equal_runs_leave_every_interval_about_zero():
    chart = paired_differences.draw(record([1], [1]))
    assert chart.alt == "Zero lies within every interval."
    assert chart.table.rows[0][-3:] == ("–", "–", "–")


def test_of_many_runs_only_pairs_with_the_first_are_drawn():
    chart = paired_differences.draw(record(*[range(k) for k in range(8)]))
    assert len(chart.table.rows) == 7
    assert chart.alt.endswith("Pairs without run 0 are left out.")


def test_no_examples_and_hostile_names():
    assert paired_differences.draw(record([], [], count=0)).alt == "No differences: there are no examples."
    chart = paired_differences.draw(replace(record([1], [2]), names=("<i>a</i>", "b\x1b")))
    assert chart.figure.layout.yaxis.ticktext == ("b\\x1b less &lt;i&gt;a&lt;/i&gt;",)
