"""Calibration: the reliability diagram."""

import plotly.graph_objects as go

from thalweg.core.entries import View
from thalweg.evidence.calibration import Calibration
from thalweg.views import _palette as palette
from thalweg.views._drawing import SQUARE, Chart, Table, figure, percent


def draw(calibration: Calibration) -> Chart:
    """Draw accuracy against mean confidence, one point a bin that holds answers; on the diagonal the two agree."""
    full = [one for one in calibration.bins if one.count]
    most = max((one.count for one in full), default=1)
    even = go.Scatter(x=[0, 1], y=[0, 1], mode="lines", name="in agreement", line={"color": palette.MUTED, "dash": "longdash", "width": 1})
    even.hoverinfo = "skip"
    points = go.Scatter(
        x=[one.confidence for one in full],
        y=[one.accuracy for one in full],
        mode="lines+markers",
        name="answers, area by number",
        line={"color": palette.PARTS["train"], "width": 2},
        marker={"size": [6 + 16 * (one.count / most) ** 0.5 for one in full], "line": {"width": 0}},
        customdata=[one.count for one in full],
        hovertemplate="confidence %{x:.1%}, right %{y:.1%}, %{customdata} answers<extra></extra>",
    )
    frame = {"range": [-0.02, 1.04], "tickformat": ".0%", "dtick": 0.2}
    layout = {"xaxis": {**frame, **SQUARE[0]}, "yaxis": {**frame, **SQUARE[1]}}
    title = "Confidence against accuracy"
    drawn = figure([even, points], title=title, x="mean confidence of the answers", y="share classified rightly", layout=layout)
    rows = [(f"{percent(one.low, decimals=0)} to {percent(one.high, decimals=0)}", one) for one in full]
    table = Table(
        columns=("confidence", "answers", "mean confidence", "right"),
        rows=tuple((name, f"{one.count:,}", percent(one.confidence), percent(one.accuracy)) for name, one in rows),
    )
    alt = f"There is no gap to show: {calibration.reason}."
    if calibration.error is not None:
        alt = (
            f"Confidence and accuracy differ by {100 * calibration.error:.1f} percentage points on average ({len(calibration.bins)} bins)."
        )
    return Chart(title=title, alt=alt, figure=drawn, table=table, height=440, width=420)


ENTRY = View(
    summary="accuracy against confidence: the reliability diagram",
    formula="accuracy_b against confidence_b",
    reference="C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, On calibration of modern neural networks, ICML 2017",
    evidence="calibration",
    draw=draw,
)
