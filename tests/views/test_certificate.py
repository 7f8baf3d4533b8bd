from dataclasses import replace

import pytest

from thalweg.evidence.certificate import example
from thalweg.views.certificate import draw


def test_the_interval_runs_from_the_bound_to_the_objective():
    chart = draw(example())
    assert list(chart.figure.data[0].x) == [0.375, 0.4]
    assert "not below 0.375" in chart.alt
    assert ("gap", "0.025") in chart.table.rows


@pytest.mark.parametrize("gap", [1e-3, 1e-5, 1e-8, 1e-12])
def test_however_small_the_gap_numbers_on_the_axis_differ(gap):
    chart = draw(replace(example(), dual=0.4 - gap, gap=gap))
    bound, objective = (mark.text[0] for mark in chart.figure.data[1:])
    assert float(objective) - float(bound) == pytest.approx(gap, rel=0.02)
    tick = chart.figure.layout.xaxis.tickformat.removeprefix(".").removesuffix("g")
    low, high = chart.figure.layout.xaxis.range
    shown = {f"{low + share * (high - low):.{tick}g}" for share in (0.1, 0.3, 0.5, 0.7, 0.9)}
    assert len(shown) == 5
