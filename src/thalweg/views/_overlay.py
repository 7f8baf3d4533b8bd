"""Overlay: one figure of several runs over epochs, steps, examples or seconds; a colour a run, training dotted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from thalweg.core.visible import visible
from thalweg.views import _palette as palette
from thalweg.views._drawing import PART_WORDS, Chart, Table, figure, percent, plain, quantity

FIGURES = {"loss": "mean loss per example", "accuracy": "share classified rightly", "rate": "rate of the last step"}
AXES = {
    "epoch": "epochs",
    "step": "steps",
    "examples": "training examples processed",
    "seconds": "seconds of training, spread evenly over its examples",
}
FAR = 100
"""Where the largest value is more than so many times the smallest, losses and rates stand on a scale of powers of ten."""
TOLD = 6
"""Up to this many runs the text equivalent tells the end of each."""


@dataclass(frozen=True, kw_only=True)
class Course:
    """A figure of one run: `x` are the places on the axis, `lines` the values by part (`train`, `validation`), or by "" without."""

    name: str
    x: tuple[float, ...]
    lines: Mapping[str, tuple[float | None, ...]]


def draw(courses: Sequence[Course], *, of: str, axis: str) -> Chart:
    """Draw the courses of a figure (`FIGURES`) over an axis (`AXES`)."""
    traces = [_line(course, part, place, of) for place, course in enumerate(courses) for part in course.lines]
    far = of != "accuracy" and _far(courses)
    y = {"tickformat": ".0%"} if of == "accuracy" else {"type": "log", "dtick": 1} if far else {"rangemode": "tozero"}
    parts = list(dict.fromkeys(part for course in courses for part in course.lines if part))
    names = [f"{PART_WORDS[part]} (dotted)" if part == "train" and len(parts) > 1 else PART_WORDS[part] for part in parts]
    title = f"{' and '.join(names)} {of}".strip().capitalize()
    words = FIGURES[of] + (", powers of ten" if far else "")
    layout: dict[str, Any] = {"hovermode": "closest", "yaxis": y, "showlegend": True}
    drawn = figure(traces, title=title, x=AXES[axis], y=words, layout=layout)
    return Chart(title=title, alt=_alt(courses, of), figure=drawn, table=_table(courses, of, axis), height=420)


def _line(course: Course, part: str, place: int, of: str) -> go.Scatter:
    name, quiet = plain(course.name, longest=28), part == "train" and len(course.lines) > 1
    form = ".2%" if of == "accuracy" else ".4~g"
    return go.Scatter(
        x=list(course.x),
        y=list(course.lines[part]),
        name=name,
        legendgroup=str(place),
        showlegend=not quiet,
        mode="lines" if len(course.x) > 30 or quiet else "lines+markers",
        line={"color": palette.CLASSES[place % len(palette.CLASSES)], "width": 1.5 if quiet else 2.5, "dash": "dot" if quiet else "solid"},
        marker={"size": 6, "symbol": palette.SYMBOLS[place // len(palette.CLASSES) % len(palette.SYMBOLS)]},
        hovertemplate=f"{name}{f', {PART_WORDS[part]}' if part else ''}<br>%{{x:,~r}}: %{{y:{form}}}<extra></extra>",
    )


def _far(courses: Sequence[Course]) -> bool:
    known = [value for course in courses for values in course.lines.values() for value in values if value is not None]
    return bool(known) and min(known) > 0 and max(known) > FAR * min(known)


def _told(of: str, value: float | None) -> str:
    return percent(value, decimals=2) if of == "accuracy" else quantity(value)


def _last(values: Sequence[float | None]) -> float | None:
    return next((value for value in reversed(values) if value is not None), None)


def _alt(courses: Sequence[Course], of: str) -> str:
    if len(courses) > TOLD:
        return f"{len(courses)} runs; their last values stand in the table."
    ends = [
        f"{visible(course.name)} ends at "
        + ", ".join(f"{f'{PART_WORDS[part]} ' if part else ''}{of} {_told(of, _last(values))}" for part, values in course.lines.items())
        for course in courses
    ]
    return "; ".join(ends) + "." if ends else "No run is chosen."


def _table(courses: Sequence[Course], of: str, axis: str) -> Table:
    """Return the last value of every line; a table of all values would be longer than anybody reads."""
    rows = [
        (visible(course.name), PART_WORDS.get(part, "–"), f"{course.x[-1]:,.6g}" if course.x else "–", _told(of, _last(values)))
        for course in courses
        for part, values in course.lines.items()
    ]
    return Table(columns=("run", "part", axis, f"last {of}"), rows=tuple(rows), words=(0, 1))
