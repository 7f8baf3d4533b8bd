"""Drawings as plotly figures and on matplotlib axes: every view, and clear words where it does not go."""

import sys

import numpy as np
import plotly.graph_objects as go
import pytest

import thalweg as tw
from thalweg.core.errors import ConfigError
from thalweg.evidence import EVIDENCE
from thalweg.views import VIEWS
from thalweg.views._drawing import Chart
from thalweg.views._flat import flat
from thalweg.views._marks import Area, Lines, Picture, Points, Words

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("agg")
from matplotlib.figure import Figure  # noqa: E402  (after the choice of what draws)


def example(name):
    return EVIDENCE.get(VIEWS.get(name).evidence).example()


def of_kind(chart):
    return [name for name in VIEWS.names() if isinstance(VIEWS.get(name).draw(example(name)), Chart) == chart]


@pytest.fixture(scope="module")
def run():
    return tw.train("digits", epochs=1)


QUICK = ("search-course", "confusion", "path", "gradient-check", "balance")
"""Charts that the fast tests draw: two plots, a heat map, contours, logarithmic axes, bars."""


@pytest.mark.parametrize("name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in of_kind(chart=True)])
def test_every_chart_is_drawn_on_axes_with_its_limits_and_marks(name):
    panels = flat(VIEWS.get(name).draw(example(name)).figure).panels
    axes = Figure().subplots(len(panels), 1, squeeze=False)[:, 0]
    assert tw.plot(VIEWS.get(name).draw(example(name)), ax=axes) is axes
    for panel, ax in zip(panels, axes, strict=True):
        kinds = [type(mark) for mark in panel.marks]
        assert ax.get_xlim() == pytest.approx((panel.x.low, panel.x.high))
        assert ax.get_ylim() == pytest.approx((panel.y.low, panel.y.high))
        assert (ax.get_xscale(), ax.get_yscale()) == tuple("log" if axis.log else "linear" for axis in (panel.x, panel.y))
        drawn = [line.get_xydata() for line in ax.lines]
        expected = [np.stack([mark.x, mark.y], axis=1) for mark in panel.marks if isinstance(mark, Lines)]
        assert all(np.array_equal(one, other, equal_nan=True) for one, other in zip(drawn, expected, strict=True))
        assert len(ax.images) == kinds.count(Picture)
        assert len(ax.patches) == kinds.count(Area)
        assert len(ax.texts) == kinds.count(Words)
        dots = sum(len(set(zip(m.shapes, m.colours, m.edges, strict=True))) for m in panel.marks if isinstance(m, Points))
        assert len(ax.collections) >= dots


@pytest.mark.parametrize("name", of_kind(chart=False))
def test_every_gallery_is_drawn_a_picture_an_axes(name):
    gallery = VIEWS.get(name).draw(example(name))
    axes = Figure().subplots(1, len(gallery.pictures) + 1)
    tw.plot(gallery, ax=axes)
    assert [len(ax.images) for ax in axes] == [picture.png is not None for picture in gallery.pictures] + [0]


def test_a_drawing_goes_by_its_name(run):
    ax = Figure().subplots()
    tw.plot(run, "accuracy_curves", ax=ax)
    assert ax.get_title(loc="left") == "Accuracy over epochs"
    assert isinstance(tw.figure(run, "accuracy-curves"), go.Figure)
    assert tw.figure(run).layout.title.text == "Loss over epochs"
    assert tw.figure(run, "confusion").layout.title.text == "Confusion matrix"
    with pytest.raises(ConfigError, match="accuracy-curves"):
        tw.figure(run, "accuracy-curve")


def test_a_figure_is_the_callers_own(run):
    first = tw.figure(run)
    first.update_layout(title="mine")
    assert tw.figure(run).layout.title.text == "Loss over epochs"


def test_what_does_not_fit_on_the_axes_is_said(run):
    with pytest.raises(ConfigError, match="10 pictures; give at least so many axes"):
        tw.plot(run, "templates", ax=Figure().subplots())
    with pytest.raises(ConfigError, match="10 pictures, not a chart"):
        tw.figure(run, "templates")
    with pytest.raises(ConfigError, match="is 2 plots; give so many axes"):
        tw.plot(EVIDENCE.get("search-course").example(), ax=Figure().subplots())
    with pytest.raises(ConfigError, match="nothing to draw of a int"):
        tw.plot(3)


def test_without_matplotlib_one_line_says_what_to_install(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ConfigError, match=r"pip install 'thalweg\[matplotlib\]'"):
        tw.plot(run)


def test_names_are_text_and_no_formulas():
    images, axes = tw.load((np.arange(12.0).reshape(6, 2), ["$\\frac$", "_b", "c"] * 2)), Figure().subplots()
    tw.plot(images, ax=axes)
    axes.figure.canvas.draw()
    assert [label.get_text() for label in axes.get_yticklabels()] == ["$\\frac$", "_b", "c"]
