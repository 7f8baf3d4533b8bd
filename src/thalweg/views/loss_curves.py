"""Loss curves: data loss, penalty and total over epochs, and the loss expected before the first step."""

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from thalweg.core.entries import View
from thalweg.evidence.curves import Curves
from thalweg.views import _palette as palette
from thalweg.views._drawing import PART_WORDS, Chart, Table, figure, quantity


def draw(curves: Curves) -> Chart:
    """Draw data loss (solid), total (dashed) and penalty (dotted); without a penalty the loss is the total and stands alone."""
    marks = "lines+markers" if len(curves.epochs) <= 30 else "lines"
    lines = []
    for name, part in curves.parts.items():
        colour = palette.PARTS[name]
        lines.append(_line(curves, part.loss, f"{PART_WORDS[name]}: data loss", mode=marks, line={"color": colour, "width": 2.5}))
        if curves.penalised:
            lines.append(
                _line(curves, part.total, f"{PART_WORDS[name]}: total", mode="lines", line={"color": colour, "width": 1.5, "dash": "dash"})
            )
    if curves.penalised:
        dotted = {"color": palette.CLASSES[3], "width": 2, "dash": "dot"}
        lines.append(_line(curves, curves.train.penalty, "penalty", mode="lines", line=dotted))
    if curves.expected_start is not None:
        flat = (curves.expected_start,) * len(curves.epochs)
        name = f"expected at the start: {quantity(curves.expected_start)}"
        lines.append(_line(curves, flat, name, mode="lines", line={"color": palette.MUTED, "width": 1, "dash": "longdash"}))
    layout: dict[str, Any] = {"hovermode": "x unified", "xaxis_tickformat": "d", "yaxis_rangemode": "tozero"}
    if len(curves.epochs) <= 12:
        layout["xaxis_dtick"] = 1
    drawn = figure(lines, title="Loss over epochs", x="epochs", y="mean loss per example", layout=layout)
    return Chart(title="Loss over epochs", alt=_alt(curves), figure=drawn, table=_table(curves), height=400)


def _line(curves: Curves, values: tuple[float | None, ...], name: str, *, mode: str, line: Mapping[str, object]) -> go.Scatter:
    return go.Scatter(x=list(curves.epochs), y=list(values), name=name, mode=mode, line=line, marker={"size": 5}, hovertemplate="%{y:.4g}")


def _alt(curves: Curves) -> str:
    words = [
        f"The {PART_WORDS[name]} data loss goes from {quantity(finite[0])} before the first step to {quantity(finite[-1])}."
        for name, part in curves.parts.items()
        if (finite := [value for value in part.loss if value is not None])
    ]
    if curves.penalised:
        words.append(f"The penalty ends at {quantity(curves.train.penalty[-1])}.")
    if curves.expected_start is not None:
        words.append(f"Zero weights would start at {quantity(curves.expected_start)}.")
    if curves.reason:
        words.append(f"{curves.reason[0].upper()}{curves.reason[1:]}.")
    return " ".join(words)


def _table(curves: Curves) -> Table:
    names = [f"{part} {figure}" for part in curves.parts for figure in ("loss", "total")]
    columns = [values for part in curves.parts.values() for values in (part.loss, part.total)]
    heads = ("epoch", "penalty", *names)
    rows = zip(curves.epochs, curves.train.penalty, *columns, strict=True)
    return Table(columns=heads, rows=tuple((str(epoch), *map(quantity, values)) for epoch, *values in rows), words=())


ENTRY = View(
    summary="data loss, penalty and total over epochs",
    formula="L, R(W), L + R(W)",
    reference="Stanford CS231n, Neural networks part 3: loss function",
    evidence="curves",
    draw=draw,
)
