"""Every view keeps the contract on the example of its evidence."""

import functools
import io
import json

import pytest
from PIL import Image

from thalweg.evidence import EVIDENCE
from thalweg.views import VIEWS
from thalweg.views._drawing import Chart, Gallery
from thalweg.views._palette import CLEAR, DARK


def drawn(name):
    view = VIEWS.get(name)
    return view.draw(EVIDENCE.get(view.evidence).example())


example = functools.cache(drawn)  # a figure takes tens of milliseconds, and every check looks at one


def of_kind(kind):
    return [name for name in VIEWS.names() if isinstance(example(name), kind)]


def colours(value, key=""):
    if isinstance(value, dict):
        return [found for name, item in value.items() for found in colours(item, name)]
    if isinstance(value, list):
        return [found for item in value for found in colours(item, key)]
    return [value] if isinstance(value, str) and key.endswith(("color", "colorscale")) else []


@pytest.mark.parametrize("name", VIEWS.names())
def test_entry_explains_itself_and_names_its_evidence(name):
    entry = VIEWS.get(name)
    assert entry.summary
    assert entry.formula
    assert entry.reference
    assert entry.evidence in EVIDENCE.names()


@pytest.mark.parametrize("name", VIEWS.names())
def test_drawing_has_a_title_and_a_text_equivalent(name):
    drawing = example(name)
    assert drawing.title
    assert drawing.alt.endswith(".")


@pytest.mark.parametrize("name", of_kind(Chart))
def test_chart_has_named_axes_and_its_numbers_as_a_table(name):
    chart = example(name)
    figure = json.loads(chart.figure.to_json())
    assert chart.title == figure["layout"]["title"]["text"]
    assert figure["layout"]["xaxis"]["title"]["text"]
    assert figure["layout"]["yaxis"]["title"]["text"]
    assert chart.table.rows
    assert all(len(row) == len(chart.table.columns) for row in chart.table.rows)


@pytest.mark.parametrize("name", of_kind(Chart))
def test_chart_uses_only_colours_that_have_a_twin_for_dark_pages(name):
    used = colours(json.loads(example(name).figure.to_json()))
    assert used
    assert set(used) <= {*DARK, CLEAR}


@pytest.mark.parametrize("name", of_kind(Chart))
def test_chart_is_strict_json_and_the_same_each_time(name):
    text = example(name).figure.to_json()
    assert text == drawn(name).figure.to_json()
    json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))


@pytest.mark.parametrize("name", of_kind(Gallery))
def test_gallery_pictures_have_captions_and_carry_no_metadata(name):
    gallery = example(name)
    assert gallery.pictures
    for picture in gallery.pictures:
        assert picture.alt
        assert picture.caption
        with Image.open(io.BytesIO(picture.png)) as image:
            assert image.size == (picture.width, picture.height)
            assert image.info == {}
