"""Line: the loss along straight lines through the space of weights, in random directions or towards other runs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float64

from thalweg.core.display import Displayed
from thalweg.core.entries import Evidence, Objective
from thalweg.core.errors import ConfigError
from thalweg.core.knobs import Integer
from thalweg.core.progress import Progress
from thalweg.core.subject import SliceValues, Subject, Unsuited
from thalweg.core.tree import Params
from thalweg.evidence._directions import random_direction, towards
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
from thalweg.evidence._slices import ends, evaluate_points, standard_error, steps
from thalweg.evidence._strict import number, numbers
from thalweg.evidence.surface import BIASES, DIRECTIONS, RANGE, SCALE, SEED


@dataclass(frozen=True, kw_only=True)
class Profile:
    """The loss along one `axis` at the line's coordinates; None where it is not finite. `errors` are those of differences to the centre.

    `mark` is the other run that lies at the coordinate 1, where the line leads to one; `ridge` the most by which the loss rises above
    the straight line between its two ends there.
    """

    axis: Axis
    values: tuple[float | None, ...]
    errors: tuple[float | None, ...] | None
    mark: Mark | None
    ridge: float | None
    check: Check | None


@dataclass(frozen=True, kw_only=True, repr=False)
class LossLines(Displayed):
    """The loss at coordinates `x` along each direction; `centre` is the loss at 0, exactly the objective's own value.

    `error` is the standard error of its mean over the examples; `missing` counts values that are not finite.
    """

    x: tuple[float, ...]
    profiles: tuple[Profile, ...]
    centre: float
    error: float | None
    missing: int
    making: Making

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return asdict(self)

    def sentences(self) -> tuple[str, ...]:
        """Return how the loss changes along the lines and how exact that is."""
        about = "" if self.error is None else f" with a standard error of {self.error:.2g} over the examples"
        below = sum(any(value is not None and value < self.centre for value in profile.values) for profile in self.profiles)
        count = len(self.profiles)
        where = (
            f"on {below} of {count} lines it falls lower" if below else f"on none of {count} line{'' if count == 1 else 's'} it falls lower"
        )
        first = f"At the centre {self.making.over} is {self.centre:.6g}{about}; {where}, from {self.x[0]:.3g} to {self.x[-1]:.3g}."
        marked = [words for profile in self.profiles if (words := _marked(profile))]
        checks = [profile.check for profile in self.profiles if profile.check is not None]
        worst = max(checks, key=lambda check: check.largest, default=None)
        closing = closing_words(self.making, missing=self.missing, check=worst)
        return (first, *marked, *axis_words([profile.axis for profile in self.profiles]), *closing)


def _marked(profile: Profile) -> str:
    if profile.mark is None:
        return ""
    value = "not finite" if profile.mark.value is None else f"{profile.mark.value:.6g}"
    ridge = (
        "" if profile.ridge is None else f"; on the way the loss rises by up to {profile.ridge:.4g} above the straight line between both"
    )
    return f"{profile.mark.name} has the loss {value} here{ridge}."


def measure(
    objective: Objective,
    params: Params,
    directions: Mapping[str, Params],
    x: Float64[np.ndarray, " points"],
    *,
    losses: Losses | None = None,
    quick: Mapping[str, SliceValues] | None = None,
    marks: Mapping[str, Params] | None = None,
    making: Making | None = None,
    progress: Progress | None = None,
) -> LossLines:
    """Return f(w + x d) along each direction d, for the objective f (mean loss + penalty) at weights w [1, ...].

    0, where the value is `objective.value(w)` itself, is put among the coordinates where they go beyond it on both sides; so is 1 where
    `marks` says that a direction leads to other weights. `losses`, `quick`: as for a surface. The ridge of a line that leads to other
    weights is the largest f(w + x d) - ((1 - x) f(w) + x f(w + d)) for x in [0, 1]: near 0 where both lie in one valley.

    Raises `ConfigError` without coordinates or directions.

    Reference: Goodfellow, Vinyals and Saxe, Qualitatively characterizing neural network optimization problems, ICLR 2015.

    >>> lines = example()
    >>> lines.x, lines.profiles[0].values, round(lines.profiles[0].axis.curvature, 4)
    ((-1.0, 0.0, 1.0), (0.5, 0.0, 0.5), 1.0)
    """
    if not len(x) or not directions:
        raise ConfigError(f"lines need at least one point and one direction; got {len(x)} and {len(directions)}.")
    own = {0.0, 1.0} if marks else {0.0}
    x = np.array(sorted({*x.tolist(), *(at for at in own if x.min() < at < x.max())}))
    base = None if losses is None else losses(params)[0].double().numpy()
    centre, error = float(objective.value(params)[0]), None if base is None else standard_error(base)
    profiles, missing = [], 0
    for name, direction in directions.items():
        fast = None if quick is None else quick[name]
        values, each = evaluate_points(objective, params, [direction], x[:, None], quick=fast, progress=progress)
        other = (marks or {}).get(name)
        profiles.append(
            Profile(
                axis=axis_of(objective, params, direction, name=name, centre=centre, rises=rises_of(x, values, centre=centre, by=error)),
                values=numbers(values),
                errors=None if base is None or each is None else numbers(errors_of(each, base)),
                mark=None if other is None else Mark(name=name, at=(1.0,), value=number(objective.value(other)[0])),
                ridge=None if other is None else _ridge(x, values, start=centre, end=float(objective.value(other)[0])),
                check=None if fast is None else check_of(objective, params, [direction], x[:, None], values),
            )
        )
        missing += int((~np.isfinite(values)).sum())
    return LossLines(
        x=tuple(x.tolist()), profiles=tuple(profiles), centre=centre, error=error, missing=missing, making=making or Making()
    )  # fmt: skip


def _ridge(x: Float64[np.ndarray, " points"], values: Float64[np.ndarray, " points"], *, start: float, end: float) -> float | None:
    between = (x >= 0) & (x <= 1)
    with np.errstate(invalid="ignore"):
        above = values[between] - ((1 - x[between]) * start + x[between] * end)
    return number(max(0.0, above.max())) if len(above) else None


def inspect(
    subject: Subject,
    *,
    progress: Progress,
    points: int = 51,
    range: str = "auto",
    directions: str = "random",
    lines: int = 2,
    scale: str = "filter",
    biases: bool = False,
    seed: int = 0,
) -> LossLines:
    """Return the loss along random directions from a subject, or from it through other runs."""
    own, params = ends(range), subject.params
    if directions == "random":
        drawn = {
            f"direction {number + 1}": random_direction(params, seed=seed, number=number, scale=scale, biases=biases)
            for number in np.arange(lines).tolist()
        }
        marks, sides = {}, own or (-1.0, 1.0)
    else:
        marks = dict(subject.others)
        drawn = {name: towards(params, other) for name, other in marks.items()}
        drawn = {name: way for name, way in drawn.items() if any(bool(tensor.any()) for tensor in way.values())}
        if not drawn:
            raise Unsuited("a line through runs takes another run, with other weights, beside this one; got none.")
        sides = own or (-0.25, 1.25)
    quick = None if subject.slices is None else {name: subject.slices(params, [way]) for name, way in drawn.items()}
    making = Making.of(subject, directions, scale=scale, biases=biases, seed=seed)
    return measure(
        subject.objective, params, drawn, steps(*sides, points), losses=subject.losses, quick=quick, marks=marks, making=making,
        progress=progress,
    )  # fmt: skip


def example() -> LossLines:
    """Return x^2 / 2 + 2 y^2 at three points along x and along y."""
    along = {name: {"w": torch.tensor([axis], dtype=torch.float64)} for name, axis in (("x", [1.0, 0.0]), ("y", [0.0, 1.0]))}
    return measure(Quadratic((1.0, 4.0)), {"w": torch.zeros(1, 2, dtype=torch.float64)}, along, np.array([-1.0, 0.0, 1.0]))


ENTRY = Evidence(
    summary="the loss along straight lines through the space of weights",
    formula="f(w + x d), d_f <- d_f |w_f| / |d_f| for every filter f",
    reference="Goodfellow, Vinyals and Saxe, Qualitatively characterizing neural network optimization problems, ICLR 2015",
    knobs=(
        Integer(name="points", default=51, low=1, meaning="points of each line"),
        RANGE,
        DIRECTIONS,
        Integer(name="lines", default=2, low=1, meaning="how many random directions"),
        SCALE,
        BIASES,
        SEED,
    ),
    measure=measure,
    example=example,
    inspect=inspect,
    place=49,
)
