"""Tuning of a race: what every rate tried came to, for each optimiser, so that everyone can see whether tuning was fair."""

import math
from typing import Any

import plotly.graph_objects as go

from thalweg.core.entries import View
from thalweg.core.visible import visible
from thalweg.evidence._axes import word
from thalweg.evidence._runners import Runner, Trial
from thalweg.evidence.race import Race
from thalweg.views._bands import crosses
from thalweg.views._drawing import Chart, Table, figure, plain, quantity
from thalweg.views._race import subject, told
from thalweg.views._trails import line_of

HEADROOM = 100
"""How many times the smallest loss is drawn, where losses are so far apart."""


def draw(race: Race) -> Chart:
    """Draw the best final figure at each rate as a line, every trial as a dot, the chosen one ringed, diverged ones as crosses."""
    traces = [trace for place, runner in enumerate(race.runners) for trace in _runner(race, runner, place)]
    lost = [(runner, trial) for runner in race.runners for trial in runner.trials if trial.figure.mean is None and trial.rate is not None]
    if lost:
        seen = _figures(race)
        worst = 0.0 if not seen else min(seen) if race.rising else min(max(seen), _top(race))
        hover = [f"{plain(runner.optimiser)} diverged at rate {trial.rate:.4g}" for runner, trial in lost]
        traces.append(crosses([trial.rate for _, trial in lost], [worst] * len(lost), hover=hover))
    layout: dict[str, Any] = {"xaxis": {"type": "log", "dtick": 1, "exponentformat": "power"}, "yaxis": _axis(race)}
    drawn = figure(traces, title="Tuning", x=_rates(race), y=f"{subject(race)} at the end", layout=layout)
    return Chart(title="Tuning", alt=_alt(race), figure=drawn, table=_table(race), height=420)


def _axis(race: Race) -> dict[str, Any]:
    """Return an axis in percent; for losses that span more than a factor 20 a logarithmic one, which ends at the top."""
    seen = _figures(race)
    if race.rising or not seen or min(seen) <= 0 or max(seen) <= 20 * min(seen):
        return {"tickformat": ".0%" if race.rising else ""}
    low, high = math.log10(min(seen)), math.log10(min(max(seen), _top(race)))
    margin = (high - low) / 20
    return {"type": "log", "exponentformat": "power", "range": [low - margin, high + margin]}


def _top(race: Race) -> float:
    """Return the largest loss that is drawn; beyond it lie rates that are all but diverging."""
    seen = _figures(race)
    return math.inf if race.rising or not seen or min(seen) <= 0 else HEADROOM * min(seen)


def _figures(race: Race) -> list[float]:
    trials = [trial for runner in race.runners for trial in runner.trials if trial.rate is not None]
    return [trial.figure.mean for trial in trials if trial.figure.mean is not None]


def _rates(race: Race) -> str:
    """Return what the rates are: where an optimiser has none, the scale of what it draws stands for it."""
    scaled = [plain(one.optimiser) for one in race.runners if "rate" not in one.settings and "scale" in one.settings]
    return f"rate (of {', '.join(scaled)}: scale)" if scaled else "rate"


def _runner(race: Race, runner: Runner, place: int) -> list[go.Scatter]:
    trials = [trial for trial in runner.trials if trial.rate is not None and trial.figure.mean is not None]
    if not trials:
        return []
    line = line_of(place)
    best: dict[float, Trial] = {}
    for trial in trials:
        known = best.get(trial.rate or 0.0)
        if known is None or _better(race, trial, known):
            best[trial.rate or 0.0] = trial
    name, group = plain(runner.optimiser), {"legendgroup": runner.optimiser}
    curve = go.Scatter(
        x=list(best), y=[trial.figure.mean for trial in best.values()], mode="lines", name=name, line=line, hoverinfo="skip", **group
    )
    hover = [_hover(race, runner, trial) for trial in trials]
    dots = go.Scatter(
        x=[trial.rate for trial in trials],
        y=[trial.figure.mean for trial in trials],
        mode="markers",
        name=name,
        showlegend=False,
        marker={
            "color": line["color"],
            "size": [12 if trial.chosen else 6 for trial in trials],
            "symbol": ["circle-open-dot" if trial.chosen else "circle" for trial in trials],
            "line": {"width": [2 if trial.chosen else 0 for trial in trials], "color": line["color"]},
        },
        hovertext=hover,
        hoverinfo="text",
        **group,
    )
    return [curve, dots]


def _better(race: Race, one: Trial, other: Trial) -> bool:
    if one.figure.mean is None or other.figure.mean is None:
        return other.figure.mean is None
    return one.figure.mean > other.figure.mean if race.rising else one.figure.mean < other.figure.mean


def _settings(trial: Trial) -> str:
    return ", ".join(f"{visible(name)} {visible(word(value))}" for name, value in trial.settings.items()) or "defaults"


def _hover(race: Race, runner: Runner, trial: Trial) -> str:
    lost = f"<br>{trial.diverged} of {trial.members} diverged" if trial.diverged else ""
    return f"{plain(runner.optimiser)}: {plain(_settings(trial))}<br>{told(race, trial.figure.mean)}{lost}"


def _alt(race: Race) -> str:
    words = [
        "Every optimiser that has something to tune was given equally many trainings for it."
        if race.fair
        else "The optimisers were given different numbers of trainings for their tuning: "
        + ", ".join(f"{visible(runner.optimiser)} {runner.tuning_runs:,}" for runner in race.runners)
        + "."
    ]
    above = sum(figure > _top(race) for figure in _figures(race))
    if above:
        words.append(f"Trials above the figure's top, {told(race, _top(race))}, which the table lists: {above}.")
    edges = [visible(runner.optimiser) for runner in race.runners if runner.edge]
    if edges:
        words.append(f"The rate of {', '.join(edges)} lies at the edge of what was tried: a better one may lie beyond.")
    lost = [f"{visible(runner.optimiser)} from {min(rates):.3g}" for runner in race.runners if (rates := _lost(runner))]
    if lost:
        words.append(f"Rates that diverged: {', '.join(lost)}.")
    return " ".join(words)


def _lost(runner: Runner) -> list[float]:
    return [trial.rate for trial in runner.trials if trial.diverged and trial.rate is not None]


def _table(race: Race) -> Table:
    rows = [
        (
            visible(runner.optimiser),
            quantity(trial.rate),
            _settings(trial),
            told(race, trial.figure.mean),
            f"{trial.diverged} of {trial.members}",
            "chosen" if trial.chosen else "",
        )
        for runner in race.runners
        for trial in runner.trials
    ]
    columns = ("optimiser", "rate", "settings", subject(race), "diverged", "")
    return Table(columns=columns, rows=tuple(rows) or (("–", "–", "no trials", "–", "–", ""),), words=(0, 2, 5))


ENTRY = View(
    summary="final figure against the rate, every trial of every optimiser's tuning",
    formula="final figure (rate)",
    reference="D. Choi et al., On empirical comparisons of optimizers for deep learning, 2019",
    evidence="race",
    draw=draw,
)
