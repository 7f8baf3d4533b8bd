"""Surface paths: where every optimiser went over a surface's contours, with its critical points."""

import numpy as np
import plotly.graph_objects as go

from thalweg.core.entries import Critical, View
from thalweg.evidence.surface_paths import SurfacePaths, Trail
from thalweg.views import _palette as palette
from thalweg.views._drawing import SQUARE, Chart, Table, figure, plain, quantity
from thalweg.views._trails import line_of, symbol_of

MARKS = {"minimum": "star", "maximum": "triangle-up", "saddle": "x-thin", "degenerate": "asterisk"}
GROUND = palette.SHARES[:3]


def draw(paths: SurfacePaths) -> Chart:
    """Draw contours, paler where lower, known critical points by kind, the start, and every path with a mark where it ends.

    Traces that a page may cut to show the race at an earlier step say so: `meta` is "trail" or "head".
    """
    left, right, bottom, top = paths.race.window
    layout = {
        "xaxis": {"showgrid": False, "range": [left, right], **SQUARE[0]},
        "yaxis": {"showgrid": False, "range": [bottom, top], **SQUARE[1]},
        "hovermode": "closest",
    }
    trails = [trace for place, trail in enumerate(paths.trails) for trace in _trail(trail, place)]
    marks = _critical(paths.race.critical, paths.race.window)
    title = f"Paths over {_named(paths)}"
    drawn = figure([_ground(paths), *trails, *marks, _start(paths)], title=title, x="x", y="y", layout=layout)
    aspect = (top - bottom) / (right - left)
    height = int(min(max(740 * aspect + 150, 400), 840))
    return Chart(title=title, alt=_alt(paths), figure=drawn, table=_table(paths), height=height)


def _named(paths: SurfacePaths) -> str:
    race = paths.race
    knobs = "".join(f", {name} {value:g}" for name, value in race.knobs.items())
    turned = f", turned by {race.angle:g} degrees" if race.angle else ""
    return f"{race.surface.replace('-', ' ')}{knobs}{turned}"


def _ground(paths: SurfacePaths) -> go.Contour:
    last = len(paths.levels) - 1
    shown = range(0, last + 1, max(1, -(-last // 5)))
    return go.Contour(
        x=paths.x.astype(np.float32),
        y=paths.y.astype(np.float32),
        z=paths.bands.round(3).astype(np.float32),
        customdata=paths.heights.astype(np.float32),
        zmin=0,
        zmax=last,
        autocontour=False,
        contours={"start": 1, "end": last, "size": 1, "coloring": "fill"},
        line={"color": palette.SHARES[2], "width": 0.6},
        colorscale=palette.ramp(GROUND),
        colorbar={
            "title": {"text": "height"},
            "tickmode": "array",
            "tickvals": list(shown),
            "ticktext": [quantity(float(paths.levels[level])) for level in shown],
            "thickness": 10,
            "outlinewidth": 0,
            "len": 0.6,
        },
        hovertemplate="(%{x:.3g}, %{y:.3g}) height %{customdata:.4g}<extra></extra>",
    )


def _trail(trail: Trail, place: int) -> list[go.Scatter]:
    """Return the line of a trail and, right after it, the mark at its end."""
    line, name = line_of(place), plain(trail.name)
    x, y = trail.points[:, 0].astype(np.float32), trail.points[:, 1].astype(np.float32)
    common = {"name": name, "legendgroup": name, "hoverinfo": "name"}
    head = {"symbol": symbol_of(place), "size": 10, "color": line["color"], "line": {"color": palette.INK, "width": 1}}
    return [
        go.Scatter(x=x, y=y, mode="lines", line=line, meta="trail", **common),
        go.Scatter(x=x[-1:], y=y[-1:], mode="markers", marker=head, meta="head", showlegend=False, **common),
    ]


def _critical(known: tuple[Critical, ...], window: tuple[float, float, float, float]) -> list[go.Scatter]:
    drawn = []
    for kind, symbol in MARKS.items():
        own = [each for each in known if each.kind == kind]
        if own:
            marker = {"symbol": symbol, "size": 9, "color": palette.INK, "line": {"color": palette.INK, "width": 1.5}}
            hover = [f"{kind} at ({each.point[0]:.4g}, {each.point[1]:.4g}), height {each.value:.4g}" for each in own]
            points = {"x": [each.point[0] for each in own], "y": [each.point[1] for each in own]}
            drawn.append(go.Scatter(**points, mode="markers", marker=marker, name=kind, hovertext=hover, hoverinfo="text"))
    return drawn


def _start(paths: SurfacePaths) -> go.Scatter:
    x, y = paths.race.start
    marker = {"symbol": "circle-open", "size": 13, "color": palette.INK, "line": {"color": palette.INK, "width": 2}}
    return go.Scatter(x=[x], y=[y], mode="markers", marker=marker, name="start", hoverinfo="name")


def _alt(paths: SurfacePaths) -> str:
    race, best = paths.race, paths.race.ranked[0]
    arrived = sum(runner.ended.step is not None and runner.ended.finish == best.ended.finish for runner in race.runners)
    goal = f"{arrived} of {len(race.runners)} {best.ended.finish.value}" if arrived else f"None of {len(race.runners)} got there"
    first = f" First: {best.optimiser}, at step {best.ended.step}." if arrived else ""
    return f"{race.formula}, from ({race.start[0]:.4g}, {race.start[1]:.4g}), {race.steps} steps. {goal}.{first}"


def _table(paths: SurfacePaths) -> Table:
    columns = ("optimiser", "tuned rate", "outcome", "evaluations", "final value", "end point", "verdict", "eigenvalues there")
    return Table(columns=columns, rows=tuple(_row(paths, place) for place in range(len(paths.race.runners))), words=(0, 2, 6))


def _row(paths: SurfacePaths, place: int) -> tuple[str, ...]:
    runner = paths.race.ranked[place]
    x, y = runner.path[-1]
    low, high = runner.verdict.eigenvalues
    return (
        runner.optimiser,
        "–" if runner.rate is None else f"{runner.rate:.3g}",
        str(runner.ended),
        f"{runner.evaluations:,}",
        quantity(float(runner.values[-1])),
        f"({x:.4g}, {y:.4g})",
        runner.verdict.kind,
        f"{quantity(low)}, {quantity(high)}",
    )


ENTRY = View(
    summary="optimisers' paths over the contours of a surface",
    formula="x_0, x_1, ..., x_T over {f = level}",
    reference="Stanford CS231n, Neural networks part 3: parameter updates",
    evidence="surface-paths",
    draw=draw,
)
