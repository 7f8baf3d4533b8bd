"""SVG: a chart as a picture that needs no script: the marks of `thalweg.views._marks`, painted."""

import base64
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from jaxtyping import Float64
from PIL import Image

from thalweg.core.visible import visible
from thalweg.faces._page import png_address
from thalweg.faces.notebook._shapes import shape
from thalweg.views import _palette as palette
from thalweg.views._marks import Area, Axis, Flat, Key, Lines, Mark, Panel, Picture, Points, Scale, Words

FONT = "system-ui,-apple-system,'Segoe UI',Roboto,sans-serif"
SIZE, LETTER = 12.0, 6.4
"""Height and mean width of a letter, in pixels."""
ROW = 20


@dataclass(frozen=True)
class Frame:
    """Where a panel's plot lies, in pixels."""

    left: float
    top: float
    width: float
    height: float

    def across(self, axis: Axis, values: Float64[np.ndarray, " n"]) -> Float64[np.ndarray, " n"]:
        """Return how far to the right values lie."""
        return self.left + axis.place(values) * self.width

    def down(self, axis: Axis, values: Float64[np.ndarray, " n"]) -> Float64[np.ndarray, " n"]:
        """Return how far down values lie."""
        return self.top + (1 - axis.place(values)) * self.height


def svg(flat: Flat, *, width: int = 640, height: int = 360) -> str:
    """Return a picture of a chart, at most that high; its title is left to the page around it. Colours are those of a light ground."""
    rows = _legend_rows(flat.legend, width)
    top = 10.0 + ROW * len(rows) + (18 if flat.scales else 0)
    left = max(_beside(panel) for panel in flat.panels)
    right = 10.0 + sum(28 + LETTER * max((len(text) for _, text in scale.ticks), default=0) for scale in flat.scales)
    tilted = [_tilted(panel.x, width - left - right) for panel in flat.panels]
    below = max(_under(panel, tilt) for panel, tilt in zip(flat.panels, tilted, strict=True))
    room = Frame(left, top, max(width - left - right, 40.0), max(height - top - below, 40.0))
    frames = [_frame(panel, room) for panel in flat.panels]
    height = round(min(height, max(frame.top + frame.height for frame in frames) + below))
    parts = [_key(key, x, y) for y, row in enumerate(rows) for key, x in row]
    for number, (panel, frame, tilt) in enumerate(zip(flat.panels, frames, tilted, strict=True)):
        parts += [*_axes(panel, frame, tilt=tilt), _plot(panel, frame, number)]
    aside = max(frame.left + frame.width for frame in frames) + 14
    for scale in flat.scales:
        parts.append(_scale(scale, aside, top, min(frames[0].height, 260.0)))
        aside += 28 + LETTER * max(len(text) for _, text in scale.ticks)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
    return f'{head}font-family="{FONT}" font-size="{SIZE}" fill="{palette.INK}">{"".join(parts)}</svg>'


def address(picture: str) -> str:
    """Return an SVG as a data address, in which no script of a page is at home and none of its own would run."""
    return f"data:image/svg+xml;base64,{base64.b64encode(picture.encode()).decode()}"


def _frame(panel: Panel, room: Frame) -> Frame:
    top, height = room.top + (1 - panel.high) * room.height, (panel.high - panel.low) * room.height
    if not panel.square:
        return Frame(room.left, top, room.width, height)
    wide, tall = abs(panel.x.high - panel.x.low) or 1.0, abs(panel.y.high - panel.y.low) or 1.0
    unit = min(room.width / wide, height / tall)
    return Frame(room.left, top, unit * wide, unit * tall)


def _beside(panel: Panel) -> float:
    return 14.0 + LETTER * max((len(text) for _, text in panel.y.ticks), default=0) + (20 if panel.y.title else 0)


def _tilted(axis: Axis, width: float) -> bool:
    """Whether labels stand too close to lie."""
    longest = LETTER * max((len(text) for _, text in axis.ticks), default=0) + 8
    return longest * len(axis.ticks) > width


def _under(panel: Panel, tilt: bool) -> float:
    longest = max((len(text) for _, text in panel.x.ticks), default=0)
    labels = 0.6 * LETTER * longest + 14 if tilt else 18.0
    return 8.0 + (labels if panel.x.ticks else 0) + (22 if panel.x.title else 0)


def _axes(panel: Panel, frame: Frame, *, tilt: bool) -> list[str]:
    parts, bottom = [], frame.top + frame.height
    x, y = panel.x, panel.y
    for (_, text), at in zip(x.ticks, frame.across(x, np.array([value for value, _ in x.ticks], np.float64)), strict=True):
        if x.grid:
            parts.append(_stroke(f"M{at:.1f} {frame.top:.1f}V{bottom:.1f}", palette.GRID, 1))
        turn = f' transform="rotate(-38 {at:.1f} {bottom + 14:.1f})"' if tilt else ""
        parts.append(_text(at + (4 if tilt else 0), bottom + 16, text, anchor="end" if tilt else "middle", extra=turn))
    for (_, text), at in zip(y.ticks, frame.down(y, np.array([value for value, _ in y.ticks], np.float64)), strict=True):
        if y.grid:
            parts.append(_stroke(f"M{frame.left:.1f} {at:.1f}H{frame.left + frame.width:.1f}", palette.GRID, 1))
        parts.append(_text(frame.left - 6, at + 4, text, anchor="end"))
    parts.append(_stroke(f"M{frame.left:.1f} {bottom:.1f}H{frame.left + frame.width:.1f}", palette.GRID, 1))
    if x.title:
        parts.append(_text(frame.left + frame.width / 2, bottom + _under(panel, tilt) - 9, x.title, anchor="middle", colour=palette.MUTED))
    if y.title:
        middle, size = frame.top + frame.height / 2, min(SIZE, max(9.0, SIZE * (frame.height + 20) / (LETTER * len(y.title))))
        turn = f' transform="rotate(-90 14 {middle:.1f})"'
        parts.append(_text(14.0, middle, y.title, anchor="middle", colour=palette.MUTED, size=round(size, 1), extra=turn))
    return parts


def _plot(panel: Panel, frame: Frame, number: int) -> str:
    """Return the marks; lines end at the frame, points reach over it by half their size, words stand where they are."""
    parts = []
    for name, over in (("lines", 1.0), ("points", 8.0)):
        place = f'x="{frame.left - over:.1f}" y="{frame.top - over:.1f}"'
        size = f'width="{frame.width + 2 * over:.1f}" height="{frame.height + 2 * over:.1f}"'
        parts.append(f'<clipPath id="{name}{number}"><rect {place} {size}/></clipPath>')
    for mark in panel.marks:
        drawn = _PAINTERS[type(mark)](mark, panel, frame)
        name = "points" if isinstance(mark, Points) else "lines"
        parts.append(drawn if isinstance(mark, Words) or not drawn else f'<g clip-path="url(#{name}{number})">{drawn}</g>')
    return "".join(parts)


def _path(x: Float64[np.ndarray, " n"], y: Float64[np.ndarray, " n"]) -> str:
    """Return points as a path, interrupted where one is NaN."""
    pieces, pen = [], "M"
    for at, down in zip(x.tolist(), y.tolist(), strict=True):
        if np.isfinite(at) and np.isfinite(down):
            pieces.append(f"{pen}{at:.1f} {down:.1f}")
            pen = "L"
        else:
            pen = "M"
    return "".join(pieces)


def _stroke(path: str, colour: str, width: int | float, *, dash: Sequence[float] = (), opacity: float = 1.0) -> str:
    dashes = f' stroke-dasharray="{" ".join(f"{length:g}" for length in dash)}"' if dash else ""
    pale = f' opacity="{opacity:g}"' if opacity < 1 else ""
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width:g}" stroke-linejoin="round"{dashes}{pale}/>'


def _text(
    x: int | float,
    y: int | float,
    text: str,
    *,
    anchor: str = "start",
    colour: str = palette.INK,
    size: int | float = SIZE,
    extra: str = "",
) -> str:
    own = f' font-size="{size:g}"' if size != SIZE else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}"{own}{extra}>{escape(visible(text))}</text>'


def _lines(mark: Lines, panel: Panel, frame: Frame) -> str:
    path = _path(frame.across(panel.x, mark.x), frame.down(panel.y, mark.y))
    return _stroke(path, mark.colour, mark.width, dash=mark.dash, opacity=mark.opacity) if path else ""


def _area(mark: Area, panel: Panel, frame: Frame) -> str:
    path = _path(frame.across(panel.x, mark.x), frame.down(panel.y, mark.y))
    return f'<path d="{path}Z" fill="{mark.colour}" opacity="{mark.opacity:g}"/>' if path else ""


def _points(mark: Points, panel: Panel, frame: Frame) -> str:
    places = zip(frame.across(panel.x, mark.x).tolist(), frame.down(panel.y, mark.y).tolist(), strict=True)
    looks = zip(mark.shapes, mark.sizes, mark.colours, mark.edges, strict=True)
    drawn = [shape(x, y, *look) for (x, y), look in zip(places, looks, strict=True) if np.isfinite(x) and np.isfinite(y)]
    return f'<g opacity="{mark.opacity:g}">{"".join(drawn)}</g>'


def _picture(mark: Picture, panel: Panel, frame: Frame) -> str:
    (left, right) = sorted(frame.across(panel.x, np.array([mark.left, mark.right])).tolist())
    (top, bottom) = sorted(frame.down(panel.y, np.array([mark.top, mark.bottom])).tolist())
    flipped = panel.y.low > panel.y.high
    out = io.BytesIO()
    Image.fromarray(mark.pixels[::-1] if flipped else mark.pixels).save(out, "PNG", optimize=True)
    source = png_address(out.getvalue())
    place = f'x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}"'
    return f'<image {place} preserveAspectRatio="none" style="image-rendering:pixelated" href="{source}"/>'


def _words(mark: Words, panel: Panel, frame: Frame) -> str:
    (x,), (y,) = frame.across(panel.x, np.array([mark.x])).tolist(), frame.down(panel.y, np.array([mark.y])).tolist()
    anchor = {-1: "end", 0: "middle", 1: "start"}[mark.across]
    down = {-1: mark.size + 5, 0: 0.35 * mark.size, 1: -6.0}[mark.up]
    return _text(x + 6 * mark.across, y + down, mark.text, anchor=anchor, colour=mark.colour, size=mark.size)


_PAINTERS: Mapping[type[Mark], Callable[..., str]] = {Lines: _lines, Area: _area, Points: _points, Picture: _picture, Words: _words}


def _legend_rows(keys: Sequence[Key], width: int) -> list[list[tuple[Key, float]]]:
    rows: list[list[tuple[Key, float]]] = []
    at = float("inf")
    for key in keys:
        wide = 48 + 1.1 * LETTER * len(key.name)
        if at + wide > width:
            rows.append([])
            at = 6.0
        rows[-1].append((key, at))
        at += wide
    return rows


def _key(key: Key, x: float, row: int) -> str:
    y, parts = 12 + ROW * row, []
    if key.area is not None and key.line is None:
        parts.append(f'<rect x="{x:.1f}" y="{y - 6}" width="22" height="12" fill="{key.area}"/>')
    if key.line is not None:
        parts.append(_stroke(f"M{x:.1f} {y}h24", key.line.colour, min(key.line.width, 8.0), dash=key.line.dash, opacity=key.line.opacity))
    if key.point is not None and key.point.colours:
        point = key.point
        parts.append(shape(x + 12, float(y), point.shapes[0], min(point.sizes[0], 12.0), point.colours[0], point.edges[0]))
    return "".join(parts) + _text(x + 30, y + 4, key.name)


def _scale(scale: Scale, x: float, top: float, height: float) -> str:
    """Return an upright bar of colours with its title above it."""
    name = f"scale{x:.0f}"
    stops = "".join(f'<stop offset="{share:g}" stop-color="{colour}"/>' for share, colour in scale.stops)
    parts = [
        f'<linearGradient id="{name}" x1="0" y1="1" x2="0" y2="0">{stops}</linearGradient>',
        f'<rect x="{x:.1f}" y="{top:.1f}" width="10" height="{height:.1f}" fill="url(#{name})"/>',
        _text(x + 10, top - 8, scale.title, anchor="end" if len(scale.title) > 10 else "middle", colour=palette.MUTED, size=11.0),
    ]
    for share, text in scale.ticks:
        parts.append(_text(x + 15, top + (1 - share) * height + 4, text, size=11.0))
    return "".join(parts)
