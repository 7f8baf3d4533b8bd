"""Words of a race: which optimisers, and what all of them have in common, from a command's options or from Python."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from thalweg.core.errors import ConfigError, DataError, nearest
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress
from thalweg.core.visible import visible
from thalweg.faces import api
from thalweg.faces._consent import refuse_foreign
from thalweg.faces.fields import recipe_from_words
from thalweg.faces.words import read_own, words_of
from thalweg.optimise import OPTIMISERS
from thalweg.run.recipe import Recipe
from thalweg.run.surface_race import TUNED
from thalweg.surface import SURFACES

Settings = dict[str, dict[str, Any]]
"""Knobs by optimiser."""


def base_recipe(data: str, loose: Mapping[str, Any], *, recipe: Recipe | None = None, trust_code: bool = False) -> tuple[Recipe, Settings]:
    """Return the recipe that all optimisers share, and the knobs that single ones are given: `{"momentum.momentum": "0.5"}`.

    Where nothing is said, the rate is constant and what counts is the loss, for an optimiser is made to bring that down. A recipe, or
    a recipe file, is raced as it is, its optimiser aside.

    Raises `ConfigError` on `optimiser` and on a rate for all, and wherever `train` does.

    >>> recipe, settings = base_recipe("digits", {"epochs": "3", "momentum.momentum": "0.5"})
    >>> recipe.epochs, recipe.monitor, recipe.schedule, settings
    (3, 'loss', (), {'momentum': {'momentum': 0.5}})
    """
    shared, settings = _divided(loose)
    if "optimiser" in shared:
        raise ConfigError(f"a race takes optimisers, several with commas between or all; leave out optimiser ({shared['optimiser']}).")
    fixed = next((name for name in TUNED if name in shared), None)
    if fixed is not None:
        raise ConfigError(f"a race tunes every optimiser's {fixed}; leave out {fixed}, or set a single optimiser's, as --sgd.{fixed} 0.1.")
    if recipe is not None:
        if shared:
            raise ConfigError("give either a recipe or settings, not both; recipe.with_changes(...) changes one.")
        return recipe, settings
    if not data.endswith(".toml"):
        shared = {"monitor": "loss", "schedule": [], **shared, "optimiser": "sgd"}
    chosen = recipe_from_words(data, shared)
    refuse_foreign(chosen, data, trusted=trust_code or "score" in shared)
    return chosen, settings


def names_of(optimisers: str | Sequence[str]) -> tuple[str, ...] | None:
    """Return the optimisers asked for, None for all.

    >>> names_of("all"), names_of("sgd, adam"), names_of(["sgd"])
    (None, ('sgd', 'adam'), ('sgd',))
    """
    if isinstance(optimisers, str):
        return None if optimisers.strip() == "all" else tuple(words_of(optimisers))
    return None if list(optimisers) == ["all"] else tuple(optimisers)


def surface_of(data: str) -> bool:
    """Whether a word names a surface, with or without its knob; a folder of that name is written ./name.

    >>> surface_of("quadratic:100"), surface_of("./saddle"), surface_of("digits")
    (True, False, False)
    """
    return data.partition(":")[0] in SURFACES.names()


def pictures(recipe: Recipe, *, progress: Progress) -> ImageSet:
    """Load the data of a race; what is neither data nor a surface is told that it could have been either."""
    source = recipe.data.source
    try:
        return api.load_data(recipe, progress=progress)
    except DataError as error:
        if os.path.lexists(source):
            raise
        surfaces = SURFACES.names()
        near = visible(nearest(source.partition(":")[0], surfaces))
        raise DataError(f"{error} Nor is it a surface.{near} Surfaces: {', '.join(surfaces)}.") from None


def _divided(loose: Mapping[str, Any]) -> tuple[dict[str, Any], Settings]:
    """Tell knobs of single optimisers (`adam.beta1`) from what all share."""
    shared: dict[str, Any] = {}
    settings: Settings = {}
    for name, value in loose.items():
        place, _, knob = name.replace("_", "-").rpartition(".")
        if place in OPTIMISERS.names():
            settings.setdefault(place, {})[knob.replace("-", "_")] = read_own(place, knob.replace("-", "_"), value)
        else:
            shared[name] = value
    return shared, settings


def whole(name: str, text: str) -> int:
    """Read a whole number.

    >>> whole("rates", "7")
    7
    """
    try:
        return int(text)
    except ValueError:
        raise ConfigError(f"{name} must be a whole number; got {text!r}.") from None
