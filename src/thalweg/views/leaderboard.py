"""Leaderboard: the best candidates of a sweep as dots with their standard errors."""

from typing import Any

import plotly.graph_objects as go

from thalweg.core.entries import View
from thalweg.evidence.leaderboard import Leaderboard, Row
from thalweg.views import _palette as palette
from thalweg.views._bands import crosses
from thalweg.views._drawing import Chart, figure, plain, ticks
from thalweg.views._sweep import FIGURES, hover, label, names, table, told

SHOWN = 20


def draw(board: Leaderboard) -> Chart:
    """Draw one dot a candidate, the best on top; those within one standard error of the best have its colour, diverged ones a cross."""
    shown = board.rows[:SHOWN]
    measured = [row for row in shown if row.figure.mean is not None]
    lost = [row for row in shown if row.figure.mean is None]
    groups = (
        ("within one standard error of the best", [row for row in measured if row.level], palette.CLASSES[0]),
        ("candidates" if board.level is None else "behind", [row for row in measured if not row.level], palette.MUTED),
    )
    traces = [_dots(board, rows, name, colour) for name, rows, colour in groups if rows]
    if lost:
        edge = min((row.figure.mean - (row.figure.error or 0) for row in measured if row.figure.mean is not None), default=0.0)
        traces.append(
            crosses([edge] * len(lost), [row.rank - 1 for row in lost], hover=[hover(board, row) for row in lost], name=_lost(lost))
        )
    marks: dict[str, Any] = {
        **ticks([label(board, row) for row in shown], most=SHOWN, longest=34),
        "autorange": "reversed",
        "showgrid": False,
    }
    layout = {"xaxis": {"tickformat": "" if board.monitor == "loss" else ".1~%"}, "yaxis": marks, "shapes": _border(board)}
    title = f"The best {len(shown)} of {len(board.rows)} candidates" if len(board.rows) > len(shown) else "Candidates"
    axis = f"mean {FIGURES[board.monitor]}" + ("" if board.level is None else ", ± one standard error")
    drawn = figure(traces, title=title, x=axis, y=plain(" · ".join(names(board)), longest=60) or "candidate", layout=layout)
    return Chart(title=title, alt=_alt(board), figure=drawn, table=table(board, most=SHOWN), height=130 + 26 * len(shown))


def _dots(board: Leaderboard, rows: list[Row], name: str, colour: str) -> go.Scatter:
    return go.Scatter(
        x=[row.figure.mean for row in rows],
        y=[row.rank - 1 for row in rows],
        mode="markers",
        name=name,
        marker={"size": 9, "color": colour},
        error_x={"array": [row.figure.error or 0.0 for row in rows], "color": colour, "thickness": 1.5, "width": 0},
        hovertext=[hover(board, row) for row in rows],
        hoverinfo="text",
    )


def _lost(rows: list[Row]) -> str:
    return " or ".join(dict.fromkeys(row.candidate.standing.value for row in rows))


def _border(board: Leaderboard) -> list[dict[str, Any]]:
    """Return the line one standard error behind the best."""
    best = board.rows[0].figure
    if best.mean is None or best.error is None:
        return []
    at = best.mean - best.error if board.monitor == "accuracy" else best.mean + best.error
    return [
        {"type": "line", "x0": at, "x1": at, "yref": "paper", "y0": 0, "y1": 1, "line": {"color": palette.MUTED, "width": 1, "dash": "dot"}}
    ]


def _alt(board: Leaderboard) -> str:
    if board.winner is None:
        return f"No candidate has a figure: {board.reason}."
    best = board.winner
    spread = "" if best.figure.error is None else f" with a standard error of {told(board, best.figure.error)}"
    words = [
        f"The best candidate, {label(board, best)}, reaches a mean {FIGURES[board.monitor]} of {told(board, best.figure.mean)}{spread}."
    ]
    if board.level is None:
        words.append(f"{board.reason[:1].upper()}{board.reason[1:]}.")
    elif board.level > 1:
        words.append(f"{board.level} candidates lie within one standard error of it: among them the order decides nothing.")
    else:
        words.append("No other lies within one standard error of it.")
    return " ".join(words)


ENTRY = View(
    summary="the best candidates of a sweep, with standard errors",
    formula="mean +- s / sqrt(n)",
    reference="W. S. Cleveland, R. McGill, Graphical perception, JASA 79, 1984: dot plots",
    evidence="leaderboard",
    draw=draw,
)
