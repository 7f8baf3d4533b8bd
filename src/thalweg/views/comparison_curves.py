"""Comparison curves: accuracy and loss over epochs, one colour and dash a run."""

from typing import Any, Literal

import plotly.graph_objects as go

from thalweg.core.entries import View
from thalweg.core.visible import visible
from thalweg.evidence.comparison import Comparison
from thalweg.evidence.curves import Curves, PartCurves
from thalweg.views import _palette as palette
from thalweg.views._drawing import PART_WORDS, Chart, Table, figure, percent, plain, quantity

DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
TOLD = 6
"""Up to this many runs the text equivalent tells the end of each."""


def draw(comparison: Comparison) -> Chart:
    """Draw the validation part where every run has one, else the training part; accuracy above, loss below."""
    part: Literal["train", "validation"] = "validation" if all(one.validation for one in comparison.curves) else "train"
    lines = [trace for place in range(len(comparison.names)) for trace in _lines(comparison, place, part)]
    axis = {"gridcolor": palette.GRID, "linecolor": palette.GRID, "zeroline": False, "automargin": True, "ticks": "", "title_standoff": 12}
    layout: dict[str, Any] = {
        "hovermode": "x",
        "xaxis": {"anchor": "y2", "tickformat": "d"} | ({"dtick": 1} if _longest(comparison) <= 12 else {}),
        "yaxis": {"domain": [0.54, 1], "tickformat": ".0%"},
        "yaxis2": {**axis, "domain": [0, 0.46], "title": {"text": "mean loss per example"}, "rangemode": "tozero"},
    }
    title = f"{PART_WORDS[part].capitalize()} accuracy and loss over epochs"
    drawn = figure(lines, title=title, x="epochs", y="share classified rightly", layout=layout)
    return Chart(title=title, alt=_alt(comparison, part), figure=drawn, table=_table(comparison, part), height=620)


def _of(curves: Curves, part: Literal["train", "validation"]) -> PartCurves:
    return curves.validation if part == "validation" and curves.validation is not None else curves.train


def _lines(comparison: Comparison, place: int, part: Literal["train", "validation"]) -> list[go.Scatter]:
    curves, name = comparison.curves[place], plain(comparison.names[place], longest=24)
    figures = _of(curves, part)
    shared: dict[str, Any] = {
        "x": list(curves.epochs),
        "name": name,
        "legendgroup": str(place),
        "mode": "lines+markers" if len(curves.epochs) <= 30 else "lines",
        "line": {"color": palette.CLASSES[place % len(palette.CLASSES)], "width": 2.5, "dash": DASHES[place % len(DASHES)]},
        "marker": {"size": 5},
    }
    accuracy = go.Scatter(y=list(figures.accuracy), hovertemplate=f"{name}: %{{y:.2%}}<extra></extra>", **shared)
    loss = go.Scatter(y=list(figures.loss), yaxis="y2", showlegend=False, hovertemplate=f"{name}: %{{y:.4g}}<extra></extra>", **shared)
    return [accuracy, loss]


def _longest(comparison: Comparison) -> int:
    return max((len(one.epochs) for one in comparison.curves), default=0)


def _alt(comparison: Comparison, part: Literal["train", "validation"]) -> str:
    ends = [
        (visible(name), len(one.epochs) - 1, _last(_of(one, part).accuracy), _last(_of(one, part).loss))
        for name, one in zip(comparison.names, comparison.curves, strict=True)
    ]
    known = [accuracy for _, _, accuracy, _ in ends if accuracy is not None]
    if len(ends) <= TOLD:
        told = [f"{name} ends at {percent(right)} and loss {quantity(loss)} after epoch {epoch}" for name, epoch, right, loss in ends]
        words = ["; ".join(told) + "."]
    elif known:
        words = [f"{len(ends)} runs end between {percent(min(known))} and {percent(max(known))}."]
    else:
        words = ["No run has a finite accuracy."]
    if any(setting.name.partition(".")[0] == "loss" for setting in comparison.differing):
        words.append("The runs measure different losses, so that the heights of their loss curves do not compare.")
    return " ".join(words)


def _last(values: tuple[float | None, ...]) -> float | None:
    return values[-1] if values else None


def _table(comparison: Comparison, part: Literal["train", "validation"]) -> Table:
    heads, columns = ["epoch"], []
    for name, one in zip(comparison.names, comparison.curves, strict=True):
        figures = _of(one, part)
        heads += [f"{visible(name)}: accuracy", f"{visible(name)}: loss"]
        columns.append({epoch: pair for epoch, *pair in zip(one.epochs, figures.accuracy, figures.loss, strict=True)})
    rows = []
    for epoch in sorted({epoch for column in columns for epoch in column}):
        pairs = [column.get(epoch, [None, None]) for column in columns]
        rows.append((str(epoch), *(cell for right, loss in pairs for cell in (percent(right, decimals=2), quantity(loss)))))
    return Table(columns=tuple(heads), rows=tuple(rows), words=())


ENTRY = View(
    summary="accuracy and loss of several runs over epochs",
    formula="share right and L = (1/N) sum_i L_i after each epoch",
    reference="Stanford CS231n, Neural networks part 3: babysitting the learning process",
    evidence="comparison",
    draw=draw,
)
