"""Plane: decision regions, their borders and the examples on them."""

import numpy as np
import plotly.graph_objects as go

from thalweg.core.entries import View
from thalweg.core.visible import visible
from thalweg.evidence.plane import Plane
from thalweg.views import _palette as palette
from thalweg.views._drawing import SQUARE, Chart, Table, figure, percent, plain


def draw(plane: Plane) -> Chart:
    """Draw each class's region pale, its border (its score equals the best of the others) and the points; a cross marks a wrong answer."""
    traces = [*_regions(plane), *_points(plane)]
    layout = {
        "xaxis": {"showgrid": False, "range": [float(plane.x[0]), float(plane.x[-1])], **SQUARE[0]},
        "yaxis": {"showgrid": False, "range": [float(plane.y[0]), float(plane.y[-1])], **SQUARE[1]},
    }
    drawn = figure(traces, title="Decision regions", x="first coordinate", y="second coordinate", layout=layout)
    facts = plane.row()
    alt = f"{facts['right']} of {facts['count']} points lie in the region of their class."
    rows = [
        (visible(name), percent(share), str(int((plane.labels == index).sum())))
        for index, (name, share) in enumerate(zip(plane.classes, facts["area"], strict=True))
    ]
    table = Table(columns=("class", "share of the area", "points"), rows=tuple(rows))
    return Chart(title="Decision regions", alt=alt, figure=drawn, table=table, height=_height(plane), width=580)


def _height(plane: Plane) -> int:
    """Return the height at which both coordinates have one scale and little room is left over."""
    aspect = (plane.y[-1] - plane.y[0]) / (plane.x[-1] - plane.x[0])
    return int(min(max(500 * aspect + 110, 240), 760))


def _regions(plane: Plane) -> list[go.Heatmap | go.Contour]:
    x, y, count = plane.x.astype(np.float32), plane.y.astype(np.float32), len(plane.classes)
    steps = [[(index + end) / count, _colour(index)] for index in range(count) for end in (0, 1)]
    drawn = [
        go.Heatmap(
            x=x,
            y=y,
            z=plane.regions.astype(np.int16),
            zmin=-0.5,
            zmax=count - 0.5,
            colorscale=steps,
            opacity=0.22,
            showscale=False,
            hoverinfo="skip",
        )
    ]
    for index in range(count):
        if count == 1 or not np.isfinite(plane.scores).all():
            break
        drawn.append(
            go.Contour(
                x=x,
                y=y,
                z=plane.lead(index).astype(np.float32),
                contours={"type": "constraint", "operation": "=", "value": 0},
                line={"color": palette.INK, "width": 1.5},
                showlegend=False,
                hoverinfo="skip",
            )
        )
    return drawn


def _points(plane: Plane) -> list[go.Scatter]:
    drawn = []
    wrong = plane.labels != plane.predicted
    for index, name in enumerate(plane.classes):
        of_class = plane.labels == index
        hover = [f"{plain(name)}, answered {plain(plane.classes[taken])}" for taken in plane.predicted[of_class]]
        symbol = palette.SYMBOLS[index % len(palette.SYMBOLS)]
        marker = {"color": _colour(index), "symbol": symbol, "size": 9, "line": {"color": palette.INK, "width": 1}}
        drawn.append(_scatter(plane, of_class, plain(name, longest=24), marker, hover))
    if wrong.any():
        drawn.append(
            _scatter(
                plane,
                wrong,
                "wrong answer",
                {"color": palette.INK, "symbol": "x-thin", "size": 13, "line": {"color": palette.INK, "width": 2}},
                None,
            )
        )
    return drawn


def _scatter(plane: Plane, chosen: np.ndarray, name: str, marker: dict[str, object], hover: list[str] | None) -> go.Scatter:
    x, y = plane.points[chosen, 0].tolist(), plane.points[chosen, 1].tolist()
    return go.Scatter(
        x=x, y=y, mode="markers", name=name, marker=marker, hovertext=hover, hoverinfo="text" if hover is not None else "skip"
    )


def _colour(index: int) -> str:
    return palette.CLASSES[index % len(palette.CLASSES)]


ENTRY = View(
    summary="decision regions and borders in the plane, with the points",
    formula="border of k: s_k(x) = max_{j != k} s_j(x)",
    reference="Stanford CS231n, Linear classification demo",
    evidence="plane",
    draw=draw,
)
