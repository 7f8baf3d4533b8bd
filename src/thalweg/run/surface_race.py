"""A race: every optimiser from the same start over a surface, each at the best of the same rates, which run as one population."""

import math
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch

from thalweg.core.catalogue import settle
from thalweg.core.entries import Optimiser
from thalweg.core.errors import ConfigError, unknown
from thalweg.core.knobs import Integer, Number
from thalweg.optimise import OPTIMISERS
from thalweg.run.surface_choice import best_attempt
from thalweg.run.surface_course import Course, finished, following
from thalweg.run.surface_ending import ending
from thalweg.run.surface_landscape import Landscape, Point, landscape
from thalweg.run.surface_objective import hessian_eigenvalues
from thalweg.run.surface_record import Attempt, Race, Runner
from thalweg.run.surface_verdict import verdict
from thalweg.surface import SURFACES

RATES = tuple(10 ** (power / 3) for power in range(-12, 4))
"""Sixteen rates from 1e-4 to 10, three a decade, 1 among them."""

MOST_STEPS = 1_000_000
FARTHEST = 1e6

TUNED = ("rate", "scale")
"""The knobs that say how far a method steps; the first that an optimiser has is tuned."""


def race_surface(
    surface: str,
    *,
    optimisers: Sequence[str] | None = None,
    start: Point | None = None,
    steps: int = 300,
    angle: int | float = 0.0,
    rates: Sequence[int | float] = RATES,
    seed: int = 0,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    watch: Callable[[str], None] = lambda name: None,
) -> Race:
    """Let optimisers (by default `runners_by_default()`) run `steps` steps from `start`, each at the best of the given rates.

    What is tuned is `rate`, for a method without one `scale`; a method with neither runs as it is. `best_attempt` says which rate wins:
    the one with the lowest final value, on a surface without a lowest value the one that is first over the finish, where it stays.
    `start` is in the surface's own coordinates and turned by `angle` degrees with it, so that a method which is invariant to rotations
    makes the same path, turned. `settings` sets knobs by optimiser, as {"momentum": {"momentum": 0.5}}; a tuned knob that is set there is
    not tuned. `watch` is called with each optimiser's name as its turn comes.

    Raises `ConfigError` on unknown names, a start that is too far out or already beyond the finish, bad steps and bad rates.
    """
    race = lined_up(surface, start=start, steps=steps, angle=angle, seed=seed)
    names = list(dict.fromkeys(optimisers)) if optimisers is not None else runners_by_default()
    known = [OPTIMISERS.get(name).name for name in names]
    _check(known, rates, settings or {})
    runners = []
    for name in known:
        watch(name)
        runners.append(finished(running(race, name, rates=rates, given=(settings or {}).get(name, {}))))
    return replace(race, runners=tuple(runners))


def lined_up(surface: str, *, start: Point | None = None, steps: int = 300, angle: int | float = 0.0, seed: int = 0) -> Race:
    """Return a race before it begins: its ground, its start and its window, and no runner yet.

    Raises `ConfigError` as `race_surface` does.
    """
    ground = landscape(surface, angle=angle)
    if not 1 <= steps <= MOST_STEPS:
        raise ConfigError(f"steps must be a whole number in [1, {MOST_STEPS:,}]; got {steps}.")
    begin = ground.turned(_checked_start(ground, ground.surface.start if start is None else start))
    return Race(
        surface=ground.surface.name,
        formula=ground.surface.formula,
        knobs=ground.knobs,
        angle=ground.angle,
        start=begin,
        steps=steps,
        seed=seed,
        window=_window(ground, begin),
        critical=ground.critical,
        finish=ground.surface.finish,
        runners=(),
    )


def runners_by_default() -> list[str]:
    """Return the optimisers that run on any function: all but those that solve linear scores."""
    return [entry.name for entry in OPTIMISERS if entry.reached is None]


def stacked_settings(entry: Optimiser, given: Mapping[str, Any], *, knob: str | None, rates: Sequence[int | float]) -> dict[str, Any]:
    """Return the knobs as an optimiser gets them, one member a rate: `knob` takes the rates, other numbers are the same for all members."""
    chosen = settle(entry, given, kind="optimiser")
    known = {each.name: each for each in entry.knobs}
    members = len(rates) if knob is not None else 1
    rows = {name: [value] * members for name, value in chosen.items()}
    if knob is not None:
        rows[knob] = [known[knob].check(float(rate)) for rate in rates]
    return {name: torch.tensor(row, dtype=torch.float64) if _stacks(known[name]) else row[0] for name, row in rows.items()}


def running(race: Race, optimiser: str, *, rates: Sequence[int | float] = RATES, given: Mapping[str, Any]) -> Generator[int, None, Runner]:
    """Run all rates of one optimiser over a race's ground, and return the runner at the best; every step's number is yielded."""
    entry, ground = OPTIMISERS.get(optimiser), Landscape(surface=SURFACES.get(race.surface), knobs=race.knobs, angle=race.angle)
    steps, seed, rates = race.steps, race.seed, sorted(set(rates))
    free = [knob.name for knob in entry.knobs if knob.name not in given]
    knob = next((name for name in TUNED if name in free), None)
    settings = stacked_settings(entry, given, knob=knob, rates=rates)
    starts = torch.tensor([race.start], dtype=torch.float64).repeat(len(rates) if knob else 1, 1)
    course = yield from following(entry, ground, starts, settings, steps=steps, seed=seed)
    tried = [_attempt(course, ground, member, None if knob is None else float(rates[member])) for member in range(len(starts))]
    best = best_attempt(tried, course.values.numpy(), ground.surface.finish)
    path, values, norms = course.points[:, best], course.values[:, best], course.gradient_norms[:, best]
    eigenvalues = hessian_eigenvalues(ground, path)
    until = steps if tried[best].ended.step is None else tried[best].ended.step
    return Runner(
        optimiser=entry.name,
        tuned=knob,
        rate=tried[best].rate,
        settings={name: float(value[best]) if isinstance(value, torch.Tensor) else value for name, value in settings.items()},
        path=path.numpy(),
        values=values.numpy(),
        gradient_norms=norms.numpy(),
        eigenvalues=eigenvalues.numpy(),
        ended=tried[best].ended,
        verdict=verdict(float(norms[-1]), *eigenvalues[-1].tolist()),
        evaluations=int(course.evaluations[until, best]),
        attempts=tuple(tried),
    )


def _attempt(course: Course, ground: Landscape, member: int, rate: float | None) -> Attempt:
    path, values = course.points[:, member], course.values[:, member]
    low, high = hessian_eigenvalues(ground, path[-1:])[0].tolist()
    kind = verdict(float(course.gradient_norms[-1, member]), low, high).kind
    ended = ending(path.numpy(), values.numpy(), course.diverged[member], ground, kind=kind)
    return Attempt(rate=rate, ended=ended, final=float(values[-1]), lowest=float(values.min()))


def _stacks(knob: Any) -> bool:
    return isinstance(knob, Number) and not isinstance(knob, Integer)


def _checked_start(ground: Landscape, start: Point) -> Point:
    """Return the start, if a race can begin there."""
    if len(start) != 2 or not all(abs(place) <= FARTHEST for place in start):
        raise ConfigError(f"start must be two numbers in [-{FARTHEST:g}, {FARTHEST:g}], as -1.5,2; got {','.join(map(str, start))}.")
    value = float(ground.surface.value(torch.tensor(start, dtype=torch.float64), **ground.knobs))
    finish = ground.surface.finish
    if finish is not None and value <= finish:
        raise ConfigError(
            f"{ground.surface.name} is {value:g} at the start {start[0]:g},{start[1]:g}, which is already beyond the finish at {finish:g}. "
            f"Start nearer to the critical point, as at {ground.surface.start[0]:g},{ground.surface.start[1]:g}."
        )
    return (float(start[0]), float(start[1]))


def _window(ground: Landscape, start: Point) -> tuple[float, float, float, float]:
    """Return the landscape's window, made larger where the start lies outside it or within a twentieth of its edge."""
    left, right, bottom, top = ground.window
    wide, high = (right - left) / 20, (top - bottom) / 20
    return (min(left, start[0] - wide), max(right, start[0] + wide), min(bottom, start[1] - high), max(top, start[1] + high))


def _check(names: Sequence[str], rates: Sequence[int | float], settings: Mapping[str, Mapping[str, Any]]) -> None:
    if not names:
        raise ConfigError(f"a race needs at least one optimiser; known: {', '.join(OPTIMISERS.names())}.")
    if not rates or not all(0 < rate < math.inf for rate in rates):
        raise ConfigError(f"rates must be one or more numbers in (0, inf), as 0.01,0.1; got {','.join(map(str, rates)) or 'none'}.")
    for name, knobs in settings.items():
        if name not in names:
            raise unknown("runner", name, names)
        settle(OPTIMISERS.get(name), knobs, kind="optimiser")
