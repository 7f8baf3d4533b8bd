"""Surface values: the height of every runner of a race, step by step."""

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float64

from thalweg.core.entries import View
from thalweg.evidence.surface_paths import SurfacePaths, Trail
from thalweg.views import _palette as palette
from thalweg.views._drawing import Chart, Table, figure, plain, quantity
from thalweg.views._trails import line_of

TITLE = "Height against step"
FLOOR = 1e-16
MOST = 300


def draw(paths: SurfacePaths) -> Chart:
    """Draw each value against the step: above the lowest known value and on a log axis, or, where there is none, as it is to the finish.

    What is below 1e-16 is drawn there, what is more than ten times as high as the start is cut off.
    """
    race, lowest = paths.race, paths.lowest
    begin = float(race.runners[0].values[0])
    lines = [_line(paths, trail, place) for place, trail in enumerate(paths.trails)]
    if race.finish is not None:
        lines.append(_finish(paths, race.finish))
        top, bottom = max(begin, 0.0) + abs(race.finish), 4 * race.finish
        axis: dict[str, object] = {"range": [bottom, top]}
        y = "height"
    else:
        top = max(begin - lowest, FLOOR)
        seen = min((float(_above(trail, lowest).min()) for trail in paths.trails), default=FLOOR)
        axis = {"type": "log", "range": [float(np.log10(max(seen, FLOOR))) - 0.5, float(np.log10(top)) + 1], "exponentformat": "power"}
        y = "height above the lowest point"
    last = race.steps if race.finish is None else _last(paths)
    layout = {"yaxis": axis, "xaxis": {"range": [0, last], "tickformat": "d"}, "hovermode": "closest"}
    drawn = figure(lines, title=TITLE, x="step", y=y, layout=layout)
    return Chart(title=TITLE, alt=_alt(paths), figure=drawn, table=_table(paths), height=520)


def _above(trail: Trail, lowest: float) -> Float64[np.ndarray, " steps"]:
    return np.maximum(trail.runners[0].values - lowest, FLOOR)


def _line(paths: SurfacePaths, trail: Trail, place: int) -> go.Scatter:
    values = trail.runners[0].values
    steps = np.unique(np.linspace(0, len(values) - 1, min(MOST, len(values))).round().astype(np.int64))
    shown = values if paths.race.finish is not None else _above(trail, paths.lowest)
    stopped = trail.runners[0].ended.step if paths.race.finish is not None else None
    steps = steps if stopped is None else steps[steps <= stopped]
    name = plain(trail.name)
    return go.Scatter(
        x=steps.tolist(),
        y=[float(shown[step]) for step in steps],
        mode="lines",
        name=name,
        line=line_of(place),
        hovertemplate="step %{x}: %{y:.4g}",
    )


def _finish(paths: SurfacePaths, finish: float) -> go.Scatter:
    line = {"color": palette.MUTED, "width": 1, "dash": "longdash"}
    return go.Scatter(
        x=[0, _last(paths)], y=[finish, finish], mode="lines", name=f"finish: {quantity(finish)}", line=line, hoverinfo="name"
    )


def _last(paths: SurfacePaths) -> int:
    """Return the step after which no trail moves."""
    return max(len(trail.points) for trail in paths.trails) - 1


def _alt(paths: SurfacePaths) -> str:
    begin, best = float(paths.race.runners[0].values[0]), paths.race.ranked[0]
    return f"All begin at {quantity(begin)}; {best.optimiser} ends at {quantity(float(best.values[-1]))}."


def _table(paths: SurfacePaths) -> Table:
    last = paths.race.steps
    steps = sorted({0, last, *(factor * 10**power for power in range(7) for factor in (1, 2, 5) if factor * 10**power < last)})
    rows = [(runner.optimiser, *(quantity(float(runner.values[step])) for step in steps)) for runner in paths.race.ranked]
    return Table(columns=("optimiser", *(f"step {step:,}" for step in steps)), rows=tuple(rows))


ENTRY = View(
    summary="height against step of every runner of a race",
    formula="f(x_t) - min f against t",
    reference="Stanford CS231n, Neural networks part 3: parameter updates",
    evidence="surface-paths",
    draw=draw,
)
