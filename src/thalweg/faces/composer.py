"""Composer: combinations of values to recipes, each without the knobs that it has no use for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from thalweg.core.errors import ConfigError
from thalweg.faces.fields import field_of, given_from_words
from thalweg.faces.words import compose
from thalweg.run.recipe import CATALOGUES, Part, Recipe


@dataclass(frozen=True, kw_only=True)
class Point:
    """One member of a sweep: its recipe, and its values of the options that vary, by name.

    Seed and fold are in the recipe only: points that differ in nothing else repeat one candidate. A list of entries is written as on the
    command line, None is `none`; an option that the point has no use for is left out.
    """

    settings: Mapping[str, Any]
    recipe: Recipe


class Composer:
    """Makes recipes of combinations of values, and tells which of the values a combination has a use for."""

    def __init__(self, base: Mapping[str, Any], varying: set[str]) -> None:
        self.base, self.varying = base, varying
        self.entries: dict[str, list[tuple[str, Part]]] = {}

    def given(self, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return choices and knobs as `compose` takes them."""
        own, knobs = given_from_words(values)
        return {**self.base, **own, "data": {**self.base["data"], **own.get("data", {})}}, knobs

    def recipe(self, values: Mapping[str, Any]) -> Recipe:
        """Compose a recipe; an error begins with the settings that vary."""
        try:
            return compose(*self.given(values))
        except ConfigError as error:
            where = ", ".join(f"{name} {value}" for name, value in self.settings(values).items())
            raise ConfigError(f"{where}: {error}" if where else str(error)) from None

    def settings(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values that vary, as a person reads them."""
        return {name.replace("-", "_"): _shown(value) for name, value in values.items() if name in self.varying}

    def useful(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values without the knobs that no entry chosen by the others has."""
        chosen = {name: value for name, value in values.items() if field_of(name) or name in CATALOGUES["penalty"].names()}
        key = repr(chosen)
        if key not in self.entries:
            self.entries[key] = list(_entries(self.recipe(chosen)))
        return {name: value for name, value in values.items() if name in chosen or _has(self.entries[key], name)}


def points_of(composer: Composer, combined: Sequence[Mapping[str, Any]]) -> list[Point]:
    """Compose every combination, equal recipes once; a knob that no combination has a use for is an error."""
    useful = [composer.useful(values) for values in combined]
    known = {name for values in useful for name in values}
    for name, value in combined[0].items():
        if name not in known:
            compose(*composer.given({**useful[0], name: value}))
    found: dict[str, Point] = {}
    for values in {repr(values): values for values in useful}.values():
        recipe = composer.recipe(values)
        found.setdefault(recipe.fingerprint, Point(settings=composer.settings(values), recipe=recipe))
    return list(found.values())


def _entries(recipe: Recipe) -> Iterator[tuple[str, Part]]:
    for field in CATALOGUES:
        given = getattr(recipe, field)
        yield from ((field, part) for part in (given if isinstance(given, tuple) else (given,)) if part is not None)


def _has(entries: Sequence[tuple[str, Part]], name: str) -> bool:
    place, _, knob = name.replace("-", "_").rpartition(".")
    return any(knob in part.knobs and meant(place, field, part.name) for field, part in entries)


def _shown(value: Any) -> Any:
    """Return a value as it stands among a point's settings: a number, a word, or a tuple of numbers."""
    if value is None or value == []:
        return "none"
    if isinstance(value, Mapping):
        knobs = ", ".join(f"{knob} {_shown(given)}" for knob, given in value.items() if knob != "name")
        return knobs if "name" not in value else f"{value['name']} ({knobs})" if knobs else value["name"]
    return ",".join(str(_shown(item)) for item in value) if isinstance(value, list) else value


def meant(place: str, field: str, entry: str) -> bool:
    """Whether the place before a knob's name, as in `optimiser.rate`, means an entry: its catalogue, its name, or nothing at all."""
    return place in ("", field, entry.replace("-", "_"))
