"""What records of lines and planes hold beside their values: the axes, marks, how the slice was made, how exact it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float64
from torch import nn

from thalweg.core.entries import Objective
from thalweg.core.subject import Subject
from thalweg.core.tree import Params, norm
from thalweg.evidence._directions import at_points
from thalweg.evidence._slices import curvature
from thalweg.evidence._words import PRECISIONS


@dataclass(frozen=True, kw_only=True)
class Axis:
    """A direction: its Euclidean `length` in the space of weights, and the loss along it.

    `curvature` is (f(h) - 2 f(0) + f(-h)) / h^2 with `step` h, in units of the direction; None where it is not finite. `rises`: the
    coordinates behind and ahead of the centre at which the loss is first one standard error above the centre's, between grid points by
    straight lines; None where it never is, or the grid has no points on this axis.
    """

    name: str
    length: float
    curvature: float | None
    step: float
    rises: tuple[float | None, float | None]


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Other weights in the slice: their coordinates, and the objective there, in its own precision."""

    name: str
    at: tuple[float, ...]
    value: float | None


@dataclass(frozen=True, kw_only=True)
class Check:
    """How far values in single precision are from the objective's own at some `points`: the `largest` difference / max(1, |value|).

    `outside` points were finite in one and not in the other.
    """

    points: int
    largest: float
    outside: int


@dataclass(frozen=True, kw_only=True)
class Making:
    """How a slice was laid: `directions` (random, runs, given), for random ones `scale`, `seed`, and whether `biases` take part.

    `frozen_statistics`: batch-norm keeps the statistics of the centre everywhere. `examples` None: not known. `precision` is that of the
    values that were computed the quick way: the subject's own for a linear score.
    """

    directions: str = "given"
    scale: str | None = None
    seed: int | None = None
    biases: bool = False
    examples: int | None = None
    frozen_statistics: bool = False
    precision: str = "fp32"

    @classmethod
    def of(cls, subject: Subject, directions: str, **settings: object) -> "Making":
        """Return how a slice of a subject was laid."""
        layers = [] if subject.module is None else list(subject.module.modules())
        normalises = any(isinstance(layer, nn.modules.batchnorm._BatchNorm) for layer in layers)
        own = settings if directions == "random" else {}
        frozen = normalises and subject.mode == "evaluation"
        precision = "fp32" if subject.problem is None else subject.precision
        return cls(
            directions=directions,
            examples=subject.examples,
            frozen_statistics=frozen,
            precision=precision,
            **own,  # type: ignore[arg-type]
        )

    @property
    def over(self) -> str:
        """The words that say of how many examples the loss is the mean."""
        return "the loss" if self.examples is None else f"the loss over {self.examples:,} example{'' if self.examples == 1 else 's'}"

    def words(self) -> str:
        """Return how directions were made, as a sentence."""
        if self.directions == "runs":
            return "Directions lead to other runs, all weights included."
        if self.directions != "random":
            return "Directions were given."
        whole = {"filter": "each filter", "layer": "each tensor", "norm": "all weights together"}[str(self.scale)]
        left = "biases and normalisations take part" if self.biases else "biases and normalisations stay as they are"
        return f"Directions are random (seed {self.seed}), as long as the weights by {whole}; {left}."


def axis_of(
    objective: Objective, params: Params, direction: Params, *, name: str, centre: float, rises: tuple[float | None, float | None]
) -> Axis:
    """Return the facts of one direction."""
    bent, step = curvature(objective, params, direction, value=centre)
    return Axis(name=name, length=float(norm(direction)), curvature=bent if np.isfinite(bent) else None, step=step, rises=rises)


def rises_of(
    at: Float64[np.ndarray, " points"], values: Float64[np.ndarray, " points"], *, centre: float, by: float | None
) -> tuple[float | None, float | None]:
    """Return where values along an axis first lie `by` above the centre, walking out from 0 in either sense.

    >>> rises_of(np.array([-1.0, 0.0, 1.0, 2.0]), np.array([0.5, 0.0, 1.0, 4.0]), centre=0.0, by=2.0)
    (None, 1.3333333333333333)
    """
    if by is None or not by > 0:
        return None, None
    found: list[float | None] = []
    for side in (-1, 1):
        out = np.flatnonzero(at * side > 0)[::side]
        where, heights = np.concatenate([[0.0], at[out]]), np.concatenate([[centre], values[out]])
        above = np.flatnonzero(~(heights < centre + by))  # what is not finite is above everything
        if not len(above):
            found.append(None)
            continue
        place = int(above[0])
        share = (centre + by - heights[place - 1]) / (heights[place] - heights[place - 1])
        found.append(float(where[place - 1] + (share if np.isfinite(share) else 1.0) * (where[place] - where[place - 1])))
    return found[0], found[1]


def check_of(
    objective: Objective,
    params: Params,
    directions: Sequence[Params],
    points: Float64[np.ndarray, "points axes"],
    values: Float64[np.ndarray, " points"],
) -> Check:
    """Compare values with the objective's own at the ends of a line or the corners of a plane."""
    ends = [points[:, axis] for axis in range(points.shape[1])]
    corner: Bool[np.ndarray, " points"] = np.all([(own == own.min()) | (own == own.max()) for own in ends], axis=0)
    exact = objective.value(at_points(params, directions, torch.from_numpy(points[corner]))).double().numpy()
    both = np.isfinite(exact) & np.isfinite(values[corner])
    apart = np.abs(exact - values[corner])[both] / np.maximum(1.0, np.abs(exact[both]))
    return Check(
        points=len(exact), largest=float(apart.max(initial=0.0)), outside=int((np.isfinite(exact) != np.isfinite(values[corner])).sum())
    )


def errors_of(losses: Float64[np.ndarray, "points examples"], base: Float64[np.ndarray, " examples"]) -> Float64[np.ndarray, " points"]:
    """Return the standard error of the mean difference of every example's loss to its loss at the centre, s / sqrt(n), at each point."""
    with np.errstate(all="ignore"):
        return (losses - base).std(axis=1, ddof=1) / np.sqrt(len(base)) if len(base) > 1 else np.full(len(losses), np.nan)


def axis_words(axes: Sequence[Axis]) -> tuple[str, ...]:
    """Return a sentence an axis: its curvature, and how far the loss has to be followed to rise by one standard error."""
    return tuple(_axis_words(axis) for axis in axes)


def _axis_words(axis: Axis) -> str:
    bent = "has no finite curvature"
    if axis.curvature is not None:
        unit = axis.curvature / axis.length**2
        bent = f"has the curvature {axis.curvature:.3g}, {unit:.3g} per unit length (central difference, step {axis.step:.1e})"
    reached = [f"{rise:.3g}" for rise in axis.rises if rise is not None]
    rises = f"; it is one standard error above the centre at {' and '.join(reached)}" if reached else ""
    return f"Along {axis.name} the loss {bent}{rises}."


def closing_words(making: Making, *, missing: int, check: Check | None) -> tuple[str, ...]:
    """Return sentences on how the slice was laid, what is not finite, batch-norm, and precision."""
    words = [making.words()]
    if missing:
        words.append(f"{missing:,} points have no value: the loss is not finite there.")
    if making.frozen_statistics:
        words.append("Batch-norm keeps the statistics of the centre everywhere, so that other runs are not seen with their own.")
    if check is not None:
        words.append(
            f"Values are in {PRECISIONS[making.precision]}: at {check.points} points at the ends they differ from the objective's by at "
            f"most {check.largest:.1e} of max(1, |loss|); the centre is the objective's own."
        )
    if check is not None and check.outside:
        words.append(f"Of these points {check.outside} are finite in one precision and not in the other.")
    return tuple(words)


Losses = Callable[[Params], torch.Tensor]
"""Weights [points, ...] -> the loss of every example [points, examples]."""
