"""The figure of a claim: measured points and lines, and what was predicted as dashes."""

from typing import Any

import plotly.graph_objects as go

from thalweg.core.claims import Plot, Series
from thalweg.views import _palette as palette
from thalweg.views._bands import area
from thalweg.views._drawing import Chart, Table, figure, plain, quantity

MOST_ROWS = 12
DASHES = ("solid", "dot", "dashdot", "longdash")


def draw(plot: Plot) -> Chart:
    """Draw every series with its interval; a prediction is a dashed grey line."""
    traces: list[go.Scatter] = []
    measured = [each for each in plot.series if each.kind != "prediction"]
    for each in plot.series:
        place = measured.index(each) if each in measured else 0
        colour = palette.CLASSES[place % len(palette.CLASSES)]
        if each.low:
            traces.append(area(each.x, each.low, each.high, colour=colour))
        traces.append(_trace(each, place, colour))
    layout: dict[str, Any] = {}
    for axis, logarithmic in (("xaxis", plot.log_x), ("yaxis", plot.log_y)):
        if logarithmic:
            values = [value for each in plot.series for value in (each.x if axis == "xaxis" else each.y) if value > 0]
            wide = bool(values) and max(values) >= 30 * min(values)
            layout[axis] = {"type": "log", "exponentformat": "power"} | (
                {"dtick": 1 if max(values) < 1e12 * min(values) else 4} if wide else {}
            )
    drawn = figure(traces, title=plot.title, x=plot.x, y=plot.y, layout=layout)
    return Chart(title=plot.title, alt=_alt(plot), figure=drawn, table=_table(plot), height=400)


def _trace(series: Series, place: int, colour: str) -> go.Scatter:
    common: dict[str, Any] = {
        "x": list(series.x),
        "y": list(series.y),
        "name": plain(series.name),
        "hovertemplate": f"{plain(series.name)}: %{{y:.4g}} at %{{x:.4g}}<extra></extra>",
    }
    if series.kind == "prediction":
        return go.Scatter(**common, mode="lines", line={"color": palette.MUTED, "width": 1.5, "dash": "dash"})
    if series.kind == "points":
        symbol = palette.SYMBOLS[place % len(palette.SYMBOLS)]
        return go.Scatter(**common, mode="markers", marker={"color": colour, "size": 9, "symbol": symbol})
    return go.Scatter(**common, mode="lines", line={"color": colour, "width": 2, "dash": DASHES[place % len(DASHES)]})


def _alt(plot: Plot) -> str:
    scale = {(True, True): "both axes logarithmic", (True, False): "logarithmic x axis", (False, True): "logarithmic y axis"}
    axes = f" ({scale[plot.log_x, plot.log_y]})" if (plot.log_x, plot.log_y) in scale else ""
    ends = "; ".join(f"{each.name}: from {quantity(each.y[0])} to {quantity(each.y[-1])}" for each in plot.series if each.y)
    return f"{plot.y} against {plot.x}{axes}. {ends}."


def _table(plot: Plot) -> Table:
    rows = []
    for each in plot.series:
        stride = max(1, -(-len(each.x) // MOST_ROWS))
        for place in sorted({*range(0, len(each.x), stride), len(each.x) - 1} if each.x else ()):
            interval = f"{quantity(each.low[place])} to {quantity(each.high[place])}" if each.low else "–"
            rows.append((each.name, quantity(each.x[place]), quantity(each.y[place]), interval))
    return Table(columns=("series", plot.x, plot.y, "interval"), rows=tuple(rows))
