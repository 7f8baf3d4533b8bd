"""Paired differences: how much more often one run is right than another, each with its interval, as a forest plot."""

from collections.abc import Sequence

import plotly.graph_objects as go

from thalweg.core.entries import View
from thalweg.core.visible import visible
from thalweg.evidence.comparison import Comparison, Pair
from thalweg.views import _palette as palette
from thalweg.views._drawing import Chart, Table, figure, percent, plain, quantity

MOST = 15
"""With more pairs than this, only those with the first run are drawn."""


def draw(comparison: Comparison) -> Chart:
    """Draw a point and its interval for each pair; to the right of zero the run named first on the line is the better one."""
    pairs = comparison.pairs if len(comparison.pairs) <= MOST else comparison.against_first
    places = list(range(len(pairs)))
    names = [f"{plain(comparison.names[one.second], longest=20)} less {plain(comparison.names[one.first], longest=20)}" for one in pairs]
    layout = {
        "showlegend": False,
        "xaxis": {"zeroline": True, "zerolinecolor": palette.MUTED, "zerolinewidth": 1},
        "yaxis": {"tickmode": "array", "tickvals": places, "ticktext": names, "showgrid": False, "range": [len(pairs) - 0.5, -0.5]},
    }
    title = "Paired differences in accuracy"
    traces = [_points(comparison, pairs, sure=sure) for sure in (True, False)]
    drawn = figure(traces, title=title, x="difference, percentage points", y="pair of runs", layout=layout)
    return Chart(title=title, alt=_alt(comparison, pairs), figure=drawn, table=_table(comparison, pairs), height=110 + 34 * len(pairs))


def _sure(one: Pair) -> bool:
    """Whether the interval leaves zero out."""
    low, high = one.accuracy.low, one.accuracy.high
    return low is not None and high is not None and not low <= 0 <= high


def _points(comparison: Comparison, pairs: Sequence[Pair], *, sure: bool) -> go.Scatter:
    """Return the points whose intervals leave zero out, or the others: full and coloured, or hollow and grey."""
    drawn = [(place, one) for place, one in enumerate(pairs) if one.accuracy.value is not None and _sure(one) == sure]
    values = [100 * (one.accuracy.value or 0) for _, one in drawn]
    lows = [100 * (one.accuracy.low or 0) for _, one in drawn]
    highs = [100 * (one.accuracy.high or 0) for _, one in drawn]
    colour = palette.CLASSES[0] if sure else palette.MUTED
    return go.Scatter(
        x=values,
        y=[place for place, _ in drawn],
        mode="markers",
        marker={"color": colour, "size": 9, "symbol": "circle" if sure else "circle-open"},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [high - value for high, value in zip(highs, values, strict=True)],
            "arrayminus": [value - low for low, value in zip(lows, values, strict=True)],
            "color": colour,
            "thickness": 1.5,
            "width": 5,
        },
        hovertext=[_hover(comparison, one) for _, one in drawn],
        hoverinfo="text",
    )


def _hover(comparison: Comparison, one: Pair) -> str:
    seen, names = one.agreement, [plain(comparison.names[place], longest=24) for place in (one.first, one.second)]
    return f"{_points_of(one)}<br>only {names[1]} right: {seen.only_second:,}<br>only {names[0]} right: {seen.only_first:,}"


def _points_of(one: Pair) -> str:
    found = one.accuracy
    return f"{_signed(found.value)} points, 95% interval {_signed(found.low)} to {_signed(found.high)}"


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:+.2f}"


def _alt(comparison: Comparison, pairs: Sequence[Pair]) -> str:
    if not comparison.count:
        return f"No differences: {pairs[0].accuracy.reason}."
    left_out = "" if len(pairs) == len(comparison.pairs) else f" Pairs without {visible(comparison.names[0])} are left out."
    sure = [one for one in pairs if _sure(one)]
    if not sure:
        return f"Zero lies within every interval.{left_out}"
    widest = max(sure, key=lambda one: abs(one.accuracy.value or 0))
    names = [visible(comparison.names[place]) for place in (widest.second, widest.first)]
    largest = f"the largest difference: {names[0]} less {names[1]}, {_points_of(widest)}"
    return f"Zero lies outside {len(sure)} of {len(pairs)} intervals; {largest}.{left_out}"


def _table(comparison: Comparison, pairs: Sequence[Pair]) -> Table:
    rows = []
    for one in pairs:
        names = tuple(visible(comparison.names[place]) for place in (one.second, one.first))
        difference = one.accuracy
        numbers = (percent(difference.value, decimals=2), percent(difference.low, decimals=2), percent(difference.high, decimals=2))
        seen = (f"{one.agreement.only_second:,}", f"{one.agreement.only_first:,}")
        rows.append((*names, *numbers, *seen, quantity(one.test.exact), quantity(one.test.mid), quantity(one.holm)))
    heads = ("run", "less", "difference", "low", "high", "only the run right", "only the other", "exact p", "mid-p", "Holm p")
    return Table(columns=heads, rows=tuple(rows), words=(0, 1))


ENTRY = View(
    summary="paired differences in accuracy with their intervals, as a forest plot",
    formula="d' +- z sqrt((b' + c' - d'^2) / (n + 2)), b' = (b + 1)/(n + 2), c' = (c + 1)/(n + 2), d' = c' - b'",
    reference="D. G. Bonett, R. M. Price, Adjusted Wald confidence interval for a difference of binomial proportions, JEBS 37, 2012",
    evidence="comparison",
    draw=draw,
)
