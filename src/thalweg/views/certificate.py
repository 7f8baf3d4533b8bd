"""Certificate: the objective of W, and the interval in which the best possible one lies."""

import math

import plotly.graph_objects as go

from thalweg.core.entries import View
from thalweg.evidence.certificate import Certificate
from thalweg.views import _palette as palette
from thalweg.views._drawing import Chart, Table, figure, quantity

TITLE = "How far W is from the best possible objective"


def draw(certificate: Certificate) -> Chart:
    """Draw the interval from the lower bound to the objective of W on one axis, both ends labelled."""
    lower, primal = certificate.dual - certificate.allowance, certificate.primal
    digits = _digits(lower, primal)
    band = go.Scatter(
        x=[lower, primal], y=["objective"] * 2, mode="lines", name="where the best possible objective lies",
        line={"color": palette.CLASSES[5], "width": 22}, hoverinfo="skip",
    )  # fmt: skip
    ends = [
        ("lower bound, proved", lower, palette.CLASSES[0], "line-ns", "bottom right" if lower < primal else "bottom center"),
        ("objective of W", primal, palette.CLASSES[1], "diamond", "top left" if lower < primal else "top center"),
    ]
    marks = [
        go.Scatter(
            x=[at], y=["objective"], mode="markers+text", name=name, text=[f"{at:.{digits}g}"], textposition=where,
            textfont={"color": palette.INK, "size": 13},
            marker={"symbol": symbol, "size": 20, "color": colour, "line": {"width": 3, "color": colour}},
            hovertemplate=f"{name}: %{{x:.{digits + 2}g}}<extra></extra>",
        )
        for name, at, colour, symbol, where in ends
    ]  # fmt: skip
    room = 0.25 * (primal - lower) or 0.01 * abs(primal) or 1.0
    ticks = {"tickformat": f".{digits}g", "nticks": 6 if digits <= 8 else 4}
    layout = {"xaxis": {"range": [lower - room, primal + room], **ticks}, "yaxis": {"showticklabels": False}}
    drawn = figure([band, *marks], title=TITLE, x="objective (mean loss + penalty)", y="interval", layout=layout)
    alt = (
        f"The objective of W is {primal:.7g}; the best possible one is not below {lower:.7g}. "
        f"The gap is {quantity(certificate.gap)}, {quantity(100 * certificate.relative)}% of the objective."
    )
    rows = (
        ("objective of W", f"{primal:.10g}"),
        ("dual value", f"{certificate.dual:.10g}"),
        ("allowance for rounding", f"{certificate.allowance:.2g}"),
        ("gap", f"{certificate.gap:.3g}"),
        ("gap relative to the objective", f"{certificate.relative:.3g}"),
        ("distance to the best W at most", "–" if certificate.distance is None else f"{certificate.distance:.3g}"),
    )
    return Chart(title=TITLE, alt=alt, figure=drawn, table=Table(columns=("figure", "value"), rows=rows), height=240)


def _digits(lower: float, primal: float) -> int:
    """Return how many significant digits tell numbers apart that lie a hundredth of the interval from each other; six at least.

    >>> _digits(0.375, 0.4), _digits(0.40207, 0.40208), _digits(0.4, 0.4)
    (6, 7, 6)
    """
    largest, span = max(abs(lower), abs(primal)), primal - lower
    return min(15, max(6, 2 + math.ceil(math.log10(largest / span)))) if 0 < span < math.inf else 6


ENTRY = View(
    summary="the interval in which the best possible objective lies, with W's at its upper end",
    formula="D(a) - allowance <= P(W*) <= P(W)",
    reference="Boyd and Vandenberghe, Convex Optimization (2004), section 5.5.1",
    evidence="certificate",
    draw=draw,
)
