"""What a chart says as marks is what plotly was given, for every view."""

import functools
import html

import numpy as np
import plotly.graph_objects as go
import pytest

from thalweg.evidence import EVIDENCE
from thalweg.views import VIEWS
from thalweg.views._drawing import Chart, figure
from thalweg.views._flat import flat
from thalweg.views._marks import SHAPES, Area, Lines, Picture, Points


@functools.cache
def drawn(name):
    view = VIEWS.get(name)
    return view.draw(EVIDENCE.get(view.evidence).example())


@functools.cache
def read(name):
    return flat(drawn(name).figure)


CHARTS = [name for name in VIEWS.names() if isinstance(drawn(name), Chart)]


def marks(name, kind):
    return [mark for panel in read(name).panels for mark in panel.marks if isinstance(mark, kind)]


@pytest.mark.parametrize("name", CHARTS)
def test_titles_axes_and_ticks_are_those_of_the_chart(name):
    chart, found = drawn(name), read(name)
    assert found.title == chart.title
    layout = chart.figure.layout
    assert found.panels[-1].x.title == html.unescape(layout.xaxis.title.text).replace("<br>", " ")
    assert found.panels[0].y.title == html.unescape(layout.yaxis.title.text).replace("<br>", " ")
    for axis in (found.panels[-1].x, *(panel.y for panel in found.panels)):
        assert np.isfinite([axis.low, axis.high]).all()
        assert axis.low != axis.high
        places = axis.place(np.array([value for value, _ in axis.ticks], np.float64))
        assert ((places > -1e-6) & (places < 1 + 1e-6)).all()
    assert found.panels[-1].x.ticks


@pytest.mark.parametrize("name", CHARTS)
def test_every_point_of_every_trace_is_drawn_where_it_belongs(name):
    scatter = [trace for trace in drawn(name).figure.data if trace.type == "scatter" and trace.x is not None and len(trace.x)]
    numbers = [trace for trace in scatter if not isinstance(trace.y[0], str)]
    lines, points = marks(name, (Lines, Area)), marks(name, Points)
    for trace in numbers:
        x = np.array([np.nan if value is None else value for value in trace.x], np.float64)
        y = np.array([np.nan if value is None else value for value in trace.y], np.float64)
        where = points if "markers" in (trace.mode or "") else lines
        if trace.line.shape == "hv":
            x, y = np.repeat(x, 2)[1:], np.repeat(y, 2)[:-1]
        if where is points or trace.fill or trace.line.width != 0:
            assert any(np.array_equal(mark.x, x, equal_nan=True) and np.array_equal(mark.y, y, equal_nan=True) for mark in where)


@pytest.mark.parametrize("name", CHARTS)
def test_without_a_range_of_its_own_an_axis_reaches_everything(name):
    chart = drawn(name)
    for panel, axis in ((panel, chart.figure.layout.yaxis) for panel in read(name).panels[:1]):
        if axis.range is not None:
            continue
        for mark in panel.marks:
            if isinstance(mark, Lines | Points) and not chart.figure.layout.shapes:
                places = panel.y.place(mark.y)
                assert np.nanmin(places) >= -1e-6
                assert np.nanmax(places) <= 1 + 1e-6


@pytest.mark.parametrize("name", CHARTS)
def test_the_legend_names_what_plotly_names(name):
    own = drawn(name).figure
    shown = [html.unescape(trace.name) for trace in own.data if trace.showlegend is not False and trace.name and trace.type != "heatmap"]
    keys = [key.name for key in read(name).legend]
    assert sorted(keys) == (sorted(shown) if len(shown) > 1 and own.layout.showlegend is not False else [])


@pytest.mark.parametrize("name", CHARTS)
def test_every_mark_has_a_shape_that_painters_know(name):
    for mark in marks(name, Points):
        assert {shape.removesuffix("-dot").removesuffix("-open") for shape in mark.shapes} <= set(SHAPES)


def test_pictures_and_scales_say_what_the_heat_map_says():
    heat = go.Heatmap(z=[[0.0, 1.0], [None, 0.5]], zmin=0, zmax=1, colorscale=[[0, "#000000"], [1, "#ffffff"]])
    found = flat(figure([heat], title="t", x="x", y="y"))
    (picture,) = [mark for mark in found.panels[0].marks if isinstance(mark, Picture)]
    assert (picture.left, picture.right, picture.bottom, picture.top) == (-0.5, 1.5, -0.5, 1.5)
    assert picture.pixels[1, :, 0].tolist() == [0, 255]  # the first row of z is the lowest of the picture
    assert picture.pixels[0, :, 3].tolist() == [0, 255]  # what is undefined is clear
    assert [text for _, text in found.scales[0].ticks] == ["0", "0.5", "1"]


def test_stacked_bars_stand_on_each_other():
    bars = [go.Bar(x=[0, 1], y=heights, marker={"color": "#000000"}) for heights in ([1, 2], [3, 4])]
    found = flat(figure(bars, title="t", x="x", y="y", layout={"barmode": "stack"}))
    boxes = [(mark.y.min(), mark.y.max()) for mark in found.panels[0].marks if isinstance(mark, Area)]
    assert boxes == [(0, 1), (0, 2), (1, 4), (2, 6)]
    assert found.panels[0].y.low == 0


def test_a_trace_that_no_view_uses_is_refused_by_name():
    with pytest.raises(NotImplementedError, match="pie"):
        flat(go.Figure(go.Pie(values=[1])))
