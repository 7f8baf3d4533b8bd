"""Traces as marks: what plotly's scatter, bar, heatmap and contour, as the views use them, draw on a panel."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float64

from thalweg.views import _palette as palette
from thalweg.views._contours import coloured, finer, level_line
from thalweg.views._marks import Area, Key, Lines, Mark, Picture, Points, Scale, Words
from thalweg.views._ticks import named, words, written

DASHES = {"dot": (2.0, 3.0), "dash": (7.0, 4.0), "longdash": (11.0, 5.0), "dashdot": (7.0, 3.0, 2.0, 3.0)}
Stops = tuple[tuple[float, str], ...]
Place = Callable[[Sequence[Any] | np.ndarray], Float64[np.ndarray, " n"]]
"""Values of a trace as positions on an axis: numbers as they are, words by their place among the categories."""


@dataclass(frozen=True)
class Drawn:
    """What a trace draws, its line in the legend, its scale, and how far it reaches where that is more than its marks."""

    marks: tuple[Mark, ...]
    key: Key | None = None
    scale: Scale | None = None


def _scatter(trace: Any, x: Place, y: Place) -> Drawn:
    at, up = x(trace.x), y(trace.y)
    opacity, line, name = float(trace.opacity if trace.opacity is not None else 1.0), trace.line, words(trace.name)
    mode = trace.mode or "lines"
    colour = line.color or palette.CLASSES[0]
    marks: list[Mark] = []
    stroke = points = None
    if trace.fill:
        marks.append(Area(x=at, y=up, colour=trace.fillcolor or colour, opacity=opacity))
    if "lines" in mode and line.width != 0:
        own = _stepped(at, up) if line.shape == "hv" else (at, up)
        dash = DASHES.get(line.dash or "solid", ())
        stroke = Lines(x=own[0], y=own[1], colour=colour, width=float(line.width or 2), dash=dash, opacity=opacity)
        marks.append(stroke)
    marks += _whiskers(trace, at, up)
    scale = None
    if "markers" in mode:
        points, scale = _points(trace.marker, at, up, opacity, colour=colour)
        marks.append(points)
    if "text" in mode:
        marks += _labels(trace, at, up)
    return Drawn(tuple(marks), Key(name=name, line=stroke, point=points, area=trace.fillcolor if trace.fill else None), scale)


def _stepped(x: Float64[np.ndarray, " n"], y: Float64[np.ndarray, " n"]) -> tuple[np.ndarray, np.ndarray]:
    """Return a line that runs level to the next point's place and then up or down to it."""
    return np.repeat(x, 2)[1:], np.repeat(y, 2)[:-1]


def _whiskers(trace: Any, x: Float64[np.ndarray, " n"], y: Float64[np.ndarray, " n"]) -> list[Mark]:
    marks: list[Mark] = []
    for bar, lying in ((trace.error_x, True), (trace.error_y, False)):
        if bar.array is None or not len(x):
            continue
        more = np.nan_to_num(np.array(bar.array, np.float64))
        less = more if bar.arrayminus is None else np.nan_to_num(np.array(bar.arrayminus, np.float64))
        middle, other = (x, y) if lying else (y, x)
        along = np.stack([middle - less, middle + more, np.full_like(middle, np.nan)], axis=1).ravel()
        across = np.repeat(other, 3)
        colour = bar.color or trace.marker.color or (trace.line.color if trace.type == "scatter" else None) or palette.INK
        ends = (along, across) if lying else (across, along)
        marks.append(Lines(x=ends[0], y=ends[1], colour=colour, width=float(bar.thickness or 2)))
    return marks


def _points(
    marker: Any, x: Float64[np.ndarray, " n"], y: Float64[np.ndarray, " n"], opacity: float, *, colour: str
) -> tuple[Points, Scale | None]:
    count, scale = len(x), None
    colours: Any = marker.color if marker.color is not None else colour
    if not isinstance(colours, str) and marker.colorscale is not None:
        values = np.array([np.nan if value is None else value for value in colours], np.float64)
        known = values[np.isfinite(values)]
        low = marker.cmin if marker.cmin is not None else float(known.min(initial=np.inf))
        high = marker.cmax if marker.cmax is not None else float(known.max(initial=-np.inf))
        stops = _stops(marker.colorscale)
        shares = (values - low) / ((high - low) or 1.0)
        colours = [_hex(pixel) for pixel in coloured(shares[None, :], stops)[0]]
        scale = _scale(marker.colorbar, stops, low, high) if marker.colorbar.title.text or marker.colorbar.ticktext else None
    edge = marker.line
    points = Points(
        x=x, y=y, opacity=opacity * float(marker.opacity if marker.opacity is not None else 1.0),
        colours=tuple(_each(colours, count)),
        sizes=tuple(float(size) for size in _each(marker.size if marker.size is not None else 6, count)),
        shapes=tuple(_each(marker.symbol or "circle", count)),
        edges=tuple(zip(_each(edge.color or palette.INK, count), (float(w or 0) for w in _each(edge.width or 0, count)), strict=True)),
    )  # fmt: skip
    return points, scale


def _labels(trace: Any, x: Float64[np.ndarray, " n"], y: Float64[np.ndarray, " n"]) -> list[Mark]:
    sides = {"left": -1, "center": 0, "right": 1, "top": 1, "middle": 0, "bottom": -1}
    font, marks = trace.textfont, list[Mark]()
    for at, up, text, place in zip(x, y, _each(trace.text, len(x)), _each(trace.textposition or "middle center", len(x)), strict=True):
        above, aside = place.split()
        size, colour = float(font.size or 12), font.color or palette.INK
        marks.append(Words(x=float(at), y=float(up), text=words(text), colour=colour, size=size, across=sides[aside], up=sides[above]))
    return marks


def _bar(trace: Any, x: Place, y: Place) -> Drawn:
    """Return a bar's boxes; where each begins and how wide it is has been settled before."""
    lying = trace.orientation == "h"
    at, far = (y(trace.y), x(trace.x)) if lying else (x(trace.x), y(trace.y))
    base, half = np.array(trace.base, np.float64), trace.width / 2
    marks: list[Mark] = []
    for place, start, length in zip(at, base, far, strict=True):
        sides = np.array([place - half, place - half, place + half, place + half])
        ends = np.array([start, start + length, start + length, start])
        marks.append(Area(x=ends if lying else sides, y=sides if lying else ends, colour=trace.marker.color))
    marks += _whiskers(trace, *((base + far, at) if lying else (at, base + far)))
    return Drawn(tuple(marks), Key(name=words(trace.name), area=trace.marker.color))


def _heatmap(trace: Any, x: Place, y: Place) -> Drawn:
    values = _grid(trace.z)
    low = float(trace.zmin) if trace.zmin is not None else float(np.nanmin(values, initial=np.inf))
    high = float(trace.zmax) if trace.zmax is not None else float(np.nanmax(values, initial=-np.inf))
    stops = _stops(trace.colorscale)
    if trace.reversescale:
        stops = tuple((1 - stop, colour) for stop, colour in reversed(stops))
    shares = (values - low) / ((high - low) or 1.0)
    opacity = float(trace.opacity if trace.opacity is not None else 1.0)
    up, across = values.shape
    at, rise = _centres(trace.x, x, across), _centres(trace.y, y, up)
    (left, right), (bottom, top) = _edges(at), _edges(rise)
    pixels = coloured(shares, stops, opacity=opacity)
    marks: list[Mark] = [Picture(pixels=pixels[::-1].copy(), left=left, right=right, bottom=bottom, top=top)]
    if trace.xgap:
        marks += [_rule(edge, edge, bottom, top, float(trace.xgap)) for edge in np.linspace(left, right, across + 1)[1:-1]]
        marks += [_rule(left, right, edge, edge, float(trace.ygap)) for edge in np.linspace(bottom, top, up + 1)[1:-1]]
    if trace.texttemplate:
        for j, line in enumerate(trace.text):
            for i, text in enumerate(line):
                if text and np.isfinite(values[j, i]):
                    colour = "#ffffff" if pixels[j, i, :3].mean() < 140 else palette.INK
                    marks.append(Words(x=float(at[i]), y=float(rise[j]), text=words(text), colour=colour, size=11.0))
    scale = _scale(trace.colorbar, stops, low, high) if trace.showscale is not False else None
    return Drawn(tuple(marks), scale=scale)


def _rule(x0: float, x1: float, y0: float, y1: float, width: float) -> Lines:
    return Lines(x=np.array([x0, x1], np.float64), y=np.array([y0, y1], np.float64), colour="#ffffff", width=width)


def _contour(trace: Any, x: Place, y: Place) -> Drawn:
    values, own = _grid(trace.z), trace.contours
    at, rise = _centres(trace.x, x, values.shape[1]), _centres(trace.y, y, values.shape[0])
    colour, width = trace.line.color or palette.MUTED, float(trace.line.width or 1)
    if own.type == "constraint":
        across, up = level_line(at, rise, values, float(own.value))
        return Drawn((Lines(x=across, y=up, colour=colour, width=width),))
    low, high, step = float(trace.zmin), float(trace.zmax), float(own.size)
    stops = _stops(trace.colorscale)
    bands = np.floor((finer(values) - own.start) / step) + 0.5
    shares = (own.start + bands * step - low) / (high - low)
    ground = Picture(
        pixels=coloured(shares, stops)[::-1].copy(), left=float(at[0]), right=float(at[-1]), bottom=float(rise[0]), top=float(rise[-1])
    )
    levels = np.arange(own.start, own.end + step / 2, step)
    lines = [level_line(at, rise, values, float(level)) for level in levels]
    rings = [Lines(x=across, y=up, colour=colour, width=width) for across, up in lines if len(across)]
    return Drawn((ground, *rings), scale=_scale(trace.colorbar, stops, low, high))


def _grid(values: Any) -> Float64[np.ndarray, "up across"]:
    return np.array([[np.nan if value is None else value for value in line] for line in values], np.float64)


def _centres(given: Any, place: Place, count: int) -> Float64[np.ndarray, " n"]:
    return np.arange(count, dtype=np.float64) if given is None else place(given)


def _edges(centres: Float64[np.ndarray, " n"]) -> tuple[float, float]:
    half = float(centres[-1] - centres[0]) / (2 * (len(centres) - 1)) if len(centres) > 1 else 0.5
    return float(centres[0]) - half, float(centres[-1]) + half


def _stops(scale: Any) -> Stops:
    return tuple((float(share), str(colour)) for share, colour in scale)


def _scale(bar: Any, stops: Stops, low: float, high: float) -> Scale:
    title, form = words(bar.title.text), bar.tickformat
    places = list(bar.tickvals) if bar.tickvals is not None else [low, (low + high) / 2, high]
    texts = bar.ticktext if bar.ticktext is not None else [written(place, form) if form else f"{place:.4g}" for place in places]
    ticks = tuple(((place - low) / ((high - low) or 1.0), text) for place, text in named(places, texts, form))
    return Scale(title=title, stops=stops, ticks=ticks)


def _each(value: Any, count: int) -> Sequence[Any]:
    single = value is None or isinstance(value, str | int | float)
    return [value] * count if single else list(value)


def _hex(pixel: np.ndarray) -> str:
    return "#{:02x}{:02x}{:02x}".format(*(int(channel) for channel in pixel[:3]))


READERS: Mapping[str, Callable[[Any, Place, Place], Drawn]] = {
    "scatter": _scatter, "bar": _bar, "heatmap": _heatmap, "contour": _contour,
}  # fmt: skip
"""What each kind of trace draws; no view uses any other."""
