"""Drawings: what the house's views draw, as plain values that a page's `drawing.js` shows: a chart's figure, or a gallery's pictures."""

import json
from collections.abc import Mapping
from typing import Any

from thalweg.core.visible import visible
from thalweg.faces._page import png_address
from thalweg.views._drawing import Chart, Drawing, Gallery, Picture, Table


def shown(drawing: Drawing) -> dict[str, Any]:
    """Return a drawing with its text equivalent; text from outside is made visible, and it is text: the page makes no HTML of it."""
    own = _chart(drawing) if isinstance(drawing, Chart) else _gallery(drawing)
    return {"title": visible(drawing.title), "alt": visible(drawing.alt), **own}


def all_shown(drawings: Mapping[str, Drawing]) -> list[dict[str, Any]]:
    """Return drawings in their order, each with its name."""
    return [{"name": name, **shown(drawing)} for name, drawing in drawings.items()]


def table(one: Table) -> dict[str, Any]:
    """Return a table: its columns, its rows, and which columns hold words."""
    rows = [[visible(cell) for cell in row] for row in one.rows]
    return {"columns": [visible(name) for name in one.columns], "rows": rows, "words": list(one.words)}


def _chart(chart: Chart) -> dict[str, Any]:
    figure = json.loads(chart.figure.to_json())
    return {"figure": figure, "height": chart.height, "width": chart.width, "table": table(chart.table)}


def _gallery(gallery: Gallery) -> dict[str, Any]:
    return {"scale": [list(pair) for pair in gallery.scale], "pictures": [_picture(one) for one in gallery.pictures]}


def _picture(one: Picture) -> dict[str, Any]:
    source = None if one.png is None else png_address(one.png)
    words = {"alt": visible(one.alt), "caption": visible(one.caption), "details": [visible(detail) for detail in one.details]}
    return {"source": source, "width": one.width, "height": one.height, **words}
