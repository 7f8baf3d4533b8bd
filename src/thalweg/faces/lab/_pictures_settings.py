"""Settings of the pictures: the words of the state to a recipe, its controls, and the options of `thalweg train` that say the same.

What a person leaves open is what suits the score, as on the command line, except for nets: theirs begin small enough to be watched.
Every control is a word by itself: to set one penalty leaves the others as they are.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from thalweg.core.knobs import Choice, Integer, Knob
from thalweg.faces.lab._form import Field, read, refuse_unknown, written
from thalweg.faces.lab._settings import CHOICES, NONE, strength, worded
from thalweg.faces.words import compose
from thalweg.loss import LOSSES
from thalweg.optimise import OPTIMISERS
from thalweg.penalty import PENALTIES
from thalweg.run.recipe import CATALOGUES, Recipe
from thalweg.schedule import SCHEDULES

SEVERAL = ("prepare", "schedule")
SCORES = ("linear", "mlp", "cnn", "resnet")
PREPARATIONS = (NONE, "scale", "centre", "standardise", "whiten")
GROUPS = {"prepare": "Data", "score": "Score", "loss": "Loss", "optimiser": "Optimiser", "schedule": "Optimiser", "penalty": "Penalty"}
SMALL: Mapping[str, Mapping[str, Any]] = {"mlp": {"widths": (64,)}, "cnn": {"channels": (8, 16)}, "resnet": {"width": 4}}
"""Knobs of nets that train live on a processor; the command line's own defaults are larger."""
HIDDEN = frozenset({"half", "strength"})
QUIET = frozenset(
    {"per", "warm", "start", "end", "shape", "init", "scale", "epsilon", "correct_bias", "smoothing", "kernel", "convolutions"}
)
"""Knobs that are shown only where they were set (by the address): few ask for them, and a form should fit on a screen."""
STOPS: Mapping[str, tuple[int, ...]] = {"batch": (0, 8, 16, 32, 64, 128, 256, 512), "epochs": (1, 2, 5, 10, 20, 50, 100, 200)}
MEANINGS = {"prepare": "what is done to pixels before the score; folded into W afterwards", **CHOICES}
BATCH = Integer(name="batch", default=128, low=0, meaning="examples a step; 0 is the whole training set")
EPOCHS = Integer(name="epochs", default=10, low=1, high=1000, meaning="passes over the training set; schedules stretch over all of them")
SEED = Integer(name="seed", default=0, low=0, high=2**31, meaning="what chance draws: the split, first weights and the order")


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A recipe, the controls that make it, and the options of the command line that make the same one."""

    recipe: Recipe
    fields: tuple[Field, ...]
    options: Mapping[str, str]


def chosen(words: Mapping[str, Any], data: Mapping[str, Any], *, start: str | None = None) -> Chosen:
    """Return what a state's words make of the data's settings; words of entries that are not chosen are left aside.

    `start` is the folder of a run to continue from, whose score, loss and preparation are then the ones to begin with.
    """
    base: dict[str, Any] = {"data": dict(data), **({"start": start} if start else {})}
    places, named = _named(words, base)
    suits = compose(named, {})
    small = {} if start else {f"score.{name}": value for name, value in SMALL.get(suits.score.name, {}).items()}
    general = _general(words, suits)
    choices = {**named, **general.given, **_penalties(words, suits)}
    keys = _keys(compose(choices, {}))
    given = {f"{place}.{knob.name}": read(knob, words[key]) for key, (place, knob) in keys.items() if key in words}
    plain, usual = compose(choices, {}), compose(choices, small)
    recipe = compose(choices, {**small, **given})
    return Chosen(
        recipe=recipe,
        fields=(*_fields(places, keys, recipe, usual), *_strengths(recipe, suits), *general.fields),
        options={**_choice_words(base, recipe), **_knob_words(keys, recipe, plain), **_penalty_words(recipe, choices), **general.words},
    )


def check_words(words: Mapping[str, Any], own: Sequence[str]) -> None:
    """Raise `ConfigError` on a word that is neither one of `own` nor a setting of any recipe here, with the nearest."""
    knobs = [(place, entry.name, knob.name) for place in CATALOGUES for entry in CATALOGUES[place] for knob in entry.knobs]
    leads = [f"{lead}.{name}" for place, entry, name in knobs for lead in (place, entry)]
    known = [*own, *MEANINGS, "batch", "epochs", "seed", *PENALTIES.names(), *(name for _, _, name in knobs), *leads]
    refuse_unknown(words, known)


Choices = dict[str, tuple[Choice, str]]
"""By place: the choice, whose default is what suits, and the name chosen."""


def _named(words: Mapping[str, Any], base: Mapping[str, Any]) -> tuple[Choices, dict[str, Any]]:
    """Return the choices, and the recipe settings that name what differs from what suits; each suits what was chosen before it."""
    places: Choices = {}
    settings = dict(base)
    offered: dict[str, Callable[[], Sequence[str]]] = {
        "score": lambda: SCORES,
        "prepare": lambda: PREPARATIONS,
        "loss": LOSSES.names,
        "optimiser": OPTIMISERS.names,
        "schedule": lambda: (NONE, *SCHEDULES.names()),
    }
    for place, names in offered.items():
        suits = compose(settings, {})
        if place == "schedule" and "rate" not in suits.optimiser.knobs:
            continue
        default = _first(suits, place)
        known = tuple(dict.fromkeys((*names(), default)))
        choice = Choice(name=place, default=default, meaning=MEANINGS[place], choices=known)
        name = read(choice, words[place]) if place in words else default
        places[place] = choice, name
        if name != default:
            settings[place] = ([] if name == NONE else [name]) if place in SEVERAL else name
    return places, settings


def _first(recipe: Recipe, place: str) -> str:
    found = getattr(recipe, place)
    part = (found[0] if found else None) if isinstance(found, tuple) else found
    return NONE if part is None else str(part.name)


def _keys(recipe: Recipe) -> dict[str, tuple[str, Knob]]:
    """Return the knobs of the chosen entries by their word: the name alone where one entry has it, or where it is the optimiser's."""
    parts = [(place, getattr(recipe, place)) for place in CATALOGUES if place not in ("augment", "average")]
    listed = [(place, part) for place, found in parts for part in (found if isinstance(found, tuple) else (found,))]
    found = [(place, part.name, knob) for place, part in listed for knob in CATALOGUES[place].get(part.name).knobs]
    return worded([(place, name, knob) for place, name, knob in found if knob.name not in HIDDEN])


def _fields(places: Choices, keys: Mapping[str, tuple[str, Knob]], recipe: Recipe, usual: Recipe) -> list[Field]:
    """Return each choice with its knobs after it."""
    fields = []
    for place in ("prepare", "score", "loss", "optimiser", "schedule", "penalty"):
        if place in places:
            knob, name = places[place]
            fields.append(Field(knob=knob, value=name, group=GROUPS[place], fresh=place in ("prepare", "score")))
        for key, (where, own) in keys.items():
            if where == place:
                shown = replace(own, default=_value(usual, place, own.name))
                value = _value(recipe, place, own.name)
                if own.name in QUIET and value == shown.default:
                    continue
                fields.append(Field(knob=shown, value=value, group=GROUPS[place], name=key, fresh=place in ("prepare", "score")))
    return fields


def _value(recipe: Recipe, place: str, knob: str) -> Any:
    found = getattr(recipe, place)
    parts = found if isinstance(found, tuple) else (found,)
    return next(part.knobs[knob] for part in parts if knob in part.knobs)


@dataclass(frozen=True, kw_only=True)
class General:
    """Batch, epochs and seed: their controls, what of them the recipe is given, and the same as options."""

    fields: tuple[Field, ...]
    given: Mapping[str, int]
    words: Mapping[str, str]


def _general(words: Mapping[str, Any], suits: Recipe) -> General:
    whole = OPTIMISERS.get(suits.optimiser.name).full_batch
    knobs: dict[str, Knob] = {"epochs": replace(EPOCHS, default=suits.epochs), "seed": SEED}
    if not whole:
        knobs = {"batch": replace(BATCH, default=BATCH.default if suits.batch is None else suits.batch), **knobs}
    values: dict[str, Any] = {name: read(knob, words[name]) if name in words else knob.default for name, knob in knobs.items()}
    given = {name: value for name, value in values.items() if value != knobs[name].default}
    fields = tuple(
        Field(knob=knob, value=values[name], group="Optimiser", options=_stops(name, values[name]), fresh=name == "seed")
        for name, knob in knobs.items()
    )
    return General(fields=fields, given=given, words={name: written(value) for name, value in given.items()})


def _stops(name: str, value: Any) -> tuple[int, ...]:
    own = STOPS.get(name, ())
    return tuple(sorted({*own, value})) if own else ()


def _penalties(words: Mapping[str, Any], suits: Recipe) -> dict[str, Any]:
    """Return the penalties as a recipe's setting, nothing where they are those that suit."""
    usual = {part.name: part.knobs["strength"] for part in suits.penalty}
    own = {name: read(strength(name), words[name]) for name in PENALTIES.names() if name in words}
    if all(value == usual.get(name, 0.0) for name, value in own.items()):
        return {}
    return {"penalty": {name: value for name, value in {**usual, **own}.items() if value > 0}}


def _strengths(recipe: Recipe, suits: Recipe) -> list[Field]:
    now, usual = ({part.name: part.knobs["strength"] for part in each.penalty} for each in (recipe, suits))
    return [
        Field(knob=replace(strength(name), default=usual.get(name, 0.0)), value=now.get(name, 0.0), group="Penalty")
        for name in ("l2", "l1", "elastic")
    ]


def _choice_words(base: Mapping[str, Any], recipe: Recipe) -> dict[str, str]:
    """Return the options that name the entries; an optimiser that suits the score is not named, for its rate would not count then.

    A run that is continued brings its own score and loss, knobs included, so that these are not named then.
    """
    told = {} if base.get("start") else {"score": recipe.score.name, "loss": recipe.loss.name}
    settings: dict[str, Any] = {**base, **told}
    for place in ("score", "loss", "prepare", "optimiser", "schedule"):
        name = _first(recipe, place)
        if name != _first(compose(settings, {}), place):
            told[place] = name
            settings[place] = ([] if name == NONE else [name]) if place in SEVERAL else name
    return told


def _knob_words(keys: Mapping[str, tuple[str, Knob]], recipe: Recipe, plain: Recipe) -> dict[str, str]:
    found = [knob.name for _, knob in keys.values()]
    return {
        knob.name if found.count(knob.name) == 1 else f"{place}.{knob.name}": written(_value(recipe, place, knob.name))
        for place, knob in keys.values()
        if _value(recipe, place, knob.name) != _value(plain, place, knob.name)
    }


def _penalty_words(recipe: Recipe, choices: Mapping[str, Any]) -> dict[str, str]:
    if "penalty" not in choices:
        return {}
    return {part.name: written(part.knobs["strength"]) for part in recipe.penalty} or {"penalty": NONE}
