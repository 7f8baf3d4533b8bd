from dataclasses import replace

import numpy as np

from thalweg.core.entries import Critical
from thalweg.evidence import surface_paths as evidence
from thalweg.views import surface_paths


def traces(paths):
    return surface_paths.draw(paths).figure.data


def test_ground_trails_critical_points_and_start_are_drawn():
    record = evidence.example()
    drawn = traces(record)
    assert [trace.type for trace in drawn] == ["contour", *["scatter"] * 6]
    assert [(trace.meta, trace.name) for trace in drawn[1:5]] == [
        ("trail", "newton"),
        ("head", "newton"),
        ("trail", "gradient-descent"),
        ("head", "gradient-descent"),
    ]
    assert [trace.name for trace in drawn[5:]] == ["minimum", "start"]
    np.testing.assert_allclose(drawn[3].x, [1.0, 0.5, 0.25, 0.125])
    assert (drawn[4].x[0], drawn[6].x[0]) == (0.125, 1.0)


def test_the_colour_bar_names_true_heights():
    ground = traces(evidence.example())[0]
    assert ground.colorbar.ticktext[0] == "0"
    assert ground.colorbar.ticktext[-1] == "1.000"
    np.testing.assert_allclose(ground.customdata, evidence.example().heights, rtol=1e-6)


def test_every_kind_of_critical_point_has_its_own_mark():
    record = evidence.example()
    kinds = ("minimum", "maximum", "saddle", "degenerate")
    known = tuple(Critical(point=(0.1 * place, 0.0), kind=kind, value=0.0) for place, kind in enumerate(kinds))
    drawn = traces(replace(record, race=replace(record.race, critical=known)))
    marks = {trace.name: trace.marker.symbol for trace in drawn if trace.name in kinds}
    assert list(marks) == list(kinds)
    assert len(set(marks.values())) == 4


def test_the_table_holds_every_runner_and_the_title_the_knobs_and_the_angle():
    record = evidence.example()
    turned = replace(record, race=replace(record.race, angle=45.0, knobs={"kappa": 1000.0}))
    chart = surface_paths.draw(turned)
    assert chart.title == "Paths over bowl, kappa 1000, turned by 45 degrees"
    assert chart.table.rows[0] == ("newton", "1", "reached the minimum at step 1", "3", "0", "(0, 0)", "minimum", "1.000, 1.000")
    assert "1 of 2 reached the minimum. First: newton, at step 1." in chart.alt


def test_names_are_shown_literally():
    record = evidence.example()
    odd = replace(record.race.runners[0], optimiser="<b>x</b>")
    drawn = traces(replace(record, race=replace(record.race, runners=(odd,))))
    assert drawn[1].name == "&lt;b&gt;x&lt;/b&gt;"
