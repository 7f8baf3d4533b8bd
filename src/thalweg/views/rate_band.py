"""Band of rates: the loss of every seed while its rate grows, and the rates that suit all of them."""

from typing import Any

import plotly.graph_objects as go

from thalweg.core.entries import View
from thalweg.evidence._ramps import SURE, Ramp, rate_word
from thalweg.evidence.rate_band import RateBand
from thalweg.views import _palette as palette
from thalweg.views._bands import crosses
from thalweg.views._drawing import Chart, Table, figure, quantity


def draw(band: RateBand) -> Chart:
    """Draw the smoothed curves, the band, the suggestion, where seeds diverged, and 2 / lambda_max where it was measured."""
    low, high = _window(band)
    traces = [_curve(ramp, place, high) for place, ramp in enumerate(band.ramps)]
    lost = [(place, ramp.diverged) for place, ramp in enumerate(band.ramps) if ramp.diverged is not None]
    if lost:
        hover = [f"seed {place} diverged at rate {rate_word(rate)}" for place, rate in lost]
        traces.append(crosses([rate for _, rate in lost], [high] * len(lost), hover=hover))
    traces += _lines(band, low, high)
    layout: dict[str, Any] = {
        "xaxis": {"type": "log", "exponentformat": "power", "dtick": 1},
        "yaxis": {"range": [low - 0.04 * (high - low), high + 0.06 * (high - low)]},
        "shapes": _shapes(band),
    }
    drawn = figure(traces, title="Loss while the rate grows", x="rate", y="smoothed batch loss", layout=layout)
    return Chart(title="Loss while the rate grows", alt=_alt(band), figure=drawn, table=_table(band), height=440)


def _window(band: RateBand) -> tuple[float, float]:
    """Return the losses worth showing: from the lowest to half as far above the start as the deepest fall below it, or four noises."""
    starts = [ramp.start for ramp in band.ramps]
    bottom = min([min(ramp.losses) for ramp in band.ramps if ramp.losses] + starts)
    room = max(0.5 * (max(starts) - bottom), SURE * band.noise) or 0.1 * abs(max(starts)) or 1.0
    return min(bottom, min(starts) - SURE * band.noise), max(starts) + room


def _curve(ramp: Ramp, place: int, high: float) -> go.Scatter:
    """Return one seed's curve up to the first point above the window after its lowest."""
    bottom = min(range(len(ramp.losses)), key=ramp.losses.__getitem__, default=0)
    end = next((index + 1 for index in range(bottom, len(ramp.losses)) if ramp.losses[index] > high), len(ramp.losses))
    return go.Scatter(
        x=list(ramp.rates[:end]),
        y=list(ramp.losses[:end]),
        mode="lines",
        name="seeds",
        legendgroup="seeds",
        showlegend=place == 0,
        line={"color": palette.CLASSES[0], "width": 1.8},
        opacity=0.8,
        hovertemplate=f"seed {place}: loss %{{y:.4g}} at rate %{{x:.3g}}<extra></extra>",
    )


def _lines(band: RateBand, low: float, high: float) -> list[go.Scatter]:
    marks: list[tuple[str, float, dict[str, Any]]] = []
    if band.suggestion is not None:
        marks.append((f"suggestion: {rate_word(band.suggestion)}", band.suggestion, {"color": palette.CLASSES[1], "width": 2.5}))
    if band.limit is not None:
        name = f"2/λmax: {rate_word(band.limit.rate)}"
        marks.append((name, band.limit.rate, {"color": palette.INK, "width": 1.5, "dash": "dash"}))
    return [
        go.Scatter(x=[at, at], y=[low - (high - low), high + (high - low)], mode="lines", name=name, line=line, hoverinfo="name")
        for name, at, line in marks
    ]


def _shapes(band: RateBand) -> list[dict[str, Any]]:
    start = sum(ramp.start for ramp in band.ramps) / len(band.ramps)
    flat = {"color": palette.MUTED, "width": 1, "dash": "dot"}
    shapes: list[dict[str, Any]] = [{"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": start, "y1": start, "line": flat}]
    if band.low is not None and band.high is not None:
        box = {"x0": band.low, "x1": band.high, "yref": "paper", "y0": 0, "y1": 1, "line": {"width": 0}}
        shapes.append({"type": "rect", **box, "fillcolor": palette.CLASSES[2], "opacity": 0.14, "layer": "below"})
    return shapes


def _alt(band: RateBand) -> str:
    count = len(band.ramps)
    first, last = map(rate_word, band.rates)
    words = [f"{count} seed{'' if count == 1 else 's'}, each with a rate that grows from {first} to {last}."]
    if band.suggestion is None:
        words.append(f"No rate is suggested: {band.reason}.")
    else:
        words.append(
            f"All agree on rates from {rate_word(band.low)} to {rate_word(band.high)} (green); {rate_word(band.suggestion)} is suggested."
        )
    lost = [ramp.diverged for ramp in band.ramps if ramp.diverged is not None]
    if lost:
        words.append(f"{len(lost)} of {count} diverged, the first at {rate_word(min(lost))}.")
    if band.limit is not None:
        words.append(f"2/λmax is {rate_word(band.limit.rate)} (residual {rate_word(band.limit.residual)}).")
    return " ".join(words)


def _table(band: RateBand) -> Table:
    rows = [
        (str(place), quantity(ramp.start), *map(rate_word, (ramp.low, ramp.steepest, ramp.high, ramp.lowest, ramp.diverged)))
        for place, ramp in enumerate(band.ramps)
    ]
    columns = ("seed", "loss at the start", "band from", "steepest", "band to", "lowest loss at", "diverged at")
    return Table(columns=columns, rows=tuple(rows), words=())


ENTRY = View(
    summary="loss against a growing rate for every seed, with the band that all agree on",
    formula="EMA(loss) against rate_0 q^t",
    reference="L. N. Smith, Cyclical learning rates for training neural networks, WACV 2017",
    evidence="rate-band",
    draw=draw,
)
