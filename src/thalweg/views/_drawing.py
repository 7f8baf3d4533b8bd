"""What a view returns: a chart (a plotly figure) or a gallery (small pictures), each with its title and its text equivalent."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from thalweg.core.display import Displayed
from thalweg.core.visible import visible
from thalweg.views import _palette as palette


@dataclass(frozen=True, kw_only=True)
class Table:
    """The numbers of a drawing, as text; the first column names the row, the others are numbers unless `words` lists them."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: tuple[int, ...] = (0,)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Chart(Displayed):
    """A figure; `alt` says in a sentence or two what it shows, `table` holds its numbers.

    `height` and `width` are in pixels; without a width the figure is as wide as its place, with one at most that wide, in proportion.
    """

    title: str
    alt: str
    figure: go.Figure
    table: Table
    height: int = 360
    width: int | None = None


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A PNG with its caption; `png` is None where the example is no picture."""

    png: bytes | None
    width: int
    height: int
    alt: str
    caption: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, repr=False)
class Gallery(Displayed):
    """Pictures side by side; `scale` names the colours of a colour scale and what its ends and middle mean."""

    title: str
    alt: str
    pictures: tuple[Picture, ...]
    scale: tuple[tuple[str, str], ...] = ()


Drawing = Chart | Gallery

PART_WORDS = {"train": "training", "validation": "validation", "test": "test"}


def plain(text: str, *, longest: int | None = None) -> str:
    """Return text from outside as plotly shows it literally: hidden characters as escapes, no mark-up, cut to `longest` with an ellipsis.

    >>> plain("<b>cat</b>"), plain("Egyptian cat", longest=9)
    ('&lt;b&gt;cat&lt;/b&gt;', 'Egyptian…')
    """
    shown = visible(text)
    if longest is not None and len(shown) > longest:
        shown = shown[: longest - 1].rstrip() + "…"
    return html.escape(shown, quote=False)


def figure(traces: Sequence[Any], *, title: str, x: str, y: str, layout: Mapping[str, Any] | None = None) -> go.Figure:
    """Return a figure in the house style: system type, no frame, light grid, legend on top, no dragging."""
    axis = {"gridcolor": palette.GRID, "linecolor": palette.GRID, "zeroline": False, "automargin": True, "ticks": "", "title_standoff": 12}
    drawn = go.Figure(data=list(traces))
    drawn.update_layout(
        template=None,  # plotly puts its own in when a figure is made
        title={"text": title, "x": 0, "xref": "paper", "font": {"size": 16}},
        font={"family": "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif", "size": 13, "color": palette.INK},
        paper_bgcolor=palette.CLEAR,
        plot_bgcolor=palette.CLEAR,
        margin={"l": 8, "r": 8, "t": 48, "b": 8},
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom", "bgcolor": palette.CLEAR},
        xaxis={**axis, "title": {"text": x}},
        yaxis={**axis, "title": {"text": y}},
        dragmode=False,
    )
    drawn.update_layout(**(layout or {}))
    return drawn


SQUARE = ({"constrain": "domain", "constraintoward": "left"}, {"scaleanchor": "x", "constrain": "domain", "constraintoward": "top"})
"""What makes the x axis and the y axis have one scale, the plot at the upper left of its place."""


def percent(value: float | None, *, decimals: int = 1) -> str:
    """Return a share as a percentage, or a dash where it is undefined.

    >>> percent(0.912), percent(None)
    ('91.2%', '–')
    """
    return "–" if value is None else f"{100 * value:.{decimals}f}%"


def quantity(value: float | None) -> str:
    """Return a number with four significant digits, trailing zeros kept, or a dash where it is undefined.

    >>> quantity(2.302585), quantity(0.5), quantity(1234.4), quantity(0.0), quantity(None)
    ('2.303', '0.5000', '1234', '0', '–')
    """
    if not value:
        return "–" if value is None else "0"
    return f"{value:#.4g}".removesuffix(".")


def ticks(names: Sequence[str], *, most: int = 24, longest: int = 16) -> dict[str, Any]:
    """Return an axis's labels for positions 0, 1, ...: every name, or every second, third, ... where there are more than `most`."""
    stride = -(-len(names) // most)
    kept = range(0, len(names), stride)
    return {"tickmode": "array", "tickvals": list(kept), "ticktext": [plain(names[index], longest=longest) for index in kept]}
