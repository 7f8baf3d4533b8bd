"""Verdict: the objective along the direction of the lowest curvature, beside the parabola that the Hessian predicts."""

import plotly.graph_objects as go

from thalweg.core.entries import View
from thalweg.evidence._descent import Descent
from thalweg.evidence.verdict import Verdict
from thalweg.views import _palette as palette
from thalweg.views._drawing import Chart, Table, figure, quantity

TITLE = "Along the direction of the most negative curvature"


def draw(verdict: Verdict) -> Chart:
    """Draw the objective along the direction that proves a saddle; without negative curvature, the two ends of the spectrum."""
    if verdict.descent is None:
        return _ends(verdict)
    return _along(verdict, verdict.descent)


def _along(verdict: Verdict, descent: Descent) -> Chart:
    lengths, values = list(descent.lengths), list(descent.values)
    model = [descent.start + descent.slope * t + descent.curvature * t * t / 2 for t in lengths]
    traces = [
        _line(lengths, values, name="objective", colour=palette.CLASSES[0], dash=None),
        _line(lengths, model, name="second-order model", colour=palette.CLASSES[1], dash="dash"),
        go.Scatter(
            x=[0.0], y=[descent.start], mode="markers", name="the weights judged", marker={"color": palette.INK, "size": 9},
            hovertemplate="objective %{y:.6g}<extra>the weights judged</extra>",
        ),
    ]  # fmt: skip
    low, high = min(values), max(values)
    layout = {"yaxis": {"range": [low - 0.08 * (high - low), high + 0.08 * (high - low)]}} if high > low else {}
    drawn = figure(traces, title=TITLE, x="distance along the eigenvector (norm of the change of W)", y="objective", layout=layout)
    fall = f"falls by {quantity(descent.lowered)} at distance {quantity(abs(descent.best))}" if descent.lowered else "does not fall"
    alt = f"{_kind(verdict)} The objective {fall}; the lowest eigenvalue is {quantity(descent.curvature)}."
    rows = tuple((f"{t:.4g}", f"{value:.6g}", f"{by:.6g}") for t, value, by in zip(lengths, values, model, strict=True))
    return Chart(title=TITLE, alt=alt, figure=drawn, table=Table(columns=("distance", "objective", "model"), rows=rows, words=()))


def _line(x: list[float], y: list[float], *, name: str, colour: str, dash: str | None) -> go.Scatter:
    template = f"{name} %{{y:.6g}} at %{{x:.3g}}<extra></extra>"
    return go.Scatter(x=x, y=y, mode="lines", name=name, line={"color": colour, "width": 2, "dash": dash}, hovertemplate=template)


def _ends(verdict: Verdict) -> Chart:
    title = "The ends of the Hessian's spectrum"
    pairs = [("lowest", verdict.lowest), ("largest", verdict.highest)]
    trace = go.Bar(
        x=[name for name, _ in pairs], y=[each.value for _, each in pairs], marker={"color": palette.CLASSES[0]}, width=0.4,
        error_y={"type": "data", "array": [each.residual for _, each in pairs], "color": palette.INK},
        hovertemplate="%{x} eigenvalue %{y:.6g}<extra></extra>",
    )  # fmt: skip
    drawn = figure([trace], title=title, x="end of the spectrum", y="eigenvalue")
    rows = tuple((name, f"{each.value:.6g}", f"{each.residual:.1g}") for name, each in pairs)
    alt = f"{_kind(verdict)} The lowest eigenvalue is {quantity(verdict.lowest.value)}, the largest {quantity(verdict.highest.value)}."
    return Chart(title=title, alt=alt, figure=drawn, table=Table(columns=("end", "eigenvalue", "residual"), rows=rows), height=300)


def _kind(verdict: Verdict) -> str:
    if verdict.kind == "not critical":
        return f"Not a critical point: the gradient's norm is {quantity(verdict.gradient_norm)}."
    return f"A critical point: {verdict.kind}."


ENTRY = View(
    summary="the objective along the direction of the lowest curvature, beside its second-order model",
    formula="L(W + t v) against L(W) + t g.v + t^2 lambda / 2",
    reference="Nocedal and Wright, Numerical Optimization, 2006, section 2.1",
    evidence="verdict",
    draw=draw,
)
