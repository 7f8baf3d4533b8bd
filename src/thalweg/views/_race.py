"""Curves of a race against steps, examples or seconds: the median over seeds inside its band, one colour an optimiser."""

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from thalweg.core.visible import visible
from thalweg.evidence._axes import word
from thalweg.evidence._runners import Runner
from thalweg.evidence._spread import FEW
from thalweg.evidence.race import Race
from thalweg.views import _palette as palette
from thalweg.views._bands import area
from thalweg.views._drawing import PART_WORDS, Chart, Table, figure, percent, plain, quantity
from thalweg.views._trails import line_of

LISTED = 11
"""The most points of a curve that the table lists."""
WORDS = {"loss": "data loss", "penalty": "penalty", "total": "loss with penalty", "accuracy": "accuracy"}


def told(race: Race, value: float | None) -> str:
    """Return the race's figure in words: an accuracy as a percentage, a loss as a number."""
    return percent(value, decimals=2) if race.rising else quantity(value)


def with_spread(race: Race, value: float | None, deviation: float | None) -> str:
    """Return a figure and its deviation, `0.343 ± 0.037`: both to the second digit of the largest deviation in the race."""
    largest = max((runner.final.deviation or 0.0 for runner in race.runners), default=0.0)
    if value is None or deviation is None or largest == 0:
        return told(race, value)
    scale, unit = (100, "%") if race.rising else (1, "")
    decimals = min(max(1 - math.floor(math.log10(scale * largest)), 0), 6)
    return f"{scale * value:.{decimals}f}{unit}\u00a0±\u00a0{scale * deviation:.{decimals}f}{unit}"


def subject(race: Race) -> str:
    """Return what the race is about: `validation data loss`."""
    return f"{PART_WORDS[race.part]} {WORDS[race.figure]}"


def curves(race: Race, columns: Sequence[Sequence[int | float] | None], *, title: str, x: str) -> Chart:
    """Draw one curve a runner over its column of places; a runner without one is in the table only."""
    unit, form = x.split(",")[0], ".2%" if race.rising else ".4g"
    traces = []
    for place, (runner, column) in enumerate(zip(race.runners, columns, strict=True)):
        if column is None:
            continue
        line = line_of(place)
        traces.append(area(column, runner.curve.low, runner.curve.high, colour=str(line["color"]), legendgroup=runner.optimiser))
        traces.append(
            go.Scatter(
                x=list(column),
                y=list(runner.curve.median),
                mode="lines",
                name=plain(runner.optimiser),
                legendgroup=runner.optimiser,
                line=line,
                hovertemplate=f"{plain(runner.optimiser)}: %{{y:{form}}} at %{{x:.4g}} {unit}<extra></extra>",
            )
        )
    layout = {
        "yaxis": {"tickformat": ".0%"} if race.rising else _loss_axis(race),
        "shapes": [] if race.threshold is None else [_threshold(race.threshold)],
    }
    band = "10% to 90% of the seeds" if max(runner.seeds for runner in race.runners) >= FEW else "all seeds"
    drawn = figure(traces, title=title, x=x, y=f"{subject(race)}: median and {band}", layout=layout)
    return Chart(title=title, alt=_alt(race, columns, unit), figure=drawn, table=_table(race, columns, unit), height=440)


def _loss_axis(race: Race) -> dict[str, object]:
    """Return a logarithmic axis where the medians span more than a factor 20, else one that begins at zero."""
    seen = [value for runner in race.runners for value in runner.curve.median if value is not None]
    if seen and min(seen) > 0 and max(seen) > 20 * min(seen):
        return {"type": "log", "exponentformat": "power"}
    return {"rangemode": "tozero"}


def _threshold(value: float) -> dict[str, object]:
    line = {"color": palette.MUTED, "width": 1, "dash": "dot"}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": value, "y1": value, "line": line}


def _alt(race: Race, columns: Sequence[Sequence[int | float] | None], unit: str) -> str:
    words = []
    if race.threshold is None:
        words.append("No optimiser has a figure at the end.")
    else:
        words.append(f"The dotted line is the threshold, {told(race, race.threshold)}.")
        arrivals = [(visible(one.optimiser), arrival(one, column)) for one, column in zip(race.runners, columns, strict=True)]
        there = sorted((at, name) for name, at in arrivals if at is not None)
        never = [name for name, at in arrivals if at is None]
        if there:
            words.append(f"The median seed is there after so many {unit}: {', '.join(f'{name} {_amount(at)}' for at, name in there)}.")
        if never:
            words.append(f"Not there: {', '.join(never)}.")
    lost = [f"{visible(one.optimiser)} ({one.diverged} of {one.seeds})" for one in race.runners if one.diverged]
    if lost:
        words.append(f"Seeds diverged: {', '.join(lost)}; they count in the median as the worst there is.")
    return " ".join(words)


def _amount(value: float) -> str:
    return word(value, digits=3) if value < 100 else f"{value:,.0f}"


def arrival(runner: Runner, column: Sequence[int | float] | None) -> float | None:
    """Return where on a column of places the median seed reaches the threshold; None where it never does."""
    if column is None or runner.reached is None:
        return None
    return float(np.interp(runner.reached, runner.steps, column))


def _table(race: Race, columns: Sequence[Sequence[int | float] | None], unit: str) -> Table:
    rows = [
        (visible(runner.optimiser), f"{at:,}" if isinstance(at, int) else f"{at:.3g}", *(told(race, end) for end in ends))
        for runner, column in zip(race.runners, columns, strict=True)
        for at, ends in _picked(runner, column)
    ]
    return Table(columns=("optimiser", unit, "lowest", "median", "highest"), rows=tuple(rows))


def _picked(runner: Runner, column: Sequence[int | float] | None) -> list[tuple[int | float, tuple[float | None, ...]]]:
    """Return up to `LISTED` points of a curve at equal distances, the first and the last included."""
    if column is None:
        return []
    ends: list[tuple[float | None, ...]] = list(zip(runner.curve.low, runner.curve.median, runner.curve.high, strict=True))
    count = min(LISTED, len(ends))
    chosen = dict.fromkeys(round(k * (len(ends) - 1) / max(count - 1, 1)) for k in range(count))
    return [(column[place], ends[place]) for place in chosen]
