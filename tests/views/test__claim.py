"""The figure of a claim: every series is drawn, predictions as dashes, all numbers in the table."""

import json

from thalweg.core.claims import Plot, series
from thalweg.views import _palette as palette
from thalweg.views._claim import MOST_ROWS, draw

PLOT = Plot(
    title="Distance",
    x="step",
    y="distance",
    series=(
        series("formula", [1, 10], [1.0, 0.1], kind="prediction"),
        series("measured", range(1, 101), [1 / step for step in range(1, 101)], low=[0.0] * 100, high=[2.0] * 100),
        series("<b>points</b>", [5.0], [0.2], kind="points"),
    ),
    log_x=True,
)


def test_series_are_lines_points_and_dashes_in_the_palette():
    chart = draw(PLOT)
    named = {trace.name: trace for trace in chart.figure.data if trace.name}
    assert set(named) == {"formula", "measured", "&lt;b&gt;points&lt;/b&gt;"}
    assert named["formula"].line.dash == "dash"
    assert named["measured"].line.color == palette.CLASSES[0]
    assert named["&lt;b&gt;points&lt;/b&gt;"].mode == "markers"
    assert len(chart.figure.data) == 4  # the interval is an area of its own
    assert chart.figure.layout.xaxis.type == "log"
    assert chart.figure.layout.yaxis.type is None
    json.loads(chart.figure.to_json())


def test_table_and_text_hold_the_numbers():
    chart = draw(PLOT)
    assert chart.alt.startswith("distance against step (logarithmic x axis).")
    assert "measured: from 1.000 to 0.01000" in chart.alt
    rows = [row for row in chart.table.rows if row[0] == "measured"]
    assert len(rows) <= MOST_ROWS + 1
    assert rows[-1] == ("measured", "100.0", "0.01000", "0 to 2.000")
