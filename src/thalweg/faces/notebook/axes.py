"""Axes: a chart drawn on somebody's matplotlib axes, with the marks of `thalweg.views._marks`, so that it can be composed with others."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from thalweg.core.visible import visible
from thalweg.views import _palette as palette
from thalweg.views._marks import Area, Axis, Flat, Key, Lines, Mark, Picture, Points, Scale, Words

POINT = 0.75
"""Points of a page, 1/72 of an inch, in a pixel, 1/96 of an inch."""
LETTER = 7.5
"""Width of a letter of an axis's labels with the room after it, in pixels."""
_MARKERS = {
    "circle": "o", "square": "s", "diamond": "D", "triangle-up": "^", "cross": "P", "x": "X", "star": "*", "hexagon": "H", "x-thin": "x",
    "cross-thin": "+", "line-ns": "|",
}  # fmt: skip


def paint(flat: Flat, axes: Sequence[Any]) -> None:
    """Draw each panel of a chart on an axes: limits, labels, title, marks, legend and scale of colours."""
    for panel, ax in zip(flat.panels, axes, strict=True):
        _side(ax, panel.x, "x")
        _side(ax, panel.y, "y")
        if panel.square:
            ax.set_aspect("equal")
        for order, mark in enumerate(panel.marks):
            _PAINTERS[type(mark)](ax, mark, 2 + order / 100)
    first = axes[0]
    first.set_title(visible(flat.title), loc="left", parse_math=False)
    if flat.legend:
        legend = first.legend([_handle(key) for key in flat.legend], [visible(key.name) for key in flat.legend], frameon=False)
        for text in legend.get_texts():
            text.set_parse_math(False)
    for scale in flat.scales:
        _bar(first, scale)


def _side(ax: Any, axis: Axis, side: str) -> None:
    getattr(ax, f"set_{side}scale")("log" if axis.log else "linear")
    getattr(ax, f"set_{side}lim")(axis.low, axis.high)
    places = [value for value, _ in axis.ticks]
    texts = [visible(text) for _, text in axis.ticks]
    tight = side == "x" and sum(map(len, texts)) * LETTER > ax.get_window_extent().width
    turned = {"rotation": 35, "ha": "right", "rotation_mode": "anchor"} if tight else {}
    getattr(ax, f"set_{side}ticks")(places, texts, parse_math=False, **turned)
    getattr(ax, f"set_{side}ticks")([], minor=True)
    getattr(ax, f"set_{side}label")(visible(axis.title), parse_math=False)
    if axis.grid:
        ax.grid(visible=True, axis=side, color=palette.GRID)
        ax.set_axisbelow(True)


def _stroke(mark: Lines) -> dict[str, Any]:
    width = POINT * mark.width
    dash = (0, tuple(POINT * length / width for length in mark.dash)) if mark.dash and width else "-"
    return {"color": mark.colour, "linewidth": width, "linestyle": dash, "alpha": mark.opacity}


def _lines(ax: Any, mark: Lines, order: float) -> None:
    ax.plot(mark.x, mark.y, zorder=order, scalex=False, scaley=False, **_stroke(mark))


def _area(ax: Any, mark: Area, order: float) -> None:
    from matplotlib.patches import Polygon

    ax.add_patch(Polygon(np.stack([mark.x, mark.y], axis=1), facecolor=mark.colour, edgecolor="none", alpha=mark.opacity, zorder=order))


def _look(shape: str, colour: str, edge: tuple[str, float]) -> dict[str, Any]:
    base = shape.removesuffix("-dot")
    thin, hollow = base.removesuffix("-open") in ("x-thin", "cross-thin", "line-ns"), base.endswith("-open")
    rim, width = edge
    own = {"marker": _MARKERS[base.removesuffix("-open")], "linewidths": POINT * (width or (1.5 if thin or hollow else 0))}
    if thin:
        return {**own, "c": rim if width else colour}
    return {**own, "facecolors": "none" if hollow else colour, "edgecolors": colour if hollow else rim if width else "none"}


def _points(ax: Any, mark: Points, order: float) -> None:
    """Scatter the points, those of one look at a time; a dot in the middle of a mark is a small mark of its own."""
    looks = list(zip(mark.shapes, mark.colours, mark.edges, strict=True))
    for look, places in groupby(sorted(range(len(looks)), key=lambda place: looks[place]), key=lambda place: looks[place]):
        own = list(places)
        sizes = [(POINT * mark.sizes[place]) ** 2 for place in own]
        ax.scatter(mark.x[own], mark.y[own], s=sizes, alpha=mark.opacity, zorder=order, **_look(*look))
        if look[0].endswith("-dot"):
            ax.scatter(mark.x[own], mark.y[own], s=[size / 25 for size in sizes], c=look[1], zorder=order)


def _picture(ax: Any, mark: Picture, order: float) -> None:
    ends = (mark.left, mark.right, mark.bottom, mark.top)
    limits = ax.get_xlim(), ax.get_ylim(), ax.get_aspect()
    ax.imshow(mark.pixels, extent=ends, origin="upper", aspect="auto", interpolation="nearest", zorder=order)
    ax.set(xlim=limits[0], ylim=limits[1], aspect=limits[2])


def _words(ax: Any, mark: Words, order: float) -> None:
    ax.annotate(
        visible(mark.text), (mark.x, mark.y), xytext=(POINT * 6 * mark.across, POINT * 6 * mark.up), textcoords="offset points",
        ha={-1: "right", 0: "center", 1: "left"}[mark.across], va={-1: "top", 0: "center", 1: "bottom"}[mark.up],
        color=mark.colour, fontsize=POINT * mark.size, zorder=order, parse_math=False,
    )  # fmt: skip


_PAINTERS: Mapping[type[Mark], Callable[[Any, Any, float], None]] = {
    Lines: _lines, Area: _area, Points: _points, Picture: _picture, Words: _words,
}  # fmt: skip


def _handle(key: Key) -> Any:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    if key.area is not None and key.line is None:
        return Patch(facecolor=key.area)
    look: dict[str, Any] = {"linestyle": "none"}
    if key.line is not None:
        stroke = _stroke(key.line)
        look = {**stroke, "linewidth": min(stroke["linewidth"], 6.0)}
    if key.point is not None and key.point.colours:
        point = key.point
        own = _look(point.shapes[0], point.colours[0], point.edges[0])
        edge = own.get("edgecolors", own.get("c"))
        look |= {"marker": own["marker"], "markersize": POINT * min(point.sizes[0], 12.0), "markeredgewidth": own["linewidths"]}
        look |= {"markerfacecolor": own.get("facecolors", own.get("c")), "markeredgecolor": edge}
    return Line2D([], [], **look)


def _bar(ax: Any, scale: Scale) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LinearSegmentedColormap

    colours = LinearSegmentedColormap.from_list("scale", [(share, colour) for share, colour in scale.stops])
    bar = ax.figure.colorbar(ScalarMappable(cmap=colours), ax=ax, shrink=0.8)
    bar.set_ticks([share for share, _ in scale.ticks], labels=[visible(text) for _, text in scale.ticks])
    bar.set_label(visible(scale.title))
    bar.outline.set_visible(False)
