"""Entrants: which optimisers can train a recipe, and over which values the step size of each is tuned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from thalweg.core.entries import Optimiser
from thalweg.core.errors import ConfigError, unknown
from thalweg.core.knobs import Number
from thalweg.optimise import OPTIMISERS
from thalweg.run.recipe import Recipe
from thalweg.run.surface_race import TUNED

MOST_RATES = 61


@dataclass(frozen=True, kw_only=True)
class Entrant:
    """An optimiser that enters a race: its recipe, and the knob that is tuned over `values`, ascending (None: nothing is tuned)."""

    optimiser: str
    recipe: Recipe
    given: Mapping[str, Any]
    knob: str | None = None
    values: tuple[float, ...] = ()

    def at(self, value: float | None, *, seed: int) -> Recipe:
        """Return the recipe at a value of the tuned knob; members of all entrants with one seed start from the same weights."""
        tuned = {} if self.knob is None else {self.knob: value}
        optimiser = {"name": self.optimiser, **self.recipe.optimiser.knobs, **tuned}
        return self.recipe.with_changes(optimiser=optimiser, seed=seed, data_seed=self.recipe.shared_seed)


class LeftOut(NamedTuple):
    """An optimiser that cannot train the recipe, and why."""

    optimiser: str
    reason: str


def entrants(
    base: Recipe, names: Sequence[str] | None, *, rates: int, settings: Mapping[str, Mapping[str, Any]]
) -> tuple[tuple[Entrant, ...], tuple[LeftOut, ...]]:
    """Return the optimisers that enter, and (where `names` is None: all there are) those that cannot train the recipe.

    The recipe stays as it is but for the optimiser, which has its defaults and the knobs that `settings` gives it. Methods made for the
    whole training set keep to it whatever the recipe's batch; a schedule does not reach those that have no rate. The first knob of
    `TUNED` that an optimiser has and `settings` does not set takes the values of `grid`.

    Raises `ConfigError` on unknown names, names given twice, settings of who does not enter, no name at all, and on a named optimiser
    that cannot train the recipe.
    """
    asked = OPTIMISERS.names() if names is None else list(names)
    known = [OPTIMISERS.get(name) for name in asked]
    twice = next((name for name in asked if asked.count(name) > 1), None)
    if twice is not None:
        raise ConfigError(f"optimiser {twice!r} is named twice; name each once.")
    for name in settings:
        if name not in asked:
            raise unknown("optimiser of this race", name, asked)
    found, left = [], []
    for entry in known:
        try:
            found.append(_entrant(base, entry, settings.get(entry.name, {}), rates=rates))
        except ConfigError as error:
            if names is not None or entry.name in settings:
                raise ConfigError(f"{entry.name} cannot race here: {error}") from None
            left.append(LeftOut(entry.name, str(error)))
    if not found:
        raise ConfigError(f"no optimiser can train this recipe: {left[0].reason}" if left else "a race needs at least one optimiser.")
    return tuple(found), tuple(left)


def grid(centre: int | float, rates: int) -> tuple[float, ...]:
    """Return `rates` values in half decades around `centre`, ascending, to three digits, so that what a table shows is what was run.

    centre * 10^(k / 2) for k = -(rates - 1) / 2, ..., (rates - 1) / 2. Raises `ConfigError` unless `rates` is odd, so that the default
    is among them.

    >>> grid(0.1, 5)
    (0.01, 0.0316, 0.1, 0.316, 1.0)
    """
    if not 1 <= rates <= MOST_RATES or rates % 2 == 0:
        raise ConfigError(
            f"rates must be an odd number in [1, {MOST_RATES}], so that each optimiser's default is in the middle; got {rates}."
        )
    half = rates // 2
    return tuple(float(f"{centre * 10 ** (power / 2):.3g}") if power else float(centre) for power in range(-half, half + 1))


def _entrant(base: Recipe, entry: Optimiser, given: Mapping[str, Any], *, rates: int) -> Entrant:
    changes: dict[str, Any] = {"optimiser": {"name": entry.name, **given}}
    if entry.full_batch:
        changes["batch"] = None
    if all(knob.name != "rate" for knob in entry.knobs):
        changes["schedule"] = ()
    entrant = Entrant(optimiser=entry.name, recipe=base.with_changes(**changes), given=dict(given))
    knob = next((knob for name in TUNED for knob in entry.knobs if knob.name == name and name not in given), None)
    if knob is None:
        return entrant
    assert isinstance(knob, Number)
    return replace(entrant, knob=knob.name, values=grid(knob.default, rates))
