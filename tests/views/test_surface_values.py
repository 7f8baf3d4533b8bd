from dataclasses import replace

import numpy as np
import pytest

from thalweg.evidence import surface_paths as evidence
from thalweg.run.surface_record import Ended, Finish
from thalweg.views import surface_values


def walked(runner, path, values=None, **changes):
    """The runner with another path; what belongs to its points has as many of them."""
    path = np.array(path, dtype=np.float64)
    plain = {"values": np.zeros(len(path)), "gradient_norms": np.zeros(len(path)), "eigenvalues": np.ones((len(path), 2))}
    given = {} if values is None else {"values": np.array(values, dtype=np.float64)}
    return replace(runner, path=path, **{**plain, **given, **changes})


def test_heights_above_the_lowest_point_are_on_a_log_axis_with_zero_at_the_floor():
    figure = surface_values.draw(evidence.example()).figure
    assert figure.layout.yaxis.type == "log"
    newton, descent = figure.data
    assert list(newton.y) == [0.5, 1e-16, 1e-16, 1e-16]
    assert list(descent.y) == [0.5, 0.125, 0.03125, 0.0078125]


def test_on_a_surface_without_a_lowest_value_lines_are_plain_and_end_at_the_finish():
    record = evidence.example()
    path, values = [[1.0, 0.0], *[[0.0, 1.1]] * 3], [0.5, -0.6, -0.6, -0.6]
    runner = walked(record.race.runners[0], path, values, ended=Ended(finish=Finish.ESCAPED, step=1))
    figure = surface_values.draw(replace(record, race=replace(record.race, finish=-0.5, critical=(), runners=(runner,)))).figure
    assert figure.layout.yaxis.type is None
    assert list(figure.data[0].y) == [0.5, -0.6]
    assert figure.data[1].name == "finish: -0.5000"
    assert list(figure.layout.xaxis.range) == [0, 1]


def test_long_races_are_thinned_and_keep_both_ends():
    record = evidence.example()
    many = 5001
    runner = walked(record.race.runners[0], np.zeros((many, 2)), np.linspace(2.0, 1.0, many))
    chart = surface_values.draw(replace(record, race=replace(record.race, steps=many - 1, runners=(runner,))))
    line = chart.figure.data[0]
    assert len(line.x) == 300
    assert (line.x[0], line.x[-1]) == (0, many - 1)
    assert line.y[0] == pytest.approx(2.0)
    assert chart.table.columns[1:4] == ("step 0", "step 1", "step 2")
    assert chart.table.columns[-1] == "step 5,000"
