"""Confusion difference: where two runs take classes for each other differently, as a signed heat map."""

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Int64

from thalweg.core.entries import View
from thalweg.core.visible import visible
from thalweg.evidence.comparison import Comparison, Pair
from thalweg.views import _palette as palette
from thalweg.views._drawing import SQUARE, Chart, Table, figure, plain, ticks

LABELLED = 20
"""With more classes than this, cells are coloured and carry no numbers."""


def draw(comparison: Comparison, pair: Pair | None = None) -> Chart:
    """Draw the second run's confusion matrix less the first's, for `pair` or the first pair.

    A number is a difference of counts. The colour says who gains by it: more on the diagonal, or fewer off it, is the second's gain.
    """
    one = comparison.pairs[0] if pair is None else pair
    names, change = comparison.classes, comparison.change(one)
    rivals = (comparison.names[one.first], comparison.names[one.second])
    named = ticks(names, most=24 if len(names) <= 24 else 12, longest=12)
    layout = {
        "xaxis": {"showgrid": False, "tickangle": 0 if max(map(len, names), default=0) <= 3 else -45, **SQUARE[0], **named},
        "yaxis": {"showgrid": False, "autorange": "reversed", **SQUARE[1], **named},
    }
    title = f"Confusion matrix of {visible(rivals[1])} less that of {visible(rivals[0])}"
    heat = _heat(change, names, tuple(plain(name, longest=16) for name in rivals))
    drawn = figure([heat], title=title, x="predicted class", y="true class", layout=layout)
    alt = _alt(one, rivals)
    return Chart(title=title, alt=alt, figure=drawn, table=_table(comparison, one), height=640, width=580)


def _heat(change: Int64[np.ndarray, "classes classes"], names: tuple[str, ...], rivals: tuple[str, ...]) -> go.Heatmap:
    few = len(names) <= LABELLED
    gain = change * (2 * np.eye(len(names), dtype=np.int64) - 1)
    most = max(int(np.abs(change).max(initial=0)), 1)
    hover = [[_hover(true, taken, int(change[t, p]), rivals) for p, taken in enumerate(names)] for t, true in enumerate(names)]
    key = {
        "orientation": "h",
        "x": 0.0,
        "xanchor": "left",
        "y": 1.0,
        "yanchor": "bottom",
        "lenmode": "pixels",
        "len": 260,
        "thickness": 8,
        "outlinewidth": 0,
        "tickvals": [-most, 0, most],
        "ticktext": [f"{most:,}", "0", f"{most:,}"],
        "title": {"text": f"examples: {rivals[0]} better ← → {rivals[1]} better", "side": "top", "font": {"size": 12}},
    }
    return go.Heatmap(
        z=gain.tolist(),
        zmin=-most,
        zmax=most,
        colorscale=palette.ramp(palette.RIVALS),
        text=[[f"{value:+d}" if value else "" for value in row] for row in change.tolist()] if few else None,
        texttemplate="%{text}" if few else None,
        hovertext=hover,
        hoverinfo="text",
        xgap=1 if few else 0,
        ygap=1 if few else 0,
        colorbar=key,
    )


def _hover(true: str, taken: str, change: int, rivals: tuple[str, ...]) -> str:
    return f"{plain(true)} taken for {plain(taken)}<br>{rivals[1]} less {rivals[0]}: {change:+,d}" if change else ""


def _alt(one: Pair, rivals: tuple[str, str]) -> str:
    seen, names = one.agreement, tuple(map(visible, rivals))
    return (
        f"{names[1]} alone is right on {seen.only_second:,} of {seen.count:,} examples, {names[0]} alone on {seen.only_first:,}; "
        f"both on {seen.both:,}, neither on {seen.neither:,}."
    )


def _table(comparison: Comparison, one: Pair) -> Table:
    first, second = (visible(comparison.names[place]) for place in (one.first, one.second))
    heads = ("class", "examples", "both right", f"only {first}", f"only {second}", "neither")
    rows = tuple(
        (visible(name), *(f"{count:,}" for count in (seen.count, seen.both, seen.only_first, seen.only_second, seen.neither)))
        for name, seen in zip(comparison.classes, one.classes, strict=True)
    )
    return Table(columns=heads, rows=rows)


ENTRY = View(
    summary="the difference of two runs' confusion matrices, as a signed heat map",
    formula="n_tp of the second run less n_tp of the first",
    reference="C. J. van Rijsbergen, Information Retrieval, 2nd ed., 1979, chapter 7",
    evidence="comparison",
    draw=draw,
)
