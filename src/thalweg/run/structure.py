"""Structure: which settings the members of one population share, and in which numbers they may differ.

Members may differ in seed, clip, patience and fold, and in every real number among the knobs of optimiser, loss, penalties, schedules and
average: those are stacked, one value a member. All else decides what is computed, so recipes that differ there train one after another.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from thalweg.core.knobs import Integer, Number
from thalweg.run.recipe import ASIDE, CATALOGUES, Part, Recipe

OWN_FIELDS = ("seed", "clip", "patience")
"""Settings of a recipe that each member has for itself."""

OWN_NUMBERS = ("optimiser", "loss", "penalty", "schedule", "average")
"""Catalogues of whose entries each member has the real numbers for itself."""


def structure(recipe: Recipe) -> str:
    """Return a key that is equal exactly for recipes that can train as one population: SHA-256 of all that its members share.

    The seed of the data counts (`Recipe.shared_seed`), for all members see the same batches; so members that differ in `seed` need an
    equal `data_seed`.

    >>> one = Recipe(optimiser="adam", clip=1.0)
    >>> structure(one) == structure(Recipe(optimiser={"name": "adam", "rate": 0.1})), structure(one) == structure(Recipe())
    (True, False)
    """
    left_out = {"data_seed", *OWN_FIELDS, *ASIDE, *CATALOGUES}
    shared = recipe.model_dump(mode="json", exclude=left_out)
    shared["shared_seed"] = recipe.shared_seed
    shared["data"].pop("fold")
    entries = {field: [[part.name, _shared(field, part)] for part in _parts(recipe, field)] for field in CATALOGUES}
    return hashlib.sha256(json.dumps([shared, entries], sort_keys=True).encode()).hexdigest()


def varying(recipes: Sequence[Recipe]) -> dict[str, tuple[Any, ...]]:
    """Return the settings that are not the same in all recipes, by dotted name, with one value a recipe (None where it has none).

    A single entry is `optimiser` with its name and `optimiser.rate` for a knob; of several, `penalty` is their names and
    `penalty.l2.strength` a knob (`schedule.step-2.factor` of the second of that name).
    Settings that leave what comes out as it is do not count.

    >>> varying([Recipe(clip=1.0), Recipe(clip=0.5, seed=3)])
    {'seed': (0, 3), 'clip': (1.0, 0.5)}
    """
    laid = [dict(_laid(recipe)) for recipe in recipes]
    names = dict.fromkeys(name for one in laid for name in one)
    rows = {name: tuple(one.get(name) for one in laid) for name in names}
    return {name: values for name, values in rows.items() if any(value != values[0] for value in values)}


def _parts(recipe: Recipe, field: str) -> tuple[Part, ...]:
    given = getattr(recipe, field)
    return given if isinstance(given, tuple) else () if given is None else (given,)


def _shared(field: str, part: Part) -> Mapping[str, Any]:
    """Return the knobs of an entry that all members of a population share."""
    if field not in OWN_NUMBERS:
        return part.knobs
    own = {knob.name for knob in CATALOGUES[field].get(part.name).knobs if isinstance(knob, Number) and not isinstance(knob, Integer)}
    return {name: value for name, value in part.knobs.items() if name not in own}


def _laid(recipe: Recipe) -> Iterator[tuple[str, Any]]:
    """Yield every setting by its dotted name, in the order of the recipe's fields."""
    for field in Recipe.model_fields:
        if field in CATALOGUES:
            yield from _laid_parts(recipe, field)
        elif field == "data":
            yield from ((f"data.{name}", value) for name, value in recipe.data)
        elif field not in ASIDE:
            yield field, getattr(recipe, field)


def _laid_parts(recipe: Recipe, field: str) -> Iterator[tuple[str, Any]]:
    found = _parts(recipe, field)
    names = [part.name for part in found]
    yield field, ", ".join(names) or None
    alone = not isinstance(getattr(recipe, field), tuple)
    for place, part in enumerate(found):
        again = names[: place + 1].count(part.name)
        prefix = field if alone else f"{field}.{part.name}" + (f"-{again}" if again > 1 else "")
        yield from ((f"{prefix}.{knob}", value) for knob, value in part.knobs.items())
