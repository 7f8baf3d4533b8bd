"""Parallel coordinates: every candidate of a sweep as one line over the axes of its settings and its figure.

Drawn with plain lines rather than plotly's own kind of trace, which needs a script made at run time that the pages' policy forbids, and
has no line style for what diverged.
"""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import plotly.graph_objects as go

from thalweg.core.entries import View
from thalweg.evidence._axes import MISSING, Axis, word
from thalweg.evidence.leaderboard import Leaderboard, Row
from thalweg.views import _palette as palette
from thalweg.views._drawing import Chart, figure, plain
from thalweg.views._sweep import FIGURES, hover, label, names, table, told

LOST = -0.12
"""Where a candidate without a figure ends: below the axis."""
MARKS = 7
"""The most marks on an axis of numbers."""
THIRDS = ("best third", "middle third", "last third")


class Group(NamedTuple):
    """Candidates drawn alike."""

    name: str
    rows: tuple[Row, ...]
    colour: str
    width: float
    dash: str


def draw(board: Leaderboard) -> Chart:
    """Draw the best candidate thick, the others by thirds of their rank, those without a figure dashed to a place below the axis."""
    axes, count = board.varied or board.axes, len(board.varied or board.axes)
    means = [row.figure.mean for row in board.rows if row.figure.mean is not None]
    ends = (min(means), max(means)) if means else (0.0, 1.0)
    lost = any(row.figure.mean is None for row in board.rows)
    names = {
        "tickmode": "array",
        "tickvals": list(range(count + 1)),
        "ticktext": [plain(axis.name, longest=18) for axis in axes] + [FIGURES[board.monitor]],
    }
    layout = {
        "xaxis": {**names, "showgrid": False, "range": [-0.3, count + 0.4]},
        "yaxis": {"showticklabels": False, "showgrid": False, "range": [-0.2 if lost else -0.06, 1.06]},
        "shapes": [_rule(at) for at in range(count + 1)],
        "annotations": [mark for at, axis in enumerate(axes) for mark in _marks(axis, at)] + _ends(board, ends, count, lost),
        "legend": {"traceorder": "reversed"},
        "hovermode": "closest",
    }
    title = "Every candidate over its settings"
    traces = [_lines(board, axes, group, ends) for group in _groups(board)]
    drawn = figure(traces, title=title, x="setting", y="low to high", layout=layout)
    return Chart(title=title, alt=_alt(board), figure=drawn, table=table(board, most=len(board.rows)), height=460)


def _groups(board: Leaderboard) -> list[Group]:
    """Return the candidates by how they are drawn, the best last, on top of the others."""
    measured = tuple(row for row in board.rows if row.figure.mean is not None)
    lost = tuple(row for row in board.rows if row.figure.mean is None)
    others = measured[1:]
    size = -(-len(others) // 3)
    groups = [Group(" or ".join(dict.fromkeys(row.candidate.standing.value for row in lost)), lost, palette.MUTED, 1.2, "dot")]
    groups += [Group(THIRDS[k], others[k * size : (k + 1) * size], palette.SHARES[4 - k], 1.5, "solid") for k in (2, 1, 0)]
    groups.append(Group("the best", measured[:1], palette.CLASSES[1], 3.5, "solid"))
    return [group for group in groups if group.rows]


def place(axis: Axis, value: Any) -> float:
    """Return where a value lies on its axis, from 0 to 1; the middle where the axis has one value only."""
    low, high = axis.position(axis.values[0]), axis.position(axis.values[-1])
    return 0.5 if high == low else (axis.position(value) - low) / (high - low)


def _lines(board: Leaderboard, axes: Sequence[Axis], group: Group, ends: tuple[float, float]) -> go.Scatter:
    xs: list[int | None] = []
    ys: list[float | None] = []
    texts: list[str] = []
    for row in group.rows:
        xs += [*range(len(axes) + 1), None]
        ys += [*(place(axis, row.candidate.settings.get(axis.name, MISSING)) for axis in axes), _height(board, row, ends), None]
        texts += [hover(board, row)] * (len(axes) + 1) + [""]
    line = {"color": group.colour, "width": group.width, "dash": group.dash}
    return go.Scatter(x=xs, y=ys, mode="lines", name=group.name, line=line, hovertext=texts, hoverinfo="text")


def _height(board: Leaderboard, row: Row, ends: tuple[float, float]) -> float:
    """Return where a candidate's figure lies on the last axis, the better the higher."""
    if row.figure.mean is None:
        return LOST
    share = 0.5 if ends[0] == ends[1] else (row.figure.mean - ends[0]) / (ends[1] - ends[0])
    return share if board.monitor == "accuracy" else 1 - share


def _rule(at: int) -> dict[str, Any]:
    return {"type": "line", "x0": at, "x1": at, "y0": 0, "y1": 1, "line": {"color": palette.MUTED, "width": 1}, "layer": "below"}


def _marks(axis: Axis, x: int) -> list[dict[str, Any]]:
    """Return the labels of an axis: every value, or the whole powers of ten, or equal parts, whichever are few enough."""
    if len(axis.values) <= MARKS or not axis.numeric:
        stride = -(-len(axis.values) // 12)
        return [_mark(x, place(axis, value), word(value, digits=3)) for value in axis.values[::stride]]
    return [_mark(x, place(axis, axis.values[k]), word(axis.values[k], digits=2)) for k in _spread(axis)]


def _spread(axis: Axis) -> list[int]:
    """Return the values nearest to `MARKS` places at equal distances, each once."""
    heights = [place(axis, value) for value in axis.values]
    wanted = [k / (MARKS - 1) for k in range(MARKS)]
    return sorted({min(range(len(heights)), key=lambda index: abs(heights[index] - one)) for one in wanted})


def _mark(x: int, y: float, text: str, *, side: Literal["left", "right"] = "left") -> dict[str, Any]:
    anchor, shift = ("right", -6) if side == "left" else ("left", 6)
    font = {"size": 11, "color": palette.INK}
    return {
        "x": x,
        "y": y,
        "text": plain(text, longest=16),
        "showarrow": False,
        "xanchor": anchor,
        "xshift": shift,
        "font": font,
        "bgcolor": palette.SHARES[0],
        "borderpad": 1,
    }


def _ends(board: Leaderboard, ends: tuple[float, float], x: int, lost: bool) -> list[dict[str, Any]]:
    low, high = ends if board.monitor == "accuracy" else ends[::-1]
    marks = [_mark(x, 0.0, told(board, low), side="right"), _mark(x, 1.0, told(board, high), side="right")] if board.winner else []
    return marks + ([_mark(x, LOST, "no figure", side="right")] if lost else [])


def _alt(board: Leaderboard) -> str:
    lost = sum(row.figure.mean is None for row in board.rows)
    words = f"{len(board.rows)} candidates over {', '.join(names(board)) or 'no setting'}, coloured by thirds of their order"
    best = f"; the best is {label(board, board.winner)}" if board.winner else ""
    return f"{words}{best}." + (f" {lost} have no figure and are dashed." if lost else "")


ENTRY = View(
    summary="every candidate of a sweep as a line over its settings and its figure",
    formula="position = (g(value) - g(least)) / (g(greatest) - g(least)), g = identity or log",
    reference="A. Inselberg, The plane with parallel coordinates, The Visual Computer 1, 1985",
    evidence="leaderboard",
    draw=draw,
)
