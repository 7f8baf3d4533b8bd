"""Surface: the loss on a plane through the space of weights, around a W or through three runs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float64

from thalweg.core.display import Displayed
from thalweg.core.entries import Evidence, Objective
from thalweg.core.errors import ConfigError
from thalweg.core.knobs import Choice, Flag, Integer, Integers, Text
from thalweg.core.progress import Progress
from thalweg.core.subject import SliceValues, Subject, Unsuited
from thalweg.core.tree import Params
from thalweg.evidence._directions import PARALLEL, SCALES, coordinates, cosine, perpendicular, random_direction, towards
from thalweg.evidence._quadratic import Quadratic
from thalweg.evidence._slice_facts import (
    Axis,
    Check,
    Losses,
    Making,
    Mark,
    axis_of,
    axis_words,
    check_of,
    closing_words,
    errors_of,
    rises_of,
)
from thalweg.evidence._slices import ends, evaluate_points, grid, standard_error, steps
from thalweg.evidence._strict import number, numbers

MARGIN = 0.25
"""How much wider the grid through three runs is than the box around them, on each side, in parts of the box's longer side."""


@dataclass(frozen=True, kw_only=True, repr=False)
class LossSurface(Displayed):
    """The loss at every point of a grid: `values[j][i]` belongs to (x[i], y[j]); None where it is not finite, `missing` times.

    Coordinates are multiples of the two `axes`, whose angle has the `cosine`. `centre` is the loss at (0, 0), exactly the objective's
    own value, with the standard `error` of its mean over the examples. `errors[j][i]` are standard errors of the difference to the centre,
    over the same examples; None where examples' losses were not asked for.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    values: tuple[tuple[float | None, ...], ...]
    errors: tuple[tuple[float | None, ...], ...] | None
    missing: int
    centre: float
    error: float | None
    axes: tuple[Axis, Axis]
    cosine: float
    marks: tuple[Mark, ...]
    check: Check | None
    making: Making

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return asdict(self)

    def sentences(self) -> tuple[str, ...]:
        """Return what the plane shows, the spread over the examples and how exact the values are."""
        known = [value for line in self.values for value in line if value is not None]
        spread = f"lies between {min(known):.4g} and {max(known):.4g}" if known else "is nowhere finite"
        about = "" if self.error is None else f" with a standard error of {self.error:.2g} over the examples"
        first = f"On a {len(self.x)} x {len(self.y)} grid {self.making.over} {spread}; at the centre it is {self.centre:.6g}{about}."
        angle = (
            f"The two axes have lengths {self.axes[0].length:.4g} and {self.axes[1].length:.4g} and an angle of cosine {self.cosine:.2g}."
        )
        marked = [f"{mark.name} has the loss {'not finite' if mark.value is None else f'{mark.value:.6g}'} here." for mark in self.marks]
        closing = closing_words(self.making, missing=self.missing, check=self.check)
        return (first, self._lowest(), *marked, *axis_words(self.axes), angle, *closing)

    def _lowest(self) -> str:
        found = [(value, j, i) for j, line in enumerate(self.values) for i, value in enumerate(line) if value is not None]
        low, j, i = min(found, default=(self.centre, 0, 0))
        if low >= self.centre:
            return "No point of the grid lies below the centre."
        error = self.errors[j][i] if self.errors is not None else None
        drop = f"The lowest point of the grid, ({self.x[i]:.3g}, {self.y[j]:.3g}), lies {self.centre - low:.3g} below the centre"
        return f"{drop}, {(self.centre - low) / error:.1f} standard errors of that difference." if error else f"{drop}."


def measure(
    objective: Objective,
    params: Params,
    directions: tuple[Params, Params],
    x: Float64[np.ndarray, " columns"],
    y: Float64[np.ndarray, " rows"],
    *,
    losses: Losses | None = None,
    quick: SliceValues | None = None,
    names: tuple[str, str] = ("the first direction", "the second direction"),
    marks: Mapping[str, tuple[tuple[float, float], Params]] | None = None,
    making: Making | None = None,
    progress: Progress | None = None,
) -> LossSurface:
    """Return f(w + x d_1 + y d_2) on a grid, for the objective f (mean loss + penalty) at weights w [1, ...].

    The grid may have any number of points either way, with the centre among them or not; the centre's value is `objective.value(w)`
    itself. `losses(w)` [1, examples] give its standard error, s / sqrt(n). `quick`, a function of this very slice in single precision,
    takes the objective's place on the grid and gives standard errors of the differences to the centre, over pairs; the objective's own
    values at the corners then say how far the two differ. `marks` are other weights in the plane. Curvatures are central differences.

    Raises `ConfigError` on a grid without points, `Unsuited` where both directions are parallel.

    Reference: Goodfellow, Vinyals and Saxe, Qualitatively characterizing neural network optimization problems, ICLR 2015; Li et al.,
    Visualizing the loss landscape of neural nets, NeurIPS 2018.

    >>> bowl = example()
    >>> bowl.values, bowl.centre, [round(axis.curvature, 4) for axis in bowl.axes]
    (((2.5, 2.0, 2.5), (0.5, 0.0, 0.5), (2.5, 2.0, 2.5)), 0.0, [1.0, 4.0])
    """
    if not len(x) or not len(y):
        raise ConfigError(f"a grid needs at least one point either way; got {len(x)} x {len(y)}.")
    between = cosine(*directions)
    if not abs(between) < 1 - PARALLEL**2 / 2:
        raise Unsuited("both directions are parallel: the weights have too few dimensions for a plane.")
    points = grid(x, y)
    values, each = evaluate_points(objective, params, directions, points, quick=quick, progress=progress)
    table, centre = values.reshape(len(y), len(x)), float(objective.value(params)[0])
    base = None if losses is None else losses(params)[0].double().numpy()
    error = None if base is None else standard_error(base)
    profiles = ((x, table[y == 0]), (y, table[:, x == 0].T))
    rises = [rises_of(at, own[0], centre=centre, by=error) if len(own) else (None, None) for at, own in profiles]
    first, second = (
        axis_of(objective, params, direction, name=name, centre=centre, rises=rise)
        for direction, name, rise in zip(directions, names, rises, strict=True)
    )
    return LossSurface(
        x=tuple(x.tolist()),
        y=tuple(y.tolist()),
        values=tuple(numbers(line) for line in table),
        errors=None if base is None or each is None else tuple(numbers(line) for line in errors_of(each, base).reshape(table.shape)),
        missing=int((~np.isfinite(values)).sum()),
        centre=centre,
        error=error,
        axes=(first, second),
        cosine=between,
        marks=tuple(Mark(name=name, at=at, value=number(objective.value(other)[0])) for name, (at, other) in (marks or {}).items()),
        check=None if quick is None else check_of(objective, params, directions, points, values),
        making=making or Making(),
    )


def inspect(
    subject: Subject,
    *,
    progress: Progress,
    grid: tuple[int, ...] = (51,),
    range: str = "auto",
    directions: str = "random",
    scale: str = "filter",
    biases: bool = False,
    seed: int = 0,
) -> LossSurface:
    """Return the surface around a subject along two random directions, or on the plane through it and two other runs."""
    if len(grid) > 2:
        raise ConfigError(f"grid must be one or two whole numbers, as 51 or 51,31; got {','.join(map(str, grid))}.")
    own = ends(range)
    marks: dict[str, tuple[tuple[float, float], Params]] = {}
    if directions == "random":
        drawn = [random_direction(subject.params, seed=seed, number=n, scale=scale, biases=biases) for n in (0, 1)]
        axes, sides, names = (drawn[0], drawn[1]), (own or (-1.0, 1.0),) * 2, ("the first direction", "the second direction")
    else:
        axes, marks = _through(subject)
        sides = (own, own) if own else _around([at for at, _ in marks.values()])
        names = (f"the way to {next(iter(marks))}", "the direction across")
    making = Making.of(subject, directions, scale=scale, biases=biases, seed=seed)
    x, y = (steps(*side, count) for side, count in zip(sides, (grid[0], grid[-1]), strict=True))
    quick = None if subject.slices is None else subject.slices(subject.params, axes)
    return measure(
        subject.objective, subject.params, axes, x, y, losses=subject.losses, quick=quick, names=names, marks=marks, making=making,
        progress=progress,
    )  # fmt: skip


def _through(subject: Subject) -> tuple[tuple[Params, Params], dict[str, tuple[tuple[float, float], Params]]]:
    """Return perpendicular axes of one length of the plane through a run and two others, and where these lie: the first at (1, 0)."""
    if len(subject.others) < 2:
        raise Unsuited(f"a plane through runs takes two other runs beside this one; got {len(subject.others)}.")
    (one, first), (two, second) = list(subject.others.items())[:2]
    ahead, aside = towards(subject.params, first), towards(subject.params, second)
    if not any(bool(tensor.any()) for tensor in ahead.values()):
        raise Unsuited(f"{one} has the same weights as this run: no plane is determined.")
    axes = (ahead, perpendicular(aside, ahead))
    across, up = coordinates(aside, axes)
    return axes, {one: ((1.0, 0.0), first), two: ((across, up), second)}


def _around(points: list[tuple[float, float]]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the box around the centre and other points, wider by a margin."""
    box = np.array([(0.0, 0.0), *points])
    low, high = box.min(0), box.max(0)
    wider = MARGIN * float((high - low).max())
    left, bottom = (low - wider).tolist()
    right, top = (high + wider).tolist()
    return (left, right), (bottom, top)


def example() -> LossSurface:
    """Return x^2 / 2 + 2 y^2 on nine points around its minimum."""
    first, second = ({"w": torch.tensor([axis], dtype=torch.float64)} for axis in ([1.0, 0.0], [0.0, 1.0]))
    around = np.array([-1.0, 0.0, 1.0])
    return measure(Quadratic((1.0, 4.0)), {"w": torch.zeros(1, 2, dtype=torch.float64)}, (first, second), around, around)


RANGE = Text(
    name="range",
    default="auto",
    meaning="how far the grid goes, in multiples of the directions: 1 is from -1 to 1; or both ends, as 0:1.5; auto: 1, or around the runs",
)
DIRECTIONS = Choice(
    name="directions", default="random", choices=("random", "runs"), meaning="random ones at the weights' scale, or those to other runs"
)
SCALE = Choice(name="scale", default="filter", choices=SCALES, meaning="what of a random direction is made as long as the weights' own")
BIASES = Flag(name="biases", default=False, meaning="let biases and normalisations take part in random directions")
SEED = Integer(name="seed", default=0, low=0, meaning="what random directions are drawn from")

ENTRY = Evidence(
    summary="the loss on a plane through the space of weights",
    formula="f(w + x d_1 + y d_2), d_f <- d_f |w_f| / |d_f| for every filter f",
    reference="Li et al., Visualizing the loss landscape of neural nets, NeurIPS 2018",
    knobs=(
        Integers(name="grid", default=(51,), meaning="points of the grid across and up; one number is both"),
        RANGE,
        DIRECTIONS,
        SCALE,
        BIASES,
        SEED,
    ),
    measure=measure,
    example=example,
    inspect=inspect,
    place=50,
    slow=True,
)
