"""Path losses: the true loss along a path against the loss of its plane, and how far off the plane the path is."""

from typing import Any

import plotly.graph_objects as go

from thalweg.core.entries import View
from thalweg.evidence.path import LossPath
from thalweg.views import _palette as palette
from thalweg.views._drawing import Chart, figure, quantity
from thalweg.views._path_table import table_of

TITLE = "True loss and the plane's loss along the path"


def draw(path: LossPath) -> Chart:
    """Draw both losses where they were measured, and below them the distance of every point off the plane."""
    own = [point for point in path.points if point.measured]
    steps = [point.step for point in own]
    traces = [
        _line(steps, [point.loss for point in own], "true loss", palette.CLASSES[0], "circle"),
        _line(steps, [point.plane for point in own], "plane's loss at its projection", palette.CLASSES[1], "square", dash="dash"),
        _line([point.step for point in path.points], [point.off for point in path.points], "distance off the plane", palette.CLASSES[2],
              "diamond", axis="y2"),
    ]  # fmt: skip
    known = [value for point in own for value in (point.loss, point.plane) if value is not None]
    steep = bool(known) and min(known) > 0 and max(known) > 30 * min(known)
    grid: dict[str, Any] = {"gridcolor": palette.GRID, "linecolor": palette.GRID, "zeroline": False, "automargin": True, "ticks": ""}
    layout = {
        "xaxis": {"anchor": "y2"},
        "yaxis": {"domain": [0.42, 1], "type": "log" if steep else "linear"},
        "yaxis2": {**grid, "domain": [0, 0.32], "rangemode": "tozero", "title": {"text": "off the plane"}, "title_standoff": 12},
    }
    drawn = figure(traces, title=TITLE, x="step", y="loss", layout=layout)
    return Chart(title=TITLE, alt=_alt(path), figure=drawn, table=table_of(path), height=440)


def _line(x: list[int], y: list[float | None], name: str, colour: str, symbol: str, *, dash: str = "solid", axis: str = "y") -> go.Scatter:
    marker = {"symbol": symbol, "size": 5, "color": colour}
    return go.Scatter(
        x=x, y=y, mode="lines+markers", name=name, yaxis=axis, line={"color": colour, "width": 1.8, "dash": dash}, marker=marker,
        hovertemplate=f"step %{{x:,}}: {name} %{{y:.4g}}<extra></extra>",
    )  # fmt: skip


def _alt(path: LossPath) -> str:
    last = path.points[-1]
    return f"{path.sentences()[2]} At the end, step {last.step:,}, the true loss is {quantity(last.loss)}."


ENTRY = View(
    summary="the true loss along a path against the loss of its plane, with the distance off it",
    formula="f(W_t) and f(W_T + x_t v_1 + y_t v_2)",
    reference="Li et al., Visualizing the loss landscape of neural nets, NeurIPS 2018, section 7",
    evidence="path",
    draw=draw,
)
