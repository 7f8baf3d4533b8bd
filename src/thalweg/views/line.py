"""Line: the loss along straight lines through the space of weights."""

from typing import Any

import plotly.graph_objects as go

from thalweg.core.entries import View
from thalweg.evidence.line import LossLines, Profile
from thalweg.views import _palette as palette
from thalweg.views._bands import area
from thalweg.views._drawing import Chart, Table, figure, plain, quantity

TITLE = "Loss along lines through the weights"
DASHES = ("solid", "dash", "dot", "dashdot")
HUGE = 100.0
"""From which ratio of the highest loss to the lowest on the loss has a logarithmic axis."""


def draw(lines: LossLines) -> Chart:
    """Draw a curve a direction with the standard error of its difference to the centre, the centre, and other runs where they lie."""
    traces: list[go.Scatter] = []
    for place, profile in enumerate(lines.profiles):
        colour = palette.CLASSES[place % len(palette.CLASSES)]
        if profile.errors is not None:
            ends = [_ends(value, error) for value, error in zip(profile.values, profile.errors, strict=True)]
            traces.append(area(lines.x, [low for low, _ in ends], [high for _, high in ends], colour=colour))
        traces += _curve(lines, profile, place, colour)
    marker = {"symbol": "circle", "size": 9, "color": palette.INK}
    traces.append(go.Scatter(x=[0.0], y=[lines.centre], mode="markers", marker=marker, name="centre", hoverinfo="x+y+name"))
    layout: dict[str, Any] = {"yaxis": {"type": "log"}} if _huge(lines) else {}
    drawn = figure(traces, title=TITLE, x="coordinate along the direction", y="loss", layout=layout)
    return Chart(title=TITLE, alt=lines.sentences()[0], figure=drawn, table=_table(lines), height=420)


def _ends(value: float | None, error: float | None) -> tuple[float | None, float | None]:
    return (None, None) if value is None or error is None else (value - error, value + error)


def _curve(lines: LossLines, profile: Profile, place: int, colour: str) -> list[go.Scatter]:
    name = plain(profile.axis.name, longest=40)
    line = {"color": colour, "width": 2, "dash": DASHES[place // len(palette.CLASSES) % len(DASHES)]}
    hover = "%{y:.5g} at %{x:.3g}<extra>" + name + "</extra>"
    few = {"mode": "lines+markers"} if len(lines.x) < 12 else {"mode": "lines"}
    drawn = [go.Scatter(x=list(lines.x), y=list(profile.values), name=name, legendgroup=name, line=line, hovertemplate=hover, **few)]
    if profile.mark is not None and profile.mark.value is not None:
        marker = {"symbol": palette.SYMBOLS[(place + 1) % len(palette.SYMBOLS)], "size": 10, "color": colour}
        at = {"x": [profile.mark.at[0]], "y": [profile.mark.value]}
        drawn.append(go.Scatter(**at, mode="markers", marker=marker, name=name, legendgroup=name, showlegend=False, hovertemplate=hover))
    return drawn


def _huge(lines: LossLines) -> bool:
    known = [value for profile in lines.profiles for value in profile.values if value is not None]
    return bool(known) and min([*known, lines.centre]) > 0 and max(known) > HUGE * min(known)


def _table(lines: LossLines) -> Table:
    columns = ("coordinate", *(plain(profile.axis.name, longest=24) for profile in lines.profiles))
    rows = [(f"{x:.4g}", *(quantity(profile.values[place]) for profile in lines.profiles)) for place, x in enumerate(lines.x)]
    return Table(columns=columns, rows=tuple(rows), words=())


ENTRY = View(
    summary="the loss along straight lines through the space of weights",
    formula="f(w + x d) against x",
    reference="Goodfellow, Vinyals and Saxe, Qualitatively characterizing neural network optimization problems, ICLR 2015",
    evidence="line",
    draw=draw,
)
