"""Flat: a view's plotly figure as panels, axes and marks, so that it can be drawn without a script, or on a matplotlib axes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float64

from thalweg.views import _palette as palette
from thalweg.views._marks import Area, Axis, Flat, Key, Lines, Mark, Panel, Picture, Points, Words
from thalweg.views._ticks import decades, even, named, words
from thalweg.views._traces import DASHES, READERS, Drawn


def flat(figure: go.Figure) -> Flat:
    """Return a view's figure as panels: everything but what appears under the pointer.

    Of plotly this knows what the views use; raises `NotImplementedError` on a kind of trace that none does.
    """
    layout = figure.layout
    traces = _based(figure)
    strange = next((trace.type for trace in traces if trace.type not in READERS), None)
    if strange is not None:
        raise NotImplementedError(f"a trace of type {strange} cannot be drawn without plotly")
    names = list(dict.fromkeys(trace.yaxis or "y" for trace in traces)) or ["y"]
    shared = _Side(traces, layout, "x", "x")
    panels, legend, scales = [], list[Key](), []
    for name in sorted(names):
        own = [trace for trace in traces if (trace.yaxis or "y") == name]
        side = _Side(own, layout, "y", name)
        found = [READERS[trace.type](trace, shared.place, side.place) for trace in own]
        panels.append(_panel(layout, name, found, shared, side, bars=_bars(own), everything=len(names) == 1))
        legend += [each.key for trace, each in zip(own, found, strict=True) if each.key is not None and _listed(trace)]
        scales += [each.scale for each in found if each.scale is not None]
    keys = tuple(key for key in legend if key.name) if layout.showlegend is not False and (len(legend) > 1 or layout.showlegend) else ()
    if layout.legend.traceorder == "reversed":
        keys = keys[::-1]
    panels.sort(key=lambda panel: -panel.high)
    if len(panels) > 1:
        panels = _one_across(panels)
    return Flat(title=words(layout.title.text), panels=tuple(panels), legend=keys, scales=tuple(scales))


class _Side:
    """One axis of the layout, with the values of all traces on it: numbers, or words that become 0, 1, ..."""

    def __init__(self, traces: Sequence[Any], layout: Any, letter: str, name: str) -> None:
        self.layout = layout[f"{letter}axis{name[1:]}"]
        given = [value for trace in traces if (values := trace[letter]) is not None for value in values]
        self.words = list(dict.fromkeys(value for value in given if isinstance(value, str)))

    def place(self, values: Any) -> Float64[np.ndarray, " n"]:
        """Return positions of values on this axis; NaN for what is not there."""
        if values is None:
            return np.zeros(0)
        known = [np.nan if value is None else self.words.index(value) if isinstance(value, str) else value for value in values]
        return np.array(known, np.float64)

    def axis(self, reach: Sequence[float], *, padded: bool, bars: bool) -> Axis:
        """Return the axis over what is drawn on it."""
        own, log = self.layout, self.layout.type == "log"
        low, high = self._ends([value for value in reach if np.isfinite(value) and (not log or value > 0)], log, padded, bars)
        ticks = self._ticks(low, high, log)
        inside = [
            (value, text) for value, text in ticks if min(low, high) <= value * (1 + 1e-9) and value <= max(low, high) * (1 + 1e-9) + 1e-12
        ]
        shown = () if own.showticklabels is False else tuple(inside)
        return Axis(title=words(own.title.text), low=low, high=high, log=log, ticks=shown, grid=own.showgrid is not False)

    def _ends(self, reach: list[float], log: bool, padded: bool, bars: bool) -> tuple[float, float]:
        own = self.layout
        if own.range is not None:
            low, high = (float(end) for end in own.range)
            return (10.0**low, 10.0**high) if log else (low, high)
        low, high = (min(reach), max(reach)) if reach else (0.1, 1.0)
        if own.rangemode == "tozero" or bars:
            low = min(low, 0.0) if not log else low
        if self.words:
            low, high = -0.5, len(self.words) - 0.5
        elif log:
            wide = (high / low) ** (0.05 if padded else 0.0) if high > low else 3.0
            low, high = low / wide, high * wide
        else:
            wide = (0.05 * (high - low) if padded else 0.0) if high > low else 0.5
            low, high = (low - wide if low != 0.0 or (not bars and own.rangemode != "tozero") else low), high + wide
        return (high, low) if own.autorange == "reversed" else (low, high)

    def _ticks(self, low: float, high: float, log: bool) -> list[tuple[float, str]]:
        own = self.layout
        if own.tickvals is not None:
            return named(list(own.tickvals), own.ticktext, own.tickformat)
        if self.words:
            return [(float(place), words(text)) for place, text in enumerate(self.words)]
        if log:
            return decades(low, high, stride=int(own.dtick or 1), power=own.exponentformat == "power")
        step = float(own.dtick) if own.dtick else None
        if own.tickformat == "d" and step is None:
            step = max(1.0, even(0.0, abs(high - low))[1]) if high != low else 1.0
        return named(even(low, high, most=own.nticks or 6, step=step), None, own.tickformat)


def _panel(layout: Any, name: str, found: Sequence[Drawn], across: _Side, up: _Side, *, bars: str, everything: bool) -> Panel:
    marks = [mark for each in found for mark in each.marks]
    points = any(isinstance(mark, Points) for mark in marks)
    whole = any(isinstance(mark, Picture) for mark in marks) and not points
    xs, ys = _reach(marks)
    x = across.axis(xs, padded=points, bars=bars == "x")
    y = up.axis(ys, padded=not whole, bars=bars == "y")
    low, high = up.layout.domain or (0.0, 1.0)
    below, above = _shapes(layout, name, x, y, everything=everything)
    own = [*below, *marks, *above, *(_annotations(layout, name))]
    return Panel(x=x, y=y, marks=tuple(own), low=float(low), high=float(high), square=up.layout.scaleanchor is not None)


def _bars(traces: Sequence[Any]) -> str:
    """Return the axis along which bars grow, which then begins at zero; nothing where there are none."""
    return next(("x" if trace.orientation == "h" else "y" for trace in traces if trace.type == "bar"), "")


def _reach(marks: Sequence[Mark]) -> tuple[list[float], list[float]]:
    """Return the values that the axes must reach."""
    xs: list[float] = []
    ys: list[float] = []
    for mark in marks:
        if isinstance(mark, Picture):
            xs += [mark.left, mark.right]
            ys += [mark.bottom, mark.top]
        elif isinstance(mark, Words):
            xs.append(mark.x)
            ys.append(mark.y)
        else:
            xs += mark.x.tolist()
            ys += mark.y.tolist()
    return xs, ys


def _one_across(panels: list[Panel]) -> list[Panel]:
    """Give all panels the widest x axis; only the lowest has its labels."""
    widest = max((panel.x for panel in panels), key=lambda axis: abs(axis.high - axis.low))
    bare = Axis(title="", low=widest.low, high=widest.high, log=widest.log, grid=widest.grid)
    last = len(panels) - 1
    return [
        Panel(x=widest if place == last else bare, y=panel.y, marks=panel.marks, low=panel.low, high=panel.high, square=panel.square)
        for place, panel in enumerate(panels)
    ]


def _shapes(layout: Any, name: str, x: Axis, y: Axis, *, everything: bool) -> tuple[list[Mark], list[Mark]]:
    """Return lines and boxes below and above the traces, their ends in the units of the axes."""
    below: list[Mark] = []
    above: list[Mark] = []
    for shape in layout.shapes:
        ref = (shape.yref or "y").split()[0]
        if not everything and ref not in (name, "paper"):
            continue
        (x0, x1), (y0, y1) = _ends(shape, "x", x), _ends(shape, "y", y)
        side = below if shape.layer == "below" else above
        opacity = float(shape.opacity if shape.opacity is not None else 1.0)
        if shape.type == "rect":
            side.append(Area(x=np.array([x0, x1, x1, x0]), y=np.array([y0, y0, y1, y1]), colour=shape.fillcolor, opacity=opacity))
        else:
            own = {"colour": shape.line.color, "width": float(shape.line.width or 1), "dash": DASHES.get(shape.line.dash or "solid", ())}
            side.append(Lines(x=np.array([x0, x1]), y=np.array([y0, y1]), opacity=opacity, **own))
    return below, above


def _ends(shape: Any, letter: str, axis: Axis) -> tuple[float, float]:
    shares = (shape[f"{letter}ref"] or letter).endswith(("paper", "domain"))
    first, last = (float(shape[f"{letter}{end}"]) for end in "01")
    return (axis.at(first), axis.at(last)) if shares else (first, last)


def _annotations(layout: Any, name: str) -> list[Mark]:
    sides = {"left": 1, "center": 0, "right": -1}
    return [
        Words(
            x=float(each.x), y=float(each.y), text=words(each.text), colour=each.font.color or palette.INK,
            size=float(each.font.size or 12), across=sides[each.xanchor or "center"],
        )
        for each in layout.annotations
        if (each.yref or "y") == name and each.text
    ]  # fmt: skip


def _listed(trace: Any) -> bool:
    return trace.showlegend is not False and trace.type in ("scatter", "bar")


def _based(figure: go.Figure) -> list[Any]:
    """Return the traces, each bar with where it begins (stacked ones end to end) and the width that the layout leaves it."""
    stacked, heights = figure.layout.barmode == "stack", dict[Any, float]()
    traces = []
    for trace in figure.data:
        if trace.type != "bar":
            traces.append(trace)
            continue
        places, lengths = (trace.y, trace.x) if trace.orientation == "h" else (trace.x, trace.y)
        base = [heights.get(place, 0.0) for place in places]
        if stacked:
            heights |= {place: start + float(length) for place, start, length in zip(places, base, lengths, strict=True)}
        traces.append(go.Bar(trace, base=base, width=trace.width or 1 - float(figure.layout.bargap or 0.2)))
    return traces
