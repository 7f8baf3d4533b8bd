import numpy as np

from thalweg.evidence import rate_band as evidence
from thalweg.evidence._ramps import rate_word
from thalweg.views import rate_band

RATES = np.geomspace(1e-5, 10.0, 121)


def traces(chart):
    return {trace.name: trace for trace in chart.figure.data}


def test_band_suggestion_divergence_and_curvature_are_drawn():
    band = evidence.example()
    chart = rate_band.draw(band)
    drawn = traces(chart)
    assert set(drawn) == {"seeds", "diverged", "suggestion: 0.0282", "2/λmax: 0.4"}
    assert drawn["suggestion: 0.0282"].x == (band.suggestion, band.suggestion)
    assert drawn["2/λmax: 0.4"].x == (0.4, 0.4)
    assert drawn["diverged"].x == tuple(ramp.diverged for ramp in band.ramps)
    box = chart.figure.layout.shapes[1]
    assert (box.x0, box.x1) == (band.low, band.high)
    assert chart.figure.layout.xaxis.type == "log"
    assert chart.alt == (
        "2 seeds, each with a rate that grows from 1e-4 to 10. All agree on rates from 0.00891 to 0.0837 (green); 0.0282 is suggested. "
        f"2 of 2 diverged, the first at {rate_word(min(ramp.diverged for ramp in band.ramps))}. 2/λmax is 0.4 (residual 1e-6)."
    )


def test_curves_end_where_they_leave_the_window():
    chart = rate_band.draw(evidence.example())
    low, high = chart.figure.layout.yaxis.range
    for trace in chart.figure.data:
        if trace.name == "seeds":
            assert max(trace.y[:-1]) <= high
            assert min(trace.y) >= low


def test_without_a_band_the_reason_is_told_and_no_box_is_drawn():
    chart = rate_band.draw(evidence.measure(RATES, np.full((2, 121), 2.0), start=np.array([2.0, 2.0]), noise=0.1))
    assert "No rate is suggested: 2 of 2 seeds never fell" in chart.alt
    assert [shape.type for shape in chart.figure.layout.shapes] == ["line"]
    assert set(traces(chart)) == {"seeds"}
    assert chart.table.rows[0] == ("0", "2.000", "–", "–", "–", "–", "–")


def test_a_seed_that_was_lost_at_once_has_no_curve_and_a_cross():
    chart = rate_band.draw(evidence.measure(RATES, np.full((1, 121), np.nan), start=np.array([2.0]), noise=0.0))
    assert traces(chart)["seeds"].x == ()
    assert traces(chart)["diverged"].x == (RATES[0],)
