"""Confusion: the matrix of true against predicted classes as a heat map."""

import numpy as np
import plotly.graph_objects as go

from thalweg.core.entries import View
from thalweg.core.visible import visible
from thalweg.evidence.confusion import Confusion
from thalweg.views import _palette as palette
from thalweg.views._drawing import SQUARE, Chart, Table, figure, percent, plain, ticks

LABELLED = 20
"""With more classes than this, cells are coloured and carry no numbers."""


def draw(confusion: Confusion) -> Chart:
    """Draw counts on the colour of their share of the true class (the row); empty cells stay without a number."""
    names = [one.name for one in confusion.classes]
    few = len(names) <= LABELLED
    named = ticks(names, most=24 if len(names) <= 24 else 12, longest=12)
    layout = {
        "xaxis": {"showgrid": False, "tickangle": 0 if max(map(len, names)) <= 3 else -45, **SQUARE[0], **named},
        "yaxis": {"showgrid": False, "autorange": "reversed", **SQUARE[1], **named},
    }
    heat = _heat(confusion, names, numbered=few)
    drawn = figure([heat], title="Confusion matrix", x="predicted class", y="true class", layout=layout)
    table = _table(confusion, names)
    return Chart(title="Confusion matrix", alt=_alt(confusion, names), figure=drawn, table=table, height=640, width=580)


def _heat(confusion: Confusion, names: list[str], *, numbered: bool) -> go.Heatmap:
    counts, support = confusion.counts, confusion.counts.sum(1, keepdims=True)
    hover = [[_hover(true, taken, int(counts[t, p]), int(support[t, 0])) for p, taken in enumerate(names)] for t, true in enumerate(names)]
    text = [[str(count) if count else "" for count in row] for row in counts.tolist()]
    key = {
        "orientation": "h",
        "x": 0.0,
        "xanchor": "left",
        "y": 1.0,
        "yanchor": "bottom",
        "lenmode": "pixels",
        "len": 200,
        "thickness": 8,
        "outlinewidth": 0,
        "tickvals": [0, 0.5, 1],
        "tickformat": ".0%",
    }
    return go.Heatmap(
        z=(counts / np.maximum(support, 1)).round(4).tolist(),
        zmin=0,
        zmax=1,
        colorscale=palette.ramp(palette.SHARES),
        text=text if numbered else None,
        texttemplate="%{text}" if numbered else None,
        hovertext=hover,
        hoverinfo="text",
        xgap=1 if numbered else 0,
        ygap=1 if numbered else 0,
        colorbar={**key, "title": {"text": "share of the true class", "side": "top", "font": {"size": 12}}},
    )


def _hover(true: str, taken: str, count: int, support: int) -> str:
    return f"{plain(true)} taken for {plain(taken)}<br>{count:,} of {support:,} ({percent(count / support)})" if count else ""


def _alt(confusion: Confusion, names: list[str]) -> str:
    share = confusion.accuracy
    if share.value is None:
        return f"No accuracy: {share.reason}."
    pairs = confusion.most_confused(1)
    worst = "".join(
        f" The most frequent mistake: {visible(names[t])} taken for {visible(names[p])}, {n:,} of {confusion.classes[t].support:,}."
        for t, p, n in pairs
    )
    return f"{share.right:,} of {share.count:,} examples lie on the diagonal.{worst}"


def _table(confusion: Confusion, names: list[str]) -> Table:
    rows = [
        (visible(names[t]), visible(names[p]), f"{n:,}", percent(n / confusion.classes[t].support))
        for t, p, n in confusion.most_confused(15)
    ]
    return Table(columns=("true class", "taken for", "examples", "share of the true class"), rows=tuple(rows), words=(0, 1))


ENTRY = View(
    summary="true against predicted classes, as a heat map",
    formula="share_tp = n_tp / sum_p n_tp",
    reference="C. J. van Rijsbergen, Information Retrieval, 2nd ed., 1979, chapter 7",
    evidence="confusion",
    draw=draw,
)
