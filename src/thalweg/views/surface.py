"""Surface: contours of the loss on a plane through the space of weights."""

import numpy as np
import plotly.graph_objects as go

from thalweg.core.entries import View
from thalweg.evidence.surface import LossSurface
from thalweg.views import _palette as palette
from thalweg.views._drawing import SQUARE, Chart, Table, figure, plain, quantity
from thalweg.views._ground import ground

TITLE = "Loss on a plane through the weights"


def draw(surface: LossSurface) -> Chart:
    """Draw contours, paler where lower, the centre, other runs, and the lowest point of the grid; points without a value are left blank.

    Levels are evenly spaced, or geometric above the lowest point where most of the plane lies far below its highest.
    """
    runs = surface.making.directions == "runs"
    square = SQUARE if runs else ({}, {})
    layout = {
        "xaxis": {"showgrid": False, "range": _padded(surface.x), **square[0]},
        "yaxis": {"showgrid": False, "range": _padded(surface.y), **square[1]},
        "hovermode": "closest",
    }
    traces = [*_ground(surface), *_marks(surface)]
    across, up = (f"{plain(axis.name, longest=40)} (1 = {quantity(axis.length)} long)" for axis in surface.axes)
    drawn = figure(traces, title=TITLE, x=across, y=up, layout=layout)
    return Chart(title=TITLE, alt=_alt(surface), figure=drawn, table=_table(surface), height=560, width=680)


def _padded(at: tuple[float, ...]) -> list[float]:
    return [at[0], at[-1]] if len(at) > 1 else [at[0] - 1, at[0] + 1]


def _heights(surface: LossSurface) -> np.ndarray:
    return np.array([[np.nan if value is None else value for value in line] for line in surface.values], dtype=np.float64)


def _ground(surface: LossSurface) -> list[go.Contour | go.Scatter]:
    heights = _heights(surface)
    if min(heights.shape) < 2:
        return [_beads(surface, heights)] if np.isfinite(heights).any() else []
    return ground(surface.x, surface.y, surface.values, words=_hover(surface), lines=palette.SHARES[3])


def _hover(surface: LossSurface) -> list[list[str]]:
    """Return every value with the standard error of its difference to the centre, where that is known."""
    words = [[quantity(value) for value in line] for line in surface.values]
    if surface.errors is None:
        return words
    return [
        [word if error is None else f"{word} ± {error:.1e} against the centre" for word, error in zip(line, own, strict=True)]
        for line, own in zip(words, surface.errors, strict=True)
    ]


def _beads(surface: LossSurface, heights: np.ndarray) -> go.Scatter:
    """Return the points of a grid that is a single row or column, coloured by their loss: it has no contours."""
    x, y = np.meshgrid(surface.x, surface.y)
    marker = {
        "size": 10,
        "symbol": "square",
        "color": [None if np.isnan(height) else float(height) for height in heights.ravel()],
        "colorscale": palette.ramp(palette.SHARES),
        "colorbar": {"title": {"text": "loss"}, "thickness": 12, "outlinewidth": 0, "len": 0.8},
        "line": {"color": palette.MUTED, "width": 0.5},
    }
    hover = [f"loss {words}" for line in _hover(surface) for words in line]
    return go.Scatter(
        x=x.ravel().tolist(), y=y.ravel().tolist(), mode="markers", marker=marker, hovertext=hover, hoverinfo="x+y+text", showlegend=False
    )


def _marks(surface: LossSurface) -> list[go.Scatter]:
    drawn = []
    lowest = _lowest(surface)
    if lowest is not None and lowest[2] < surface.centre:
        drawn.append(_mark(lowest[:2], "lowest point of the grid", lowest[2], "diamond-open", palette.CLASSES[1]))
    for place, mark in enumerate(surface.marks):
        symbol, colour = palette.SYMBOLS[(place + 1) % len(palette.SYMBOLS)], palette.CLASSES[(place + 1) % len(palette.CLASSES)]
        drawn.append(_mark((mark.at[0], mark.at[1]), plain(mark.name, longest=40), mark.value, symbol, colour))
    return [*drawn, _mark((0.0, 0.0), "centre", surface.centre, "cross-thin", palette.INK)]


def _mark(at: tuple[float, float], name: str, value: float | None, symbol: str, colour: str) -> go.Scatter:
    marker = {
        "symbol": symbol,
        "size": 11,
        "color": colour,
        "line": {"color": palette.INK if symbol == "cross-thin" else colour, "width": 2},
    }
    return go.Scatter(
        x=[at[0]], y=[at[1]], mode="markers", marker=marker, name=name, hovertext=[f"{name}: loss {quantity(value)}"], hoverinfo="text"
    )


def _lowest(surface: LossSurface) -> tuple[float, float, float] | None:
    found = [
        (value, x, y) for y, line in zip(surface.y, surface.values, strict=True) for x, value in zip(surface.x, line, strict=True)
        if value is not None
    ]  # fmt: skip
    if not found:
        return None
    value, x, y = min(found)
    return x, y, value


def _alt(surface: LossSurface) -> str:
    return " ".join(surface.sentences()[:2])


def _table(surface: LossSurface) -> Table:
    """Return the marked points and, of the grid, nine values along each axis or all where there are fewer."""
    rows = [("centre", "0", "0", quantity(surface.centre))]
    rows += [(mark.name, f"{mark.at[0]:.4g}", f"{mark.at[1]:.4g}", quantity(mark.value)) for mark in surface.marks]
    lowest = _lowest(surface)
    if lowest is not None:
        rows.append(("lowest of the grid", f"{lowest[0]:.4g}", f"{lowest[1]:.4g}", quantity(lowest[2])))
    for j in _nine(len(surface.y)):
        for i in _nine(len(surface.x)):
            rows.append(("grid", f"{surface.x[i]:.4g}", f"{surface.y[j]:.4g}", quantity(surface.values[j][i])))
    return Table(columns=("point", "across", "up", "loss"), rows=tuple(rows))


def _nine(count: int) -> list[int]:
    return sorted({round(share * (count - 1) / 8) for share in range(9)})


ENTRY = View(
    summary="contours of the loss on a plane through the space of weights",
    formula="{(x, y): f(w + x d_1 + y d_2) = level}",
    reference="Li et al., Visualizing the loss landscape of neural nets, NeurIPS 2018",
    evidence="surface",
    draw=draw,
)
