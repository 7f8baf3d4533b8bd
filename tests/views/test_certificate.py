from thalweg.evidence.certificate import example
from thalweg.views.certificate import draw


def test_the_interval_runs_from_the_bound_to_the_objective():
    chart = draw(example())
    assert list(chart.figure.data[0].x) == [0.375, 0.4]
    assert "not below 0.375" in chart.alt
    assert ("gap", "0.025") in chart.table.rows
