"""Gradient check: errors of forward and centred differences against the step, with the lines of first and second order."""

from typing import Any

import plotly.graph_objects as go

from thalweg.core.entries import View
from thalweg.evidence._orders import Order, Orders
from thalweg.evidence.gradient_check import GradientCheck, TensorCheck
from thalweg.views import _palette as palette
from thalweg.views._drawing import Chart, Table, figure

TITLE = "How fast difference quotients approach the gradient"
SMALLEST = 1e-18
"""Errors that are exactly zero are drawn here."""


def draw(check: GradientCheck) -> Chart:
    """Draw |quotient - gradient| against the step; hollow marks have a kink in between, the dotted line is the rounding noise over h."""
    course = check.orders
    pairs = (("forward", course.forward, course.forward_order), ("centred", course.centred, course.centred_order))
    traces: list[Any] = []
    for place, (name, errors, order) in enumerate(pairs):
        label = name if order is None else f"{name}, falls as h^{order.exponent:.2f}"
        traces.append(_marks(label, course, errors, place, smooth=True))
        if not all(course.smooth):
            traces.append(_marks("across a kink", course, errors, place, smooth=False))
        if order is not None:
            traces.append(_line(course, errors, order, palette.CLASSES[place]))
    noise, lowest = course.noise, min((error for _, errors, _ in pairs for error in errors if error > SMALLEST), default=SMALLEST)
    steps = [step for step in course.steps if noise / step >= lowest / 10]
    rounding = {"color": palette.MUTED, "width": 1.5, "dash": "dot"}
    traces.append(go.Scatter(x=steps, y=[noise / step for step in steps], mode="lines", name="rounding", hoverinfo="name", line=rounding))
    axis = {"type": "log", "exponentformat": "power", "dtick": 2}
    drawn = figure(traces, title=TITLE, x="step h", y="|quotient − gradient|", layout={"xaxis": axis, "yaxis": axis})
    return Chart(title=TITLE, alt=_alt(check), figure=drawn, table=_table(check), height=440)


def _marks(label: str, course: Orders, errors: tuple[float, ...], place: int, *, smooth: bool) -> go.Scatter:
    kept = [(step, max(error, SMALLEST)) for step, error, own in zip(course.steps, errors, course.smooth, strict=True) if own == smooth]
    symbol = palette.SYMBOLS[place]
    return go.Scatter(
        x=[step for step, _ in kept], y=[error for _, error in kept], mode="markers", name=label, legendgroup=label,
        showlegend=smooth or place == 0,
        marker={"color": palette.CLASSES[place], "size": 7, "symbol": symbol if smooth else f"{symbol}-open"},
        hovertemplate=f"{label}: error %{{y:.2e}} at h = %{{x:.2e}}<extra></extra>",
    )  # fmt: skip


def _line(course: Orders, errors: tuple[float, ...], order: Order, colour: str) -> go.Scatter:
    """Return the fitted line through the middle of its range."""
    inside = [(step, error) for step, error in zip(course.steps, errors, strict=True) if order.low <= step <= order.high]
    step, error = inside[len(inside) // 2]
    ends = [order.low, order.high]
    y = [error * (end / step) ** order.exponent for end in ends]
    return go.Scatter(x=ends, y=y, mode="lines", line={"color": colour, "width": 3}, opacity=0.5, hoverinfo="skip", showlegend=False)


def _alt(check: GradientCheck) -> str:
    course = check.orders
    found = [
        f"{name} differences fall as h^{order.exponent:.2f} (theory {theory})"
        for name, order, theory in (("forward", course.forward_order, 1), ("centred", course.centred_order, 2))
        if order is not None
    ]
    words = " and ".join(found) or "no order can be fitted"
    rest = f"; {course.reason}" if course.reason else ""
    return f"The check {check.verdict if check.verdict != 'undecided' else 'is undecided'}. Along {course.along}: {words}{rest}."


def _table(check: GradientCheck) -> Table:
    columns = ("parameters", "verdict", "values", "gradient (RMS)", "largest difference", "error bar", "probes agreeing", "met a kink")
    return Table(columns=columns, rows=tuple(_row(tensor) for tensor in check.tensors), words=(0, 1))


def _row(tensor: TensorCheck) -> tuple[str, ...]:
    agreeing, met = sum(probe.verdict == "agrees" for probe in tensor.probes), sum(bool(probe.kinks) for probe in tensor.probes)
    small = [f"{value:.1e}" if value is not None else "–" for value in (tensor.floor, tensor.largest, tensor.bar)]
    return (tensor.name, tensor.verdict, f"{tensor.size:,}", *small, f"{agreeing} of {len(tensor.probes)}", str(met))


ENTRY = View(
    summary="errors of forward and centred differences against the step, with the fitted orders",
    formula="|D(h) - gradient . v| ~ h (forward), h^2 (centred)",
    reference="Press et al., Numerical Recipes, 2007, section 5.7",
    evidence="gradient-check",
    draw=draw,
)
