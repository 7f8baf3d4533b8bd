"""The course of a population over a landscape: every member's steps, until it ends."""

import math
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from jaxtyping import Float64
from torch import Tensor

from thalweg.core.entries import Optimiser
from thalweg.core.seeds import Generators
from thalweg.core.tree import norm
from thalweg.run.surface_landscape import Landscape
from thalweg.run.surface_objective import SurfaceObjective

Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True, eq=False)
class Course:
    """Where all members went: points, heights and slopes at steps 0, 1, ...; `diverged` names the step that was not finite.

    `evaluations` counts what had been asked when a step began and all steps before it were done.
    """

    points: Float64[Tensor, "steps members 2"]
    values: Float64[Tensor, "steps members"]
    gradient_norms: Float64[Tensor, "steps members"]
    diverged: tuple[int | None, ...]
    evaluations: Float64[Tensor, "steps members"]


def follow(
    entry: Optimiser, ground: Landscape, starts: Float64[Tensor, "members 2"], settings: Mapping[str, Any], *, steps: int, seed: int
) -> Course:
    """Take `steps` steps with every member; one that is no longer finite, or has crossed the finish, stays where it was."""
    return finished(following(entry, ground, starts, settings, steps=steps, seed=seed))


def finished(work: Generator[Any, None, Result]) -> Result:
    """Do all of a piece of work that stops now and then, and return what it comes to.

    >>> def two():
    ...     yield 1
    ...     return 2
    >>> finished(two())
    2
    """
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def following(
    entry: Optimiser, ground: Landscape, starts: Float64[Tensor, "members 2"], settings: Mapping[str, Any], *, steps: int, seed: int
) -> Generator[int, None, Course]:
    """Do as `follow` does, and stop after every step: its number is yielded."""
    objective, asking = SurfaceObjective(ground, starts), SurfaceObjective(ground, starts)
    finish = -math.inf if ground.surface.finish is None else ground.surface.finish
    params = {"point": torch.zeros_like(starts)}
    state = entry.init(params, settings)
    value, slope = objective.value_and_gradient(params)
    lost, asked = torch.zeros(len(starts), dtype=torch.int64), torch.zeros(len(starts), dtype=torch.float64)
    trail = [(starts, value, norm(slope), asked)]
    for step in range(steps):
        running = (lost == 0) & (value > finish)
        before, asking.asked = params, 0
        moved, state, info = entry.step(asking, params, state, settings, Generators([seed] * len(starts), "surface", step))
        asked = asked + torch.where(running, info.get("evaluations", torch.full_like(asked, asking.asked)), 0.0)
        height, tilt = objective.value_and_gradient(moved)
        size = norm(tilt)
        fine = moved["point"].isfinite().all(1) & height.isfinite() & size.isfinite()
        lost = torch.where(running & ~fine, step + 1, lost)
        going = running & fine
        params = {"point": torch.where(going[:, None], moved["point"], before["point"])}
        value, size = torch.where(going, height, value), torch.where(going, size, trail[-1][2])
        trail.append((starts + params["point"], value, size, asked))
        if not going.any():
            break
        yield step + 1
    trail += [trail[-1]] * (steps + 1 - len(trail))
    points, values, norms, evaluations = (torch.stack(part) for part in zip(*trail, strict=True))
    diverged = tuple(step or None for step in lost.tolist())
    return Course(points=points, values=values, gradient_norms=norms, diverged=diverged, evaluations=evaluations)
