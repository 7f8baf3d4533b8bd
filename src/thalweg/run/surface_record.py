"""Records of a race over a surface: where every optimiser went, how it ended, and what the point is where it ended. Plain values."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from jaxtyping import Float64

from thalweg.core.entries import Critical


class Finish(StrEnum):
    """The ways in which a race ends for one runner, the better ones first.

    `STUCK`: standing on a critical point that is no minimum; the verdict says which kind.
    """

    REACHED = "reached the minimum"
    ESCAPED = "left the saddle"
    LOCAL = "reached a local minimum"
    UNDERWAY = "not there yet"
    STUCK = "stuck"
    DIVERGED = "diverged"


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a runner's race ended and at which step; None where it was still under way after the last step."""

    finish: Finish
    step: int | None = None

    def __str__(self) -> str:
        """Return the ending in words: `reached the minimum at step 12`."""
        return self.finish.value if self.step is None else f"{self.finish.value} at step {self.step}"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a point is: `minimum`, `maximum`, `saddle`, `degenerate` or `not critical`, by its gradient and its Hessian's eigenvalues.

    The point is critical where the gradient's norm <= `gradient_tolerance`; an eigenvalue counts as zero where its size <=
    `curvature_tolerance` * max(1, the largest |eigenvalue|). An eigenvalue that overflows is None.
    """

    kind: str
    gradient_norm: float
    eigenvalues: tuple[float | None, float | None]
    gradient_tolerance: float
    curvature_tolerance: float


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What one rate came to: how it ended, the value there, and the lowest value on the way."""

    rate: float | None
    ended: Ended
    final: float
    lowest: float

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return {"rate": self.rate, "finish": self.ended.finish.value, "step": self.ended.step, "final": self.final, "lowest": self.lowest}


@dataclass(frozen=True, kw_only=True, eq=False)
class Runner:
    """An optimiser at its best rate: the path from the start, value, gradient norm and Hessian eigenvalues (ascending) along it.

    `tuned` names the knob that was tuned (None: the optimiser has none); `attempts` holds every rate tried, ascending. `evaluations`
    counts what was asked until the race ended for it: values, gradients and Hessian-vector products, each as one.
    """

    optimiser: str
    tuned: str | None
    rate: float | None
    settings: Mapping[str, Any]
    path: Float64[np.ndarray, "points 2"]
    values: Float64[np.ndarray, " points"]
    gradient_norms: Float64[np.ndarray, " points"]
    eigenvalues: Float64[np.ndarray, "points 2"]
    ended: Ended
    verdict: Verdict
    evaluations: int
    attempts: tuple[Attempt, ...]

    @property
    def rank(self) -> tuple[int, float, float, float]:
        """What runners are ordered by: the kind of ending, the step at which it came, what was asked until then, the final value.

        Where a race has no such step it is the final value alone.
        """
        came = self.ended.step is not None and self.ended.finish is not Finish.DIVERGED
        effort = (float(self.ended.step or 0), float(self.evaluations)) if came else (0.0, 0.0)
        return (list(Finish).index(self.ended.finish), *effort, float(self.values[-1]))

    def row(self) -> dict[str, Any]:
        """Return the record as strict JSON: an eigenvalue that overflows is None."""
        return {
            "optimiser": self.optimiser,
            "tuned": self.tuned,
            "rate": self.rate,
            "settings": dict(self.settings),
            "finish": self.ended.finish.value,
            "step": self.ended.step,
            "evaluations": self.evaluations,
            "final": {"point": self.path[-1].tolist(), "value": float(self.values[-1]), **asdict(self.verdict)},
            "path": self.path.tolist(),
            "values": self.values.tolist(),
            "gradient_norms": self.gradient_norms.tolist(),
            "eigenvalues": [[_finite(low), _finite(high)] for low, high in self.eigenvalues.tolist()],
            "attempts": [attempt.row() for attempt in self.attempts],
        }


@dataclass(frozen=True, kw_only=True, eq=False)
class Race:
    """A race: the surface as it was turned and set, where it began, and every runner in the order in which they were named.

    `critical` are the known critical points, turned by `angle` degrees like the start and the window. `finish` is the value at which
    a point counts as having left the critical point, None where the lowest final value wins.
    """

    surface: str
    formula: str
    knobs: Mapping[str, Any]
    angle: float
    start: tuple[float, float]
    steps: int
    seed: int
    window: tuple[float, float, float, float]
    critical: tuple[Critical, ...]
    finish: float | None
    runners: tuple[Runner, ...]

    @property
    def ranked(self) -> tuple[Runner, ...]:
        """The runners, the best first."""
        return tuple(sorted(self.runners, key=lambda runner: runner.rank))

    def row(self) -> dict[str, Any]:
        """Return the record as strict JSON."""
        plain = {name: getattr(self, name) for name in ("surface", "formula", "angle", "steps", "seed", "finish")}
        return {
            **plain,
            "knobs": dict(self.knobs),
            "start": list(self.start),
            "window": list(self.window),
            "critical": [asdict(known) for known in self.critical],
            "runners": [runner.row() for runner in self.runners],
        }


@dataclass(frozen=True, kw_only=True)
class Escape:
    """How many steps it took from (1, offset) on the saddle (x^2 - y^2) / 2 until |y| >= 1; None: not within the steps allowed."""

    optimiser: str
    offset: float
    rate: float
    angle: float
    steps: int | None

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return asdict(self)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
