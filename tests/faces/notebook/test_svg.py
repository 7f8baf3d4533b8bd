"""A chart as SVG: well-formed, without scripts, with everything where it belongs."""

import functools
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from thalweg.evidence import EVIDENCE
from thalweg.faces.notebook.svg import svg
from thalweg.views import VIEWS
from thalweg.views._drawing import Chart
from thalweg.views._flat import flat
from thalweg.views._marks import Axis, Flat, Key, Lines, Panel, Points, Words

SVG = "{http://www.w3.org/2000/svg}"


@functools.cache
def chart(name):
    view = VIEWS.get(name)
    return view.draw(EVIDENCE.get(view.evidence).example())


@pytest.mark.parametrize("name", [name for name in VIEWS.names() if isinstance(chart(name), Chart)])
def test_every_view_is_a_picture_that_parses_and_holds_no_script(name):
    text = svg(flat(chart(name).figure), width=460, height=300)
    root = ElementTree.fromstring(text)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "path", "text", "g", "rect", "circle", "polygon", "clipPath", "image", "linearGradient", "stop",
    }  # fmt: skip
    assert not re.search(r"nan|inf\b|None", re.sub(r"base64,[^\"]*|<text.*?</text>", "", text))
    said = [element.text for element in root.iter(f"{SVG}text")]
    assert chart(name).figure.layout.xaxis.title.text.replace("<br>", " ").split("&")[0] in "\n".join(said)


def line(x, y, **own):
    return Lines(x=np.array(x, np.float64), y=np.array(y, np.float64), colour="#123456", **own)


def square(*marks, log=False, legend=()):
    axis = Axis(title="x", low=1.0, high=100.0, log=log, ticks=((10.0, "ten"),))
    return svg(Flat(title="", panels=(Panel(x=axis, y=axis, marks=marks),), legend=legend), width=300, height=300)


def test_ends_of_the_axes_are_the_corners_of_the_frame():
    text = square(line([1, 10, 100], [1, 10, 100], width=3.0), log=True)
    path = re.search(r'<path d="([^"]*)" fill="none" stroke="#123456" stroke-width="3"', text)[1]
    (x0, y0), (x1, y1), (x2, y2) = (map(float, pair.split()) for pair in re.findall(r"[\d.]+ [\d.]+", path))
    assert x0 < x1 < x2
    assert y0 > y1 > y2
    assert (x1 - x0, y0 - y1) == (pytest.approx(x2 - x1, abs=0.2), pytest.approx(y1 - y2, abs=0.2))


def test_what_is_undefined_interrupts_a_line():
    path = re.search(r'<path d="([^"]*)" fill="none" stroke="#123456"', square(line([1, 2, np.nan, 3, 4], [1, 2, 3, 3, 4])))[1]
    assert (path.count("M"), path.count("L")) == (2, 2)


def test_hostile_names_are_text():
    name = "</text><script>alert(1)</script>\u202e\x1b"
    point = Points(x=np.array([2.0]), y=np.array([2.0]), colours=("#000000",), sizes=(5.0,), shapes=("circle",), edges=(("#000000", 0.0),))
    text = square(point, Words(x=2.0, y=2.0, text=name, colour="#000000"), legend=(Key(name=name, point=point),))
    assert "<script" not in text
    assert "\u202e" not in text
    ElementTree.fromstring(text)


def test_a_single_scale_for_both_axes_makes_a_circle_round():
    wide = Axis(title="", low=0.0, high=4.0)
    panel = Panel(x=wide, y=Axis(title="", low=0.0, high=1.0), marks=(line([0, 4], [0, 1]),), square=True)
    text = svg(Flat(title="", panels=(panel,)), width=400, height=400)
    path = re.search(r'<path d="([^"]*)" fill="none" stroke="#123456"', text)[1]
    (x0, y0), (x1, y1) = (map(float, pair.split()) for pair in re.findall(r"[\d.]+ [\d.]+", path))
    assert (x1 - x0) / (y0 - y1) == pytest.approx(4, rel=0.01)
    assert ElementTree.fromstring(text).get("height") < "200"
