"""Curves of chosen runs over one another, and the settings in which they differ."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from thalweg.core.errors import ModelError, ThalwegError
from thalweg.core.visible import visible
from thalweg.evidence import curves
from thalweg.evidence._axes import word
from thalweg.evidence._recipes import differing
from thalweg.faces.lab._drawings import shown
from thalweg.run.own_files import check_own
from thalweg.run.record import Epoch
from thalweg.run.store import Store
from thalweg.views import _overlay as overlay

MOST = 24
"""More curves than this in one figure tell nothing."""


def compared(runs: Mapping[str, Path], *, of: str, axis: str) -> dict[str, Any]:
    """Return the figure of runs over one another, their differing settings as a table, and what a reader should bear in mind."""
    courses, recipes, notes = [], {}, []
    for name, folder in list(runs.items())[:MOST]:
        try:
            check_own(folder)
            store = Store(folder)
            courses.append(_course(name, store, of=of, axis=axis))
            recipes[name] = store.recipe().model_dump(mode="json")
        except ThalwegError as error:
            notes.append(str(error))
    if of == "loss" and len({str(recipe["loss"]) for recipe in recipes.values()}) > 1:
        notes.append("The runs measure different losses, so that the heights of their curves do not compare; their accuracies do.")
    if len(runs) > MOST:
        notes.append(f"{len(runs) - MOST} more are chosen; the first {MOST} are drawn.")
    drawing = shown(overlay.draw(courses, of=of, axis=axis)) if courses else None
    return {"drawing": drawing, "differing": _differing(recipes), "notes": [visible(line) for line in notes]}


def _course(name: str, store: Store, *, of: str, axis: str) -> overlay.Course:
    rows = store.log()
    measured = curves.measure(rows)
    lines = (
        {"": measured.rates} if of == "rate" else {part: getattr(own, of) for part, own in measured.parts.items() if any(getattr(own, of))}
    )
    return overlay.Course(name=name, x=_places(name, store, rows, axis), lines=lines)


def _places(name: str, store: Store, rows: Sequence[Epoch], axis: str) -> tuple[float, ...]:
    if axis != "seconds":
        return tuple(float(getattr(row, axis)) for row in rows)
    seconds = store.manifest().get("seconds")
    if not isinstance(seconds, int | float):
        raise ModelError(f"{name}: how long it took is known once it has ended.")
    whole = rows[-1].examples if rows else 0
    return tuple(seconds * row.examples / whole if whole else 0.0 for row in rows)


def _differing(recipes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the settings that are not the same in all recipes: a row a setting, a column a run."""
    found = differing(list(recipes.values())) if len(recipes) > 1 else ()
    rows = [[visible(one.name), *("–" if value is None else visible(word(value, digits=4)) for value in one.values)] for one in found]
    return {"columns": ["setting", *map(visible, recipes)], "rows": rows, "words": list(range(len(recipes) + 1))}
