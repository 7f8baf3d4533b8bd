"""Path: where training took the weights, over the contours of the loss on the path's own plane."""

from typing import Any

import plotly.graph_objects as go

from thalweg.core.entries import View
from thalweg.evidence._path_words import PathPoint
from thalweg.evidence.path import LossPath
from thalweg.views import _palette as palette
from thalweg.views._drawing import SQUARE, Chart, figure, percent, quantity
from thalweg.views._ground import ground
from thalweg.views._path_table import table_of

TITLE = "Path of the weights over the loss on its own plane"
STEPS = palette.RIVALS[3:]
"""Colours of the points, the later the stronger: orange is told from the blue ground by every eye."""


def draw(path: LossPath) -> Chart:
    """Draw contours of the loss in the plane, the path with later points stronger, its start and end, and the weights that were kept.

    Traces that a page may cut to show the path at an earlier time say so: `meta` is "trail" or "head".
    """
    across, up = (f"component {number} ({percent(share)})" for number, share in enumerate(path.shares, 1))
    layout = {
        "xaxis": {"showgrid": False, "range": [path.x[0], path.x[-1]], **SQUARE[0]},
        "yaxis": {"showgrid": False, "range": [path.y[0], path.y[-1]], **SQUARE[1]},
        "hovermode": "closest",
    }
    traces = [*ground(path.x, path.y, path.values, colours=palette.SHARES[:4]), *_trail(path), *_marks(path)]
    drawn = figure(traces, title=TITLE, x=across, y=up, layout=layout)
    aspect = (path.y[-1] - path.y[0]) / (path.x[-1] - path.x[0])
    return Chart(
        title=TITLE, alt=_alt(path), figure=drawn, table=table_of(path), height=int(min(max(620 * aspect + 130, 360), 720)), width=760
    )


def _trail(path: LossPath) -> list[go.Scatter]:
    """Return the line, the points and the head of the path."""
    x, y = [point.x for point in path.points], [point.y for point in path.points]
    marker = {
        "size": 6,
        "color": list(range(len(x))),
        "cmin": 0,
        "cmax": max(1, len(x) - 1),
        "colorscale": palette.ramp(STEPS),
        "line": {"color": palette.INK, "width": 0.5},
    }
    line: dict[str, Any] = {"color": palette.INK, "width": 1.4}
    head = {"symbol": "circle", "size": 12, "color": palette.CLASSES[1], "line": {"color": palette.INK, "width": 1.5}}
    points = go.Scatter(
        x=x, y=y, mode="markers", marker=marker, name="points, the later the stronger", hovertext=[_hover(point) for point in path.points],
        hoverinfo="text", customdata=[point.step for point in path.points], meta="trail",
    )  # fmt: skip
    return [
        go.Scatter(x=x, y=y, mode="lines", line=line, name="path", hoverinfo="skip", showlegend=False, meta="trail"),
        points,
        go.Scatter(x=x[-1:], y=y[-1:], mode="markers", marker=head, name="end", hoverinfo="name", meta="head"),
    ]


def _hover(point: PathPoint) -> str:
    losses = f"<br>loss {quantity(point.loss)}, on the plane {quantity(point.plane)}" if point.measured else ""
    return f"step {point.step:,}{losses}<br>{quantity(point.off)} off the plane"


def _marks(path: LossPath) -> list[go.Scatter]:
    start = {"symbol": "circle-open", "size": 13, "color": palette.INK, "line": {"color": palette.INK, "width": 2}}
    far = max(path.points, key=lambda point: point.off)
    ring = {"symbol": "diamond-open", "size": 12, "color": palette.CLASSES[2], "line": {"color": palette.CLASSES[2], "width": 2}}
    marks = [("start", path.points[0].x, path.points[0].y, start)]
    if far.off > 1e-6 * path.extent:
        marks.append((f"farthest off the plane ({quantity(far.off)})", far.x, far.y, ring))
    if path.kept is not None:
        star = {"symbol": "star", "size": 13, "color": palette.CLASSES[4], "line": {"color": palette.INK, "width": 1}}
        marks.append((f"kept weights ({quantity(path.kept.off)} off the plane)", path.kept.x, path.kept.y, star))
    return [go.Scatter(x=[x], y=[y], mode="markers", marker=marker, name=name, hoverinfo="name") for name, x, y, marker in marks]


def _alt(path: LossPath) -> str:
    first, last = path.points[0], path.points[-1]
    losses = f"It begins (open circle) at the loss {quantity(first.loss)} and ends (filled circle) at {quantity(last.loss)}."
    return f"{path.sentences()[0]} {losses} Contours are those of the loss on the plane, not of the path."


ENTRY = View(
    summary="the path of W over the contours of the loss on its own plane",
    formula="(<W_t - W_T, v_1>, <W_t - W_T, v_2>) over {f(W_T + x v_1 + y v_2) = level}",
    reference="Li et al., Visualizing the loss landscape of neural nets, NeurIPS 2018, section 7",
    evidence="path",
    draw=draw,
)
