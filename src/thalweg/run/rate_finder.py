"""Rate finder: the loss of several seeds while their rate grows by one factor a step, on the same batches, as one population."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float64

from thalweg.core.entries import Optimiser
from thalweg.core.errors import ConfigError
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress, Silent, stage
from thalweg.optimise import OPTIMISERS
from thalweg.run.conduct import first_state, workers
from thalweg.run.memory import keep_freed_memory
from thalweg.run.rate_curvature import Curvature, curvatures
from thalweg.run.rate_ramp import Ramp, at_the_start
from thalweg.run.rate_record import RateRamps
from thalweg.run.recipe import Recipe
from thalweg.run.setting import Setting, settle_down
from thalweg.run.state import State

BELOW, ABOVE = 1e-5, 1e4
"""The ramp runs from this to this times the recipe's own rate."""
FEWEST_STEPS, MOST_STEPS = 20, 100_000


def find_rate(
    images: ImageSet,
    recipe: Recipe,
    *,
    seeds: int = 3,
    low: float | None = None,
    high: float | None = None,
    steps: int = 200,
    curvature_examples: int = 2000,
    progress: Progress | None = None,
) -> RateRamps:
    """Let the rate grow from `low` to `high` by one factor in each of `steps` steps, once a seed, and record every batch loss.

    rate_t = low (high / low)^(t / (steps - 1)); the limits are by default 1e-5 and 1e4 times the recipe's own rate. The seeds are members
    of one population: each begins with its own weights, all see the same batches, over and over where the data are few. The recipe's
    schedules are left out, for the ramp takes their place, and so is an average. The ramp ends early when all seeds are lost.

    Raises `ConfigError` where the optimiser has no rate, on limits that are no interval, and on too few steps or seeds.
    """
    keep_freed_memory()
    rates = _rates(recipe, low=low, high=high, steps=steps, seeds=seeds)
    setting = settle_down(_members(recipe, float(rates[0]), seeds=seeds), images.numbered_for(recipe.classes or images.classes))
    with workers(setting) as equipped:
        ramp = Ramp(equipped, rates, progress or Silent())
        state = first_state(equipped, None)
        with stage(progress or Silent(), "noise, curvature", 2, "parts") as done:
            start, noise = at_the_start(ramp.loop, state)
            if not np.isfinite(start).all():
                raise ConfigError("the loss is not finite before the first step: use a smaller initial scale, or --prepare standardise.")
            done()
            found, silence = _curvatures(equipped, state, examples=curvature_examples)
            done()
        losses = ramp.climb(state, start)
    predicted, quiet = _predicted(recipe, found)
    return RateRamps(
        recipe=recipe,
        rates=rates,
        losses=losses,
        seeds=setting.members.seeds,
        start=start,
        noise=noise,
        batch=recipe.batch_size(ramp.loop.examples),
        examples=ramp.loop.examples,
        curvatures=found,
        curvature_examples=min(curvature_examples, ramp.loop.examples),
        predicted=predicted,
        silence=silence or quiet,
        notes=_notes(recipe),
    )


def _rates(recipe: Recipe, *, low: float | None, high: float | None, steps: int, seeds: int) -> Float64[np.ndarray, " steps"]:
    """Check what was asked for and return the rates."""
    own = recipe.optimiser.knobs.get("rate")
    if own is None:
        known = ", ".join(entry.name for entry in OPTIMISERS if any(knob.name == "rate" for knob in entry.knobs))
        raise ConfigError(f"optimiser {recipe.optimiser.name!r} has no rate to find; choose one that has: {known}.")
    if recipe.start is not None:
        raise ConfigError("the rate finder begins from fresh weights; leave out --from.")
    if seeds < 1:
        raise ConfigError(f"seeds must be at least 1; got {seeds}.")
    if not FEWEST_STEPS <= steps <= MOST_STEPS:
        raise ConfigError(f"steps must be a whole number in [{FEWEST_STEPS}, {MOST_STEPS}]; got {steps}.")
    first, last = (BELOW * own if low is None else low), (ABOVE * own if high is None else high)
    if not (0 < first < last < math.inf):
        raise ConfigError(f"low and high must be rates with 0 < low < high; got {first:g} and {last:g}.")
    return np.geomspace(first, last, steps)


def _members(recipe: Recipe, rate: float, *, seeds: int) -> list[Recipe]:
    """Return the recipe once a seed, on the same data, with the lowest rate and nothing that changes it."""
    optimiser = {**recipe.optimiser.flat, "rate": rate}
    plain = recipe.with_changes(optimiser=optimiser, schedule=(), average=None, data_seed=recipe.shared_seed)
    return [plain.with_changes(seed=recipe.seed + number) for number in range(seeds)]


def _curvatures(setting: Setting, state: State, *, examples: int) -> tuple[tuple[Curvature, ...], str]:
    """Return the curvature at every seed's start; none, and why, where a module cannot be differentiated twice."""
    try:
        found = curvatures(setting, state, examples=examples)
    except (RuntimeError, NotImplementedError) as error:
        return (), f"the curvature could not be measured: {str(error).splitlines()[0]}"
    bad = any(not math.isfinite(each.value) for each in found)
    return ((), "the curvature at the start is not finite") if bad else (found, "")


def _predicted(recipe: Recipe, found: Sequence[Curvature]) -> tuple[tuple[float | None, ...], str]:
    """Return the rate at which each seed should begin to diverge by the optimiser's own rule, and why where there is none."""
    entry: Optimiser = OPTIMISERS.get(recipe.optimiser.name)
    knobs: Mapping[str, Any] = recipe.optimiser.knobs
    if entry.stable_rate is None:
        return (None,) * len(found), f"{entry.name} has no fixed limit on a quadratic, so nothing is predicted"
    rates = tuple(entry.stable_rate(knobs, each.value) if each.value > each.residual else None for each in found)
    flat = any(rate is None for rate in rates)
    return rates, "the loss has no positive curvature at the start, so nothing is predicted" if flat else ""


def _notes(recipe: Recipe) -> tuple[str, ...]:
    notes = []
    if recipe.schedule:
        notes.append(f"The schedule ({', '.join(part.name for part in recipe.schedule)}) is left out: the ramp takes its place.")
    if recipe.average is not None:
        notes.append("The average is left out: losses are those of the weights themselves.")
    if recipe.clip is not None:
        notes.append(f"Gradients are clipped at {recipe.clip:g}, which holds divergence up; what is predicted holds without.")
    return tuple(notes)
