"""A sweep over one setting: the figure as a line with its band."""

from typing import Any

import plotly.graph_objects as go

from thalweg.core.visible import visible
from thalweg.evidence._axes import MISSING, Axis, word
from thalweg.evidence.leaderboard import Leaderboard, Row
from thalweg.views import _palette as palette
from thalweg.views._bands import area, crosses
from thalweg.views._drawing import Chart, Table, figure, plain, ticks
from thalweg.views._sweep import FIGURES, hover, label, told


def one_axis(board: Leaderboard, axis: Axis) -> Chart:
    """Draw the mean over an axis, with one standard deviation on each side; crosses at the worst figure are members that diverged.

    Values that are words have a dot with a bar each, and no line between them.
    """
    rows = sorted(board.rows, key=lambda row: axis.position(_value(axis, row)))
    at = [_value(axis, row) if axis.scale in ("linear", "log") else axis.position(_value(axis, row)) for row in rows]
    low, high = ([_aside(row, side) for row in rows] for side in (-1, 1))
    traces: list[Any] = [_means(board, rows, at, joined=axis.numeric)]
    if axis.numeric:
        traces.insert(0, area(at, low, high, colour=palette.CLASSES[0]))
    lost = [(place, row) for place, row in zip(at, rows, strict=True) if row.candidate.diverged]
    if lost:
        ends = [value for value in (low if board.monitor == "accuracy" else high) if value is not None]
        worst = 0.0 if not ends else min(ends) if board.monitor == "accuracy" else max(ends)
        texts = [hover(board, row) for _, row in lost]
        traces.append(crosses([place for place, _ in lost], [worst] * len(lost), hover=texts, name="members diverged"))
    scales: dict[str, Any] = {"log": {"type": "log", "dtick": 1, "exponentformat": "power"}, "linear": {}}
    layout = {
        "xaxis": scales.get(axis.scale) or ({} if axis.scale == "linear" else ticks([word(value) for value in axis.values])),
        "yaxis": {"tickformat": ".1~%" if board.monitor == "accuracy" else ""},
    }
    name = f"mean {FIGURES[board.monitor]}"
    title = f"{FIGURES[board.monitor].capitalize()} over one setting"
    drawn = figure(traces, title=title, x=plain(axis.name), y=f"{name}, ± one deviation", layout=layout)
    return Chart(title=title, alt=_alt(board), figure=drawn, table=_table(board, axis, rows), height=380)


def _value(axis: Axis, row: Row) -> Any:
    return row.candidate.settings.get(axis.name, MISSING)


def _aside(row: Row, side: int) -> float | None:
    return None if row.figure.mean is None else row.figure.mean + side * (row.figure.deviation or 0.0)


def _means(board: Leaderboard, rows: list[Row], at: list[Any], *, joined: bool) -> go.Scatter:
    bars = {"array": [row.figure.deviation or 0.0 for row in rows], "color": palette.CLASSES[0], "thickness": 1.5, "width": 0}
    return go.Scatter(
        x=at,
        y=[row.figure.mean for row in rows],
        mode="lines+markers" if joined else "markers",
        name="mean over members",
        line={"color": palette.CLASSES[0], "width": 2.5},
        marker={"size": 8, "color": palette.CLASSES[0]},
        error_y=None if joined else bars,
        hovertext=[hover(board, row) for row in rows],
        hoverinfo="text",
    )


def _alt(board: Leaderboard) -> str:
    lost = sum(row.candidate.diverged > 0 for row in board.rows)
    words = "No value has a figure."
    if board.winner is not None:
        words = f"The best mean {FIGURES[board.monitor]}, {told(board, board.winner.figure.mean)}, lies at {label(board, board.winner)}."
    return words + (f" At {lost} of {len(board.rows)} values members diverged." if lost else "")


def _table(board: Leaderboard, axis: Axis, rows: list[Row]) -> Table:
    cells = tuple(
        (
            visible(word(_value(axis, row))),
            told(board, row.figure.mean),
            told(board, row.figure.deviation),
            str(len(row.candidate.members)),
            str(row.candidate.diverged),
        )
        for row in rows
    )
    columns = (visible(axis.name), f"mean {FIGURES[board.monitor]}", "deviation", "members", "diverged")
    return Table(columns=columns, rows=cells, words=() if axis.numeric else (0,))
