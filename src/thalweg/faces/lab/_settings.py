"""Settings: the words of a room's state to a recipe, and the recipe's parts back to controls. The words are those of `thalweg train`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from thalweg.core.knobs import Choice, Integer, Knob, Number
from thalweg.faces.lab._form import Field, read, refuse_unknown
from thalweg.faces.words import compose
from thalweg.run.recipe import CATALOGUES, Part, Recipe

PLACES = ("score", "loss", "optimiser", "schedule")
GROUPS = {"score": "Score", "loss": "Loss", "optimiser": "Optimiser", "schedule": "Optimiser"}
PENALTIES = ("l2", "l1")
POINTS = ("spiral", "circle", "xor", "gauss", "blobs3")
"""The sets of points in the plane, by name."""
NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Menu:
    """What a room offers: names by place (score, loss, optimiser, schedule), the first by default; knobs that stay as they are."""

    offered: Mapping[str, Sequence[str]]
    hidden: frozenset[str] = frozenset()
    penalties: Sequence[str] = PENALTIES
    seed: int = 0
    batch: int = 0
    standard: Mapping[str, Any] | None = None

    def names(self, place: str) -> tuple[str, ...]:
        """Return what may be chosen at a place; a schedule may be left out."""
        own = tuple(self.offered.get(place, ()))
        return (NONE, *own) if place == "schedule" and own else own


@dataclass(frozen=True, kw_only=True)
class Settled:
    """A recipe, and the controls that make it."""

    recipe: Recipe
    fields: tuple[Field, ...]


def settled(words: Mapping[str, Any], menu: Menu, fixed: Mapping[str, Any]) -> Settled:
    """Return the recipe of a state and its controls. `fixed` are recipe settings that the room decides (data, prepare, epochs).

    Words of knobs that no chosen entry has are left aside: they are another choice's. Raises `ConfigError` in one line.
    """
    chosen = {place: _choice(place, words, menu) for place in PLACES if menu.names(place)}
    named = {place: knob.default if place not in words else read(knob, words[place]) for place, knob in chosen.items()}
    general = _general(menu)
    own: dict[str, Any] = {word: read(knob, words[word]) if word in words else knob.default for word, knob in general.items()}
    entries = {place: name for place, name in named.items() if name != NONE}
    keys = _keys(entries, menu)
    strengths = {name: own[name] for name in menu.penalties if own[name] > 0}
    choices = {**fixed, "schedule": (), **entries, "penalty": strengths, "batch": own["batch"], "seed": own["seed"]}
    given = {f"{entries[place]}.{knob.name}": words[key] for key, (place, knob) in keys.items() if key in words}
    usual = _standards(menu, keys, entries)
    standard, recipe = compose(choices, usual), compose(choices, {**usual, **given})
    return Settled(recipe=recipe, fields=_fields(chosen, named, keys, general, own, recipe, standard))


def check_words(words: Mapping[str, Any], known: Sequence[str]) -> None:
    """Raise `ConfigError` on a word that is neither the room's own nor a knob of any entry, with the nearest."""
    every = [*known, *PLACES, *PENALTIES, "batch", "seed"]
    knobs = [knob.name for place in PLACES for entry in CATALOGUES[place] for knob in entry.knobs]
    refuse_unknown((word for word in words if word.rpartition(".")[2] not in knobs), [*every, *knobs])


def _choice(place: str, words: Mapping[str, Any], menu: Menu) -> Choice:
    names = menu.names(place)
    return Choice(name=place, default=names[0], meaning=CHOICES[place], choices=names)


CHOICES = {
    "score": "what maps a picture to a number for each class",
    "loss": "what says how bad the scores are for the right class",
    "optimiser": "how W moves",
    "schedule": "what multiplies the rate as training goes on",
}


def _general(menu: Menu) -> dict[str, Knob]:
    return {
        "batch": Integer(name="batch", default=menu.batch, low=0, meaning="examples a step; 0 is the whole training set"),
        "seed": Integer(name="seed", default=menu.seed, low=0, high=2**31, meaning="what chance draws: first weights and order"),
        **{name: strength(name) for name in menu.penalties},
    }


def _keys(entries: Mapping[str, str], menu: Menu) -> dict[str, tuple[str, Knob]]:
    """Return the knobs of the chosen entries by their word: their name, led by the entry's where another has it too."""
    found = [(place, name, knob) for place, name in entries.items() for knob in CATALOGUES[place].get(name).knobs]
    return {word: own for word, own in worded(found).items() if own[1].name not in menu.hidden}


def worded(found: Sequence[tuple[str, str, Knob]]) -> dict[str, tuple[str, Knob]]:
    """Return knobs, given with place and entry, by their word: the name alone where one entry has it, or where it is the optimiser's."""
    names = [knob.name for _, _, knob in found]
    return {
        knob.name if names.count(knob.name) == 1 or place == "optimiser" else f"{name}.{knob.name}": (place, knob)
        for place, name, knob in found
    }  # fmt: skip


def strength(name: str) -> Number:
    """Return the knob of a penalty's strength, by the penalty's name; 0 leaves it out."""
    return Number(name=name, default=0.0, low=0, meaning=f"strength of the penalty {CATALOGUES['penalty'].get(name).formula}")


def _standards(menu: Menu, keys: Mapping[str, tuple[str, Knob]], entries: Mapping[str, str]) -> dict[str, Any]:
    own = menu.standard or {}
    return {f"{entries[place]}.{knob.name}": own[key] for key, (place, knob) in keys.items() if key in own}


def _fields(
    chosen: Mapping[str, Choice], named: Mapping[str, str], keys: Mapping[str, tuple[str, Knob]], general: Mapping[str, Knob],
    own: Mapping[str, Any], recipe: Recipe, standard: Recipe,
) -> tuple[Field, ...]:  # fmt: skip
    """Return the controls in their order: each choice with its knobs after it, then penalties, batch and seed."""
    fields: list[Field] = []
    for place, choice in chosen.items():
        fields.append(Field(knob=choice, value=named[place], group=GROUPS[place], fresh=place == "score"))
        for key, (where, knob) in keys.items():
            if where == place:
                value, usual = (_part(each, place).knobs[knob.name] for each in (recipe, standard))
                known = replace(knob, default=usual)
                fields.append(Field(knob=known, value=value, group=GROUPS[place], name=key, fresh=place == "score"))
        if place == "loss":
            fields += [Field(knob=general[name], value=own[name], group="Loss") for name in general if name not in ("batch", "seed")]
    return (
        *fields,
        Field(knob=general["batch"], value=own["batch"], group="Optimiser"),
        Field(knob=general["seed"], value=own["seed"], group="Optimiser", fresh=True),
    )


def _part(recipe: Recipe, place: str) -> Part:
    found = getattr(recipe, place)
    part: Part = found[0] if isinstance(found, tuple) else found
    return part
