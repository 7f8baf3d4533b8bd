"""Words to recipes: what a person writes on a command line or passes to `tw.train` becomes a recipe.

Every knob of a chosen entry is an option of its own name (`--margin 2`); where two chosen entries have it, the option is written with
its place (`--optimiser.momentum 0.9`); a penalty's name is an option with its strength (`--l2 1e-4`). What the person leaves open is filled
in by what suits the score function.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from thalweg.core.entries import Entry
from thalweg.core.errors import ConfigError
from thalweg.core.knobs import Flag
from thalweg.evidence import EVIDENCE
from thalweg.faces.misspelt import suggestion
from thalweg.run.recipe import CATALOGUES, DataPart, Recipe
from thalweg.run.store import Store

WITH_AN_AIM = 200
SEVERAL = ("prepare", "augment", "penalty", "schedule")


def compose(choices: Mapping[str, Any], knobs: Mapping[str, Any]) -> Recipe:
    """Make a recipe from choices (recipe settings by name) and loose knobs (values, or texts from a command line)."""
    settings = _with_penalties(dict(choices), knobs)
    loose = {name: value for name, value in knobs.items() if name not in CATALOGUES["penalty"].names()}
    given = set(settings)
    settings = suited(settings)
    chosen = _chosen(settings)
    for name, value in loose.items():
        place, knob = _find(name, chosen, given)
        entry = CATALOGUES[place[0]].get(chosen[place]["name"])
        chosen[place][knob] = _read(entry, knob, value)
    for field in CATALOGUES:
        own = [chosen[place] for place in sorted(chosen) if place[0] == field]
        if own:
            settings[field] = own if field in SEVERAL else own[0]
    return Recipe.make(**settings)


def suited(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in what suits the chosen score; where another optimiser is chosen than suits, its rate, schedule and batch do not count.

    Epochs only bound an optimiser that ends by itself at an aim of its own; it gets `WITH_AN_AIM` of them.
    A run that continues from another takes over its score, loss and preparation.
    """
    if settings.get("start"):
        store = Store(Path(str(settings["start"])))
        store.manifest()
        earlier = store.recipe()
        own = {} if CATALOGUES["score"].get(earlier.score.name).foreign else {"score": earlier.score.flat}  # code is named by the person
        settings = {**own, "loss": earlier.loss.flat, "prepare": [each.flat for each in earlier.prepare], **settings}
    name = _name(settings.get("score", Recipe.model_fields["score"].default))
    recommended = dict(CATALOGUES["score"].get(name).recommended)
    optimiser = settings.get("optimiser")
    if optimiser is not None and _name(optimiser) != _name(recommended.get("optimiser", "")):
        recommended = {key: value for key, value in recommended.items() if key not in ("optimiser", "schedule", "batch")}
        if CATALOGUES["optimiser"].get(_name(optimiser)).full_batch:
            recommended.pop("augment", None)
        if CATALOGUES["optimiser"].get(_name(optimiser)).reached is not None:
            recommended["epochs"] = WITH_AN_AIM
    return {**recommended, **settings}


def words_of(text: str | None) -> list[str]:
    """Return the words of a list that is written with commas; none where there is no text.

    >>> words_of("adam, sgd,"), words_of(None)
    (['adam', 'sgd'], [])
    """
    return [word.strip() for word in (text or "").split(",") if word.strip()]


def is_flag(name: str) -> bool:
    """Whether a word names a yes-or-no knob of any entry, so that an option of that name needs no value."""
    knob = name.rpartition(".")[2]
    catalogues = (*CATALOGUES.values(), EVIDENCE)
    return any(each.name == knob and isinstance(each, Flag) for catalogue in catalogues for entry in catalogue for each in entry.knobs)


Place = tuple[str, int]
"""A field of the recipe and a position in it."""


def _name(part: Any) -> str:
    return str(part["name"] if isinstance(part, Mapping) else part)


def _with_penalties(settings: dict[str, Any], knobs: Mapping[str, Any]) -> dict[str, Any]:
    own = {
        name: _read(CATALOGUES["penalty"].get(name), "strength", value)
        for name, value in knobs.items()
        if name in CATALOGUES["penalty"].names()
    }
    if own:
        earlier = settings.get("penalty") or {}
        by_name = isinstance(earlier, Mapping) and "name" not in earlier
        named = earlier if by_name else {_name(item): _own_knobs(item) for item in _listed(earlier)}
        settings["penalty"] = {**named, **own}
    return settings


def _own_knobs(part: Any) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key != "name"} if isinstance(part, Mapping) else {}


def _listed(given: Any) -> list[Any]:
    return [given] if isinstance(given, str | Mapping) else list(given)


def _chosen(settings: Mapping[str, Any]) -> dict[Place, dict[str, Any]]:
    """Return every chosen entry as a table with its name and knobs."""
    chosen: dict[Place, dict[str, Any]] = {}
    for field in CATALOGUES:
        given = settings.get(field, Recipe.model_fields[field].default)
        if given is None:
            continue
        if field == "penalty" and isinstance(given, Mapping) and "name" not in given:
            given = [{"name": name, **(value if isinstance(value, Mapping) else {"strength": value})} for name, value in given.items()]
        for index, item in enumerate(_listed(given)):
            table = {"name": item} if isinstance(item, str) else dict(item)
            CATALOGUES[field].get(table["name"])
            chosen[field, index] = table
    return chosen


def _find(name: str, chosen: Mapping[Place, Mapping[str, Any]], given: set[str]) -> tuple[Place, str]:
    """Return which chosen entry a loose knob belongs to, and the knob's own name."""
    wanted, _, knob = name.replace("-", "_").rpartition(".")
    places = [
        place
        for place, table in chosen.items()
        if knob in _knobs(CATALOGUES[place[0]].get(table["name"])) and wanted in ("", place[0], table["name"].replace("-", "_"))
    ]
    if len(places) > 1:
        named = [place for place in places if place[0] in given]
        places = named if len(named) == 1 else places
    if len(places) == 1:
        return places[0], knob
    if places:
        ways = " or ".join(sorted({f"{chosen[place]['name']}.{knob}" for place in places}))
        raise ConfigError(f"{knob!r} is a knob of several chosen entries; write {ways}.")
    raise ConfigError(_nobody_has(name, knob, chosen))


def _nobody_has(name: str, knob: str, chosen: Mapping[Place, Mapping[str, Any]]) -> str:
    owners = [f"{field} {entry.name}" for field, catalogue in CATALOGUES.items() for entry in catalogue if knob in _knobs(entry)]
    if owners:
        return f"{knob!r} is a knob of {', '.join(owners)}, which this run does not use. Choose one of them, or leave {knob!r} out."
    known = [each for catalogue in CATALOGUES.values() for entry in catalogue for each in _knobs(entry)]
    words = [*known, *Recipe.model_fields, *DataPart.model_fields, *CATALOGUES["penalty"].names()]
    return f"unknown option {name!r}.{suggestion(knob, words)} `thalweg list` shows every knob, `thalweg train --help` every option."


def _knobs(entry: Entry) -> Sequence[str]:
    return [knob.name for knob in entry.knobs]


def read_own(optimiser: str, knob: str, value: Any) -> Any:
    """Read the text of a knob that is given to one optimiser of several; one that it has not is left for the recipe to refuse.

    >>> read_own("sgd", "rate", "0.5"), read_own("sgd", "rat", "0.5")
    (0.5, '0.5')
    """
    entry = CATALOGUES["optimiser"].get(optimiser)
    return _read(entry, knob, value) if isinstance(value, str) and knob in _knobs(entry) else value


def _read(entry: Entry, knob: str, value: Any) -> Any:
    known = next(each for each in entry.knobs if each.name == knob)
    return known.parse(value) if isinstance(value, str) else known.check(value)
