"""Cell: what a notebook shows of a value, as HTML that needs no script and fetches nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources

from markupsafe import Markup

from thalweg.core.visible import visible
from thalweg.faces._page import fragment, png_address
from thalweg.faces.notebook.svg import address, svg
from thalweg.views._drawing import Chart, Drawing, Picture, Table
from thalweg.views._flat import flat

WIDTH, HEIGHT = 460, 300
"""The room of a chart that may be as wide as its place, in pixels; one that has a size of its own keeps its proportions."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """Everything a cell shows: `kind` is what the value is, `choices` the facts on top, `folded` what opens when it is asked for."""

    kind: str
    title: str
    choices: Mapping[str, str] = field(default_factory=dict)
    alarm: str = ""
    headline: str = ""
    sentences: Sequence[str] = ()
    tables: Sequence[tuple[str, Table]] = ()
    extra: Markup = field(default_factory=Markup)
    drawings: Sequence[Drawing] = ()
    folded: Mapping[str, Drawing | Table | str] = field(default_factory=dict)
    notes: Sequence[str] = ()


def built(cell: Cell) -> str:
    """Return the cell as HTML; every text is escaped, and what is hidden in it made visible."""
    return fragment("notebook/cell.html", cell=cell, style=Markup(style()), painted=painted, enlarged=enlarged, lines=_lines)


def painted(chart: Chart) -> str:
    """Return a chart as the data address of a picture."""
    if chart.width is None:
        width, height = WIDTH, max(min(chart.height, 460), min(chart.height, HEIGHT)) if chart.height > 500 else min(chart.height, HEIGHT)
    else:
        width, height = round(0.8 * chart.width), round(0.8 * chart.height)
    return address(svg(flat(chart.figure), width=width, height=height))


def png_image(png: bytes, alt: str) -> Markup:
    """Return a PNG as an element."""
    return Markup('<img src="{}" alt="{}">').format(png_address(png), alt)


def svg_image(picture: str, alt: str) -> Markup:
    """Return an SVG as an element."""
    return Markup('<img src="{}" alt="{}">').format(address(picture), alt)


def enlarged(picture: Picture) -> tuple[int, int]:
    """Return the width and height at which a picture is shown: small ones by a whole factor, so that their pixels are seen."""
    factor = max(1, min(6, 72 // max(picture.width, picture.height, 1)))
    return picture.width * factor, picture.height * factor


def _lines(text: str) -> Markup:
    """Return text of several lines, each with what is hidden in it made visible."""
    return Markup("\n").join(visible(line) for line in text.splitlines())


def style() -> str:
    """Return what a cell looks like, as CSS that touches nothing outside it."""
    return resources.files("thalweg.faces.notebook").joinpath("cell.css").read_text("utf-8")
