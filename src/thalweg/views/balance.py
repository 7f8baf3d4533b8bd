"""Balance: how many examples each class has, part by part, as bars."""

import plotly.graph_objects as go

from thalweg.core.entries import View
from thalweg.core.visible import visible
from thalweg.evidence.balance import Balance
from thalweg.views import _palette as palette
from thalweg.views._drawing import PART_WORDS, Chart, Table, figure, plain, ticks

LISTED = 30
"""Up to this many classes get a bar with its name beside it; more become thin columns."""


def draw(balance: Balance) -> Chart:
    """Draw one bar a class, its parts end to end."""
    lying = len(balance.classes) <= LISTED
    places, bars = list(range(len(balance.classes))), []
    for position, (part, counts) in enumerate(balance.counts.items()):
        if not balance.totals[part]:
            continue
        hover = [f"{plain(name)}: {count} {plain(part)}" for name, count in zip(balance.classes, counts, strict=True)]
        lengths = {"x": list(counts), "y": places, "orientation": "h"} if lying else {"x": places, "y": list(counts)}
        colour = palette.PARTS.get(part, palette.CLASSES[position % len(palette.CLASSES)])
        bars.append(
            go.Bar(
                **lengths,
                name=PART_WORDS.get(part, plain(part)),
                marker={"color": colour, "line": {"width": 0}},
                hovertext=hover,
                hoverinfo="text",
            )
        )
    names = {**ticks(balance.classes, most=LISTED), "showgrid": False}
    layout = {"barmode": "stack", "bargap": 0.25 if lying else 0.05, "legend_traceorder": "normal"}
    sides = {"xaxis": {}, "yaxis": {**names, "autorange": "reversed"}} if lying else {"xaxis": names, "yaxis": {}}
    axes = ("examples", "class") if lying else ("class", "examples")
    title = "Examples of each class"
    drawn = figure(bars, title=title, x=axes[0], y=axes[1], layout={**layout, **sides})
    return Chart(title=title, alt=_alt(balance), figure=drawn, table=_table(balance), height=110 + 26 * len(places) if lying else 380)


def _alt(balance: Balance) -> str:
    sizes = ", ".join(f"{total:,} {visible(part)}" for part, total in balance.totals.items())
    if balance.ratio is None:
        return f"Examples: {sizes}. {'; '.join(balance.reasons.values())}."
    spread = "All classes have the same number of training examples."
    if balance.ratio > 1:
        name = visible(balance.classes[balance.largest])
        spread = f"The largest training class, {name}, has {balance.ratio:.3g} times as many as the smallest."
    return f"Examples: {sizes}. {spread}"


def _table(balance: Balance) -> Table:
    columns = zip(*balance.counts.values(), strict=True)
    rows = tuple((visible(name), *(f"{count:,}" for count in counts)) for name, counts in zip(balance.classes, columns, strict=True))
    return Table(columns=("class", *map(visible, balance.counts)), rows=rows)


ENTRY = View(
    summary="examples of each class in each part, as bars",
    formula="n_c",
    reference="N. Japkowicz, S. Stephen, The class imbalance problem: a systematic study, Intelligent Data Analysis 6, 2002",
    evidence="balance",
    draw=draw,
)
