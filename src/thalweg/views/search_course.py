"""Course of a search: best loss and accuracy found against the number of evaluations, median and band over seeds."""

from itertools import pairwise
from typing import Any

import plotly.graph_objects as go

from thalweg.core.entries import View
from thalweg.core.visible import visible
from thalweg.evidence._spread import FEW, Band
from thalweg.evidence.search_course import Method, SearchCourse
from thalweg.views import _palette as palette
from thalweg.views._bands import area, stacked
from thalweg.views._drawing import Chart, Table, figure, percent, plain, quantity
from thalweg.views._trails import line_of


def draw(course: SearchCourse) -> Chart:
    """Draw the loss above and the accuracy below, as steps, for a search holds its best until it finds a better one."""
    traces = [trace for place, method in enumerate(course.methods) for trace in _method(method, place)]
    layout: dict[str, Any] = stacked("its accuracy")
    layout["xaxis"] |= {"type": "log", "dtick": 1, "exponentformat": "none"} if course.evaluations >= 10 else {"dtick": 1}
    layout["yaxis2"] |= {"tickformat": ".0%", "rangemode": "tozero"}
    layout["shapes"] = [] if course.chance is None else [_chance(course.chance)]
    drawn = figure(traces, title="Best found so far", x="evaluations of the objective", y="lowest loss found", layout=layout)
    return Chart(title="Best found so far", alt=_alt(course), figure=drawn, table=_table(course), height=620)


def _method(method: Method, place: int) -> list[go.Scatter]:
    line, traces = line_of(place), []
    parts: tuple[tuple[Band, str, str], ...] = ((method.loss, "y", ".4g"), (method.accuracy, "y2", ".2%"))
    for band, axis, form in parts:
        x, low = _steps(method.evaluations, band.low)
        _, high = _steps(method.evaluations, band.high)
        traces.append(area(x, low, high, colour=str(line["color"]), legendgroup=method.name, yaxis=axis))
        traces.append(
            go.Scatter(
                x=list(method.evaluations),
                y=list(band.median),
                yaxis=axis,
                mode="lines",
                name=plain(method.name),
                legendgroup=method.name,
                showlegend=axis == "y",
                line={**line, "shape": "hv"},
                hovertemplate=f"{plain(method.name)}: %{{y:{form}}} after %{{x:,}}<extra></extra>",
            )
        )
    return traces


def _steps(x: tuple[int, ...], y: tuple[float | None, ...]) -> tuple[list[int], list[float | None]]:
    """Return the corners of the steps through some points: first along, then up or down."""
    places = [x[0], *(place for later in x[1:] for place in (later, later))]
    heights = [y[0], *(height for earlier, later in pairwise(y) for height in (earlier, later))]
    return places, heights


def _chance(value: float) -> dict[str, Any]:
    line = {"color": palette.MUTED, "width": 1, "dash": "dot"}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "yref": "y2", "y0": value, "y1": value, "line": line}


def _alt(course: SearchCourse) -> str:
    ends = ", ".join(f"{visible(method.name)} {quantity(method.final_loss[1])}" for method in course.methods)
    words = [f"Median of the lowest loss after {course.evaluations:,} evaluations: {ends}."]
    if course.shared and len(course.methods) > 1:
        words.append(f"{course.ordered} of {course.shared} seeds end in this order.")
    if course.chance is not None:
        words.append(f"The dotted line is the accuracy of guessing, {percent(course.chance)}.")
    few = all(method.seeds < FEW for method in course.methods)
    words.append("Bands hold all seeds." if few else "Bands hold 10% to 90% of the seeds.")
    return " ".join(words)


def _table(course: SearchCourse) -> Table:
    columns = ("method", "seeds", "median loss", "lowest", "highest", "median accuracy", "worst", "best")
    rows = [
        (
            visible(method.name),
            str(method.seeds),
            *(quantity(method.final_loss[k]) for k in (1, 0, 2)),
            *(percent(method.final_accuracy[k]) for k in (1, 0, 2)),
        )
        for method in course.methods
    ]
    return Table(columns=columns, rows=tuple(rows))


ENTRY = View(
    summary="best loss and accuracy against evaluations, for each way of searching",
    formula="min over j <= k of L_j",
    reference="Stanford CS231n, Optimization: random search, random local search, following the gradient",
    evidence="search-course",
    draw=draw,
)
