"""Recipes side by side: the settings in which they differ, by dotted names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A setting by its dotted name, with its value in each recipe; None where a recipe leaves it open or does not have it."""

    name: str
    values: tuple[Any, ...]


def flat(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """Lay a nested recipe out by dotted names; a chosen entry is `part` with its name, and its knobs are `part.knob`.

    Of a list of entries, `part` is the list of their names, and the knobs are `part.entry.knob` (`part.entry-2.knob` for the second of
    the same name).

    >>> flat({"seed": 1, "loss": {"name": "svm-sum", "knobs": {"margin": 2.0}}, "penalty": [{"name": "l2", "strength": 0.1}]})
    {'seed': 1, 'loss': 'svm-sum', 'loss.margin': 2.0, 'penalty': 'l2', 'penalty.l2.strength': 0.1}
    """
    laid: dict[str, Any] = {}
    for name, value in recipe.items():
        laid.update(_laid(name, value))
    return laid


def differing(recipes: Sequence[Mapping[str, Any]]) -> tuple[Setting, ...]:
    """Return the settings that are not the same in all recipes, part by part, in the order in which they first occur.

    >>> differing([{"seed": 0, "epochs": 5}, {"seed": 1, "epochs": 5}])
    (Setting(name='seed', values=(0, 1)),)
    """
    laid = [flat(recipe) for recipe in recipes]
    parts = list(dict.fromkeys(_part(name) for one in laid for name in one))
    names = sorted(dict.fromkeys(name for one in laid for name in one), key=lambda name: parts.index(_part(name)))
    rows = [Setting(name=name, values=tuple(one.get(name) for one in laid)) for name in names]
    return tuple(row for row in rows if any(value != row.values[0] for value in row.values))


def _part(name: str) -> str:
    return name.partition(".")[0]


def _laid(name: str, value: Any) -> dict[str, Any]:
    if isinstance(value, Mapping):
        own = {name: value["name"]} if "name" in value else {}
        knobs = value.get("knobs", {key: item for key, item in value.items() if key != "name"})
        return own | {f"{name}.{key}": item for key, item in flat(knobs).items()}
    if not isinstance(value, list | tuple):
        return {name: value}
    if not all(isinstance(item, Mapping) and "name" in item for item in value):
        return {name: ", ".join(map(str, value))}
    names = [item["name"] for item in value]
    laid: dict[str, Any] = {name: ", ".join(names) or None}
    for place, item in enumerate(value):
        again = names[: place + 1].count(item["name"])
        prefix = f"{name}.{item['name']}" + (f"-{again}" if again > 1 else "")
        laid |= {key: knob for key, knob in _laid(prefix, item).items() if key != prefix}
    return laid
