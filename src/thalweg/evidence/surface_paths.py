"""Surface paths: a race over a surface with the heights of the ground it went over, ready to be drawn."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float64

from thalweg.core.display import Displayed
from thalweg.core.entries import Critical, Evidence
from thalweg.core.errors import ConfigError
from thalweg.evidence._levels import bands_of, levels_of
from thalweg.evidence._strict import number
from thalweg.run.surface_record import Ended, Finish, Race, Runner, Verdict

FAR = 3.0
"""How many sides of the window from its middle a path is drawn; what goes farther is shown in the same direction at that distance."""

STILL = 5e-4
"""What share of the window's longer side counts as no movement at the end of a trail."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Trail:
    """What is drawn of a path: its points until it stands still, and the optimisers that made it, best rank first."""

    runners: tuple[Runner, ...]
    points: Float64[np.ndarray, "points 2"]

    @property
    def name(self) -> str:
        """The optimisers' names: `adam = adamw` where two made the very same path."""
        return " = ".join(runner.optimiser for runner in self.runners)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class SurfacePaths(Displayed):
    """A race and its ground: `heights[j, i]` is the surface at (x[i], y[j]); `levels`, ascending, bound the bands of its contours.

    `geometric`: the levels' distances from the lowest height grow by a constant factor, otherwise by a constant amount.
    """

    race: Race
    x: Float64[np.ndarray, " columns"]
    y: Float64[np.ndarray, " rows"]
    heights: Float64[np.ndarray, "rows columns"]
    levels: Float64[np.ndarray, " levels"]
    geometric: bool

    @cached_property
    def bands(self) -> Float64[np.ndarray, "rows columns"]:
        """The heights counted in levels: 0 at the first level and below, 1 at the second, ...; in between as the levels are spaced."""
        return bands_of(self.heights, self.levels, geometric=self.geometric, low=float(self.heights.min()))

    @cached_property
    def lowest(self) -> float:
        """The lowest value known of the surface: of its minima and of what the runners found; the ground's where there is neither."""
        known = [each.value for each in self.race.critical if each.kind == "minimum"]
        return min([*known, *(float(runner.values.min()) for runner in self.race.runners)], default=float(self.heights.min()))

    @cached_property
    def trails(self) -> tuple[Trail, ...]:
        """What is drawn of the paths, the best runner first; optimisers whose trails are equal to a millionth of the window share one."""
        left, right, bottom, top = self.race.window
        made: dict[bytes, list[Runner]] = {}
        for runner in self.race.ranked:
            millionths = np.rint(1e6 * self._drawn(runner.path) / max(right - left, top - bottom)).astype(np.int64)
            made.setdefault(millionths.tobytes(), []).append(runner)
        return tuple(Trail(runners=tuple(same), points=self._drawn(same[0].path)) for same in made.values())

    def _drawn(self, path: Float64[np.ndarray, "points 2"]) -> Float64[np.ndarray, "kept 2"]:
        left, right, bottom, top = self.race.window
        middle, sides = np.array([left + right, bottom + top]) / 2, np.array([right - left, top - bottom])
        moving = np.flatnonzero(np.abs(path - path[-1]).max(1) > STILL * sides.max())
        kept = path[: (int(moving[-1]) if len(moving) else -1) + 2]
        outside = np.abs((kept - middle) / sides).max(1, keepdims=True) / FAR
        return middle + (kept - middle) / np.maximum(outside, 1.0)

    def row(self) -> dict[str, Any]:
        """Return the record as strict JSON: the race, the grid's ends and the levels, not the grid."""
        return {
            "race": self.race.row(),
            "x": [number(self.x[0]), number(self.x[-1])],
            "y": [number(self.y[0]), number(self.y[-1])],
            "levels": [number(level) for level in self.levels],
            "geometric": self.geometric,
        }


def measure(
    race: Race, height: Callable[[Float64[np.ndarray, "m 2"]], Float64[np.ndarray, " m"]], *, resolution: int = 161, levels: int = 12
) -> SurfacePaths:
    """Ask for the surface's height on a grid over the race's window, and choose levels for contours.

    The grid has `resolution` points along the longer side and as dense ones along the other. Levels are spaced evenly from the lowest
    to the highest height; where (highest - lowest) > 5 (median - lowest) they lie at lowest + (highest - lowest) 10^-4 ... 10^0.

    Raises `ConfigError` on a resolution or a number of levels below 2.

    >>> paths = measure(example().race, lambda points: (points**2).sum(1), resolution=3, levels=3)
    >>> paths.heights.tolist(), paths.levels.tolist()
    ([[2.0, 1.0, 2.0], [1.0, 0.0, 1.0], [2.0, 1.0, 2.0]], [0.0, 1.0, 2.0])
    """
    for name, given in (("resolution", resolution), ("levels", levels)):
        if given < 2:
            raise ConfigError(f"{name} must be a whole number >= 2; got {given}.")
    left, right, bottom, top = race.window
    extents = (right - left, top - bottom)
    columns, rows = (max(2, round((resolution - 1) * extent / max(extents)) + 1) for extent in extents)
    x, y = np.linspace(left, right, columns), np.linspace(bottom, top, rows)
    heights = height(np.stack(np.meshgrid(x, y), axis=2).reshape(-1, 2)).reshape(rows, columns)
    chosen, geometric = levels_of(heights, levels)
    return SurfacePaths(race=race, x=x, y=y, heights=heights, levels=chosen, geometric=geometric)


def example() -> SurfacePaths:
    """Return gradient descent at rate 1/2 (halving x at each step) and Newton's method on the bowl (x^2 + y^2) / 2, from (1, 0)."""
    paths = {"newton": [1.0, 0.0, 0.0, 0.0], "gradient-descent": [1.0, 0.5, 0.25, 0.125]}
    race = Race(
        surface="bowl",
        formula="f(x, y) = (x^2 + y^2) / 2",
        knobs={},
        angle=0.0,
        start=(1.0, 0.0),
        steps=3,
        seed=0,
        window=(-1.0, 1.0, -1.0, 1.0),
        critical=(Critical(point=(0.0, 0.0), kind="minimum", value=0.0),),
        finish=None,
        runners=tuple(_example_runner(name, np.array(x)) for name, x in paths.items()),
    )
    return measure(race, lambda points: (points**2).sum(1) / 2, resolution=21, levels=6)


def _example_runner(name: str, x: Float64[np.ndarray, " points"]) -> Runner:
    arrived = x[-1] == 0
    return Runner(
        optimiser=name,
        tuned="rate",
        rate=1.0 if arrived else 0.5,
        settings={},
        path=np.stack([x, np.zeros_like(x)], axis=1),
        values=x**2 / 2,
        gradient_norms=x,
        eigenvalues=np.ones((len(x), 2)),
        ended=Ended(finish=Finish.REACHED, step=1) if arrived else Ended(finish=Finish.UNDERWAY),
        verdict=Verdict(
            kind="minimum" if arrived else "not critical",
            gradient_norm=float(x[-1]),
            eigenvalues=(1.0, 1.0),
            gradient_tolerance=1e-3,
            curvature_tolerance=1e-8,
        ),
        evaluations=len(x) - 1,
        attempts=(),
    )


ENTRY = Evidence(
    summary="paths of optimisers over a two-dimensional surface, with its contours",
    formula="x_0, x_1, ..., x_T with x_{t+1} = step(f, x_t)",
    reference="Stanford CS231n, Neural networks part 3: parameter updates",
    measure=measure,
    example=example,
)
