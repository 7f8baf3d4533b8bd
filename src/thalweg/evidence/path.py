"""Path: where training took W, over the loss on the path's own plane, and how true that picture is."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Float64

from thalweg.core.display import Displayed
from thalweg.core.entries import Evidence, Objective
from thalweg.core.errors import ConfigError
from thalweg.core.knobs import Integer
from thalweg.core.progress import Progress, Silent
from thalweg.core.subject import SliceValues, Subject, Unsuited
from thalweg.core.trajectory import BYTES, FEWEST
from thalweg.core.tree import Params, at
from thalweg.evidence._directions import at_points
from thalweg.evidence._path_plane import PathPlane, chosen, plane_of
from thalweg.evidence._path_words import PathPoint, Place, closing, kept_words, opening, truth
from thalweg.evidence._quadratic import Quadratic
from thalweg.evidence._slices import evaluate_plane, evaluate_points
from thalweg.evidence._slices import steps as spaced
from thalweg.evidence._strict import number, numbers
from thalweg.evidence._words import made_over

MARGIN, SLIMMEST = 0.12, 0.6
"""How much wider the plane is than the path, in parts of its longer side, and the least length of its shorter side."""


@dataclass(frozen=True, kw_only=True, repr=False)
class LossPath(Displayed):
    """A path over the loss on its plane: `values[j][i]` belongs to (x[i], y[j]), in the units of the weights; the end lies at (0, 0).

    `shares` are the axes' shares of the variance, `extent` the largest distance of a point from the end. `kept`: where the weights are
    that became the model, None where they are the end. `every`: of how many points that were asked for one is kept. `statistics`: the
    module has some of its own, as batch-norm does, which are those of the kept weights everywhere.
    """

    points: tuple[PathPoint, ...]
    shares: tuple[float, float]
    extent: float
    x: tuple[float, ...]
    y: tuple[float, ...]
    values: tuple[tuple[float | None, ...], ...]
    kept: Place | None = None
    every: int = 1
    statistics: bool = False
    examples: int | None = None
    mode: str = "evaluation"
    precision: str = "fp64"

    @property
    def explained(self) -> float:
        """The share of the path's variance that lies in the plane."""
        return sum(self.shares)

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return asdict(self)

    def sentences(self) -> tuple[str, ...]:
        """Return how much of the path the plane shows, how far off it the points lie, and whether its losses are the true ones."""
        made = () if self.examples is None else (made_over(self.examples, self.mode, self.precision),)
        told = (opening(self.points, self.shares, self.extent), *truth(self.points, self.explained, self.extent))
        return (*told, *kept_words(self.kept), closing(self.every, statistics=self.statistics), *made)


def measure(
    objective: Objective,
    points: Params,
    *,
    steps: Sequence[int],
    epochs: Sequence[float] | None = None,
    batch: Sequence[float | None] | None = None,
    grid: int = 21,
    most: int = 40,
    kept: Params | None = None,
    slices: Callable[[Params, Sequence[Params]], SliceValues] | None = None,
    progress: Progress | None = None,
) -> LossPath:
    """Return points W_0 ... W_T [points, ...] of a path on the plane through W_T along their first two principal components v_1, v_2.

    x_t = <W_t - W_T, v_1>, y_t = <W_t - W_T, v_2>, off the plane |W_t - W_T - x_t v_1 - y_t v_2|. On an even grid around the path, `grid`
    points along its longer side, the loss is f(W_T + x v_1 + y v_2). At `most` points of the path, evenly spaced, and at the one farthest
    off the plane, f(W_t) itself is set against the plane's loss at (x_t, y_t), both by `objective`. `slices` makes a quick function of the
    plane for the grid; `batch` are losses that were recorded; `kept` are other weights [1, ...] whose place is of interest.

    Raises `ConfigError` where the lists differ in length, `Unsuited` where the points span no plane.

    Reference: Li et al., Visualizing the loss landscape of neural nets, NeurIPS 2018, section 7.

    >>> path = example()
    >>> round(path.explained, 4), [point.loss for point in path.points]
    (0.9965, [3.0, 1.625, 0.375, 0.09375, 0.0])
    """
    count = len(steps)
    given = [len(each) for each in (epochs, batch, *points.values()) if each is not None]
    if {count, *given} != {count} or grid < 2 or most < 2:
        raise ConfigError(f"a path needs as many steps as points, and a grid of at least 2; got {count} steps, {given}, grid {grid}.")
    shown = progress if progress is not None else Silent()
    plane = plane_of(points)
    x, y = _window(plane, grid)
    quick = None if slices is None else slices(plane.end, plane.axes)
    values = evaluate_plane(objective, plane.end, *plane.axes, x, y, shown, quick=quick)
    where = chosen(count, most, always=[int(plane.off.argmax())])
    true = _true(objective, points, where, shown)
    flat = evaluate_points(objective, plane.end, plane.axes, plane.coordinates[where].numpy(), progress=shown)[0].tolist()
    known = {place: (number(one), number(two)) for place, one, two in zip(where, true, flat, strict=True)}
    return LossPath(
        points=tuple(
            PathPoint(
                step=steps[place], epoch=None if epochs is None else epochs[place], x=float(plane.coordinates[place, 0]),
                y=float(plane.coordinates[place, 1]), off=float(plane.off[place]), batch=None if batch is None else batch[place],
                measured=place in known, loss=known.get(place, (None, None))[0], plane=known.get(place, (None, None))[1],
            )
            for place in range(count)
        ),
        shares=plane.shares, extent=plane.extent, x=tuple(x.tolist()), y=tuple(y.tolist()),
        values=tuple(numbers(line) for line in values), kept=None if kept is None else _place(objective, plane, kept),
    )  # fmt: skip


def inspect(subject: Subject, *, progress: Progress, grid: int = 21, points: int = 40) -> LossPath:
    """Return the path of the run that a subject is of; a network that convolves is looked at in single precision."""
    path = subject.trajectory
    if path is None:
        too_many = BYTES // (FEWEST * 4)
        if subject.size > too_many:
            raise Unsuited(f"paths are recorded of at most {too_many:,} parameters; this model has {subject.size:,}.")
        raise Unsuited("no path was recorded: this run was trained before paths were, with path_points = 0, or in a population.")
    own = subject.cast(torch.float32) if subject.convolutional else subject
    every = path.stacked(own.params)
    last = at(every, [len(path.points) - 1])
    same = all(torch.equal(last[name], tensor) for name, tensor in own.params.items())
    found = measure(
        own.objective, every, steps=path.steps, epochs=path.epochs, batch=path.losses, grid=grid, most=points,
        kept=None if same else own.params, slices=own.slices, progress=progress,
    )  # fmt: skip
    return replace(found, every=path.stride, statistics=_has_statistics(own), examples=own.examples, mode=own.mode, precision=own.precision)


def _has_statistics(subject: Subject) -> bool:
    return subject.mode == "evaluation" and subject.module is not None and any(True for _ in subject.module.buffers())


def _window(plane: PathPlane, grid: int) -> tuple[Float64[np.ndarray, " columns"], Float64[np.ndarray, " rows"]]:
    """Return an even grid around the path, a margin wider on each side and nowhere slimmer than a part of the path's longer side."""
    low, high = plane.coordinates.min(0).values.numpy(), plane.coordinates.max(0).values.numpy()
    longer = float((high - low).max())
    half = np.maximum((high - low) / 2 + MARGIN * longer, SLIMMEST * longer / 2)
    left, bottom = ((low + high) / 2 - half).tolist()
    right, top = ((low + high) / 2 + half).tolist()
    columns, rows = (max(2, round((grid - 1) * float(side / half.max())) + 1) for side in half)
    return spaced(left, right, columns), spaced(bottom, top, rows)


def _true(objective: Objective, points: Params, where: Sequence[int], progress: Progress) -> list[float]:
    """Return the objective at some points of a path."""
    values = []
    progress.begin("evaluating the path", len(where), "points")
    try:
        for place in where:
            values.append(float(objective.value(at(points, [place]))[0]))
            progress.advance()
    finally:
        progress.end()
    return values


def _place(objective: Objective, plane: PathPlane, params: Params) -> Place:
    across, up, off = plane.at(params)
    flat = at_points(plane.end, plane.axes, torch.tensor([[across, up]], dtype=torch.float64))
    return Place(x=across, y=up, off=off, loss=number(objective.value(params)[0]), plane=number(objective.value(flat)[0]))


def example() -> LossPath:
    """Return five points on the ground x^2 / 2 + y^2 + z^2 / 2 that go down along a zigzag in x and y, one of them raised in z by 1/2."""
    walk = [[2.0, 1.0, 0.0], [1.0, -1.0, 0.5], [0.5, 0.5, 0.0], [0.25, -0.25, 0.0], [0.0, 0.0, 0.0]]
    points = {"w": torch.tensor(walk, dtype=torch.float64)}
    return measure(Quadratic((1.0, 2.0, 1.0)), points, steps=range(5), grid=9)


ENTRY = Evidence(
    summary="the path of W over the loss on its own plane, and how true that picture is",
    formula="f(W_T + x v_1 + y v_2), v_k principal components of W_t - W_T",
    reference="Li et al., Visualizing the loss landscape of neural nets, NeurIPS 2018, section 7",
    knobs=(
        Integer(name="grid", default=21, low=2, high=400, meaning="points along the longer side of the plane's grid"),
        Integer(name="points", default=40, low=2, high=1000, meaning="points of the path where the true loss is set against the plane's"),
    ),
    measure=measure,
    example=example,
    inspect=inspect,
    place=60,
)
