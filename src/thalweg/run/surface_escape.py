"""How long it takes to leave a saddle, and what theory says of it for gradient descent."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch

from thalweg.core.errors import ConfigError
from thalweg.optimise import OPTIMISERS
from thalweg.run.surface_course import follow
from thalweg.run.surface_landscape import landscape
from thalweg.run.surface_race import stacked_settings
from thalweg.run.surface_record import Escape


def escape_steps(
    optimiser: str,
    *,
    offsets: Sequence[int | float] = (1e-2, 1e-4, 1e-6, 1e-8),
    rate: int | float = 0.01,
    angle: int | float = 0.0,
    most: int = 10_000,
    seed: int = 0,
    settings: Mapping[str, Any] | None = None,
) -> tuple[Escape, ...]:
    """Count the steps from (1, offset) on the saddle (x^2 - y^2) / 2 until |y| >= 1, for every offset; all run as one population.

    Gradient descent takes as long as `descent_theory` says, longer the nearer it begins to the ridge; methods that divide by the size of
    the gradient take a number of steps that hardly depends on the offset. `angle` turns saddle, start and the direction y together:
    that changes nothing for gradient descent, much for Adam. None stands for a saddle not left within `most` steps.

    Raises `ConfigError` on an unknown optimiser, one without a rate, an offset outside (0, 1) or fewer than one step.

    >>> [escape.steps for escape in escape_steps("sgd", offsets=(0.25, 0.0625), rate=1.0)]
    [2, 4]
    """
    entry, ground = OPTIMISERS.get(optimiser), landscape("saddle", angle=angle)
    if not any(knob.name == "rate" for knob in entry.knobs):
        raise ConfigError(f"optimiser {optimiser!r} has no rate, and so no escape time at a rate. Choose one that has.")
    if not offsets or not all(0 < offset < 1 for offset in offsets):
        raise ConfigError(f"offsets must be one or more numbers in (0, 1); got {', '.join(map(str, offsets)) or 'none'}.")
    if most < 1:
        raise ConfigError(f"most must be a whole number >= 1; got {most}.")
    members = stacked_settings(entry, settings or {}, knob="rate", rates=[rate] * len(offsets))
    starts = torch.tensor([ground.turned((1.0, offset)) for offset in offsets], dtype=torch.float64)
    course = follow(entry, ground, starts, members, steps=most, seed=seed)
    heights = (course.points @ ground.rotation)[..., 1].abs()
    return tuple(
        Escape(optimiser=optimiser, offset=float(offset), rate=float(rate), angle=ground.angle, steps=_first(heights[:, member] >= 1))
        for member, offset in enumerate(offsets)
    )


def descent_theory(offset: float, rate: float) -> float:
    """Return ln(1 / offset) / ln(1 + rate), the steps that y <- (1 + rate) y takes from `offset` to 1; the next whole number is taken.

    >>> round(descent_theory(0.01, 0.01), 1), round(descent_theory(1e-8, 0.01), 1)
    (462.8, 1851.3)
    """
    return math.log(1 / offset) / math.log1p(rate)


def _first(mask: torch.Tensor) -> int | None:
    return int(mask.to(torch.int8).argmax()) if bool(mask.any()) else None
