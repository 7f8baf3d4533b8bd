"""Accuracy curves: the share of examples classified rightly over epochs."""

from typing import Any

import plotly.graph_objects as go

from thalweg.core.entries import View
from thalweg.evidence.curves import Curves
from thalweg.views import _palette as palette
from thalweg.views._drawing import PART_WORDS, Chart, Table, figure, percent


def draw(curves: Curves) -> Chart:
    """Draw one line a part; the gap between the two is what the model learnt of the training examples only."""
    marks = "lines+markers" if len(curves.epochs) <= 30 else "lines"
    lines = [
        go.Scatter(
            x=list(curves.epochs),
            y=list(part.accuracy),
            name=PART_WORDS[name],
            mode=marks,
            line={"color": palette.PARTS[name], "width": 2.5},
            marker={"size": 5},
            hovertemplate="%{y:.2%}",
        )
        for name, part in curves.parts.items()
    ]
    layout: dict[str, Any] = {"hovermode": "x unified", "xaxis_tickformat": "d", "yaxis_tickformat": ".0%"}
    if len(curves.epochs) <= 12:
        layout["xaxis_dtick"] = 1
    drawn = figure(lines, title="Accuracy over epochs", x="epochs", y="share classified rightly", layout=layout)
    ends = ", ".join(f"{PART_WORDS[name]} {percent(part.accuracy[-1])}" for name, part in curves.parts.items() if curves.epochs)
    rows = zip(curves.epochs, *(part.accuracy for part in curves.parts.values()), strict=True)
    table = Table(
        columns=("epoch", *curves.parts),
        rows=tuple((str(epoch), *(percent(v, decimals=2) for v in values)) for epoch, *values in rows),
        words=(),
    )
    return Chart(title="Accuracy over epochs", alt=f"Accuracy at the last epoch: {ends or 'none'}.", figure=drawn, table=table, height=340)


ENTRY = View(
    summary="accuracy on training and validation examples over epochs",
    formula="(1/N) sum_i [argmax_k s_ik = y_i]",
    reference="Stanford CS231n, Neural networks part 3: train/val accuracy",
    evidence="curves",
    draw=draw,
)
