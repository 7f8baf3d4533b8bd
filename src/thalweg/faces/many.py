"""Many recipes from one command: every option of `train` may have several values, and each combination becomes a recipe.

How several values are written is said in `thalweg.run.axes`. Entries that apply together (`--penalty l1,l2`, `--prepare`, `--augment`,
`--schedule`) and knobs that are lists (`--widths 256,128`) keep their commas; a semicolon stands between alternatives: `--penalty "l2;l1"`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from thalweg.core.errors import ConfigError
from thalweg.core.knobs import Integer, Integers, Knob
from thalweg.core.progress import Progress, Silent
from thalweg.faces.composer import Composer, Point, meant, points_of
from thalweg.faces.fields import field_of
from thalweg.run.axes import Axis, Kind, parse_axis, word_or_number
from thalweg.run.combinations import all_of, draw, grid
from thalweg.run.recipe import CATALOGUES, Recipe

SHARED = ("device", "precision", "classes", "data_seed", "checkpoint_steps", "checkpoint_minutes", "path_points")
"""Settings, beside those of the data, that all members of a sweep share."""


def compose_many(
    data: str,
    loose: Mapping[str, Any],
    *,
    seeds: int = 1,
    folds: int | None = None,
    trials: int | None = None,
    progress: Progress | None = None,
) -> list[Point]:
    """Return the members of a sweep: every combination of the options' values, or `trials` of them drawn at random.

    `data` is a source, or a recipe.toml whose settings the options change. A knob varies where an entry has it and is left out elsewhere;
    equal recipes appear once. Each is repeated with `seeds` seeds, from the recipe's own on, and with every one of `folds` folds, on the
    same data in the same order; several values of `seed` are the same as `seeds`. `progress` is told where fewer points come out than
    trials were asked for.

    Raises `ConfigError` on settings of the data, device and precision that vary, on a knob that no point has, and wherever `train` does.
    """
    axes = [axis_of(name, given) for name, given in loose.items()]
    _check(axes, loose, seeds=seeds, folds=folds)
    several = next((axis.choices for axis in axes if axis.name == "seed" and axis.varies), ())
    axes = [replace(axis, choices=several[:1]) if axis.name == "seed" and several else axis for axis in axes]
    base = _base(data)
    first = next((axis.choices[0] for axis in axes if axis.name == "seed"), base.get("seed", 0))
    combined = grid(axes) if trials is None else draw(axes, trials=trials, seed=int(first))
    points = points_of(Composer(base, {axis.name for axis in axes if axis.varies}), combined)
    if trials is not None and len(points) < trials:
        what = "that is all there are" if all_of(axes, most=trials) else "the others made the same recipes"
        (progress or Silent()).say(f"{len(points)} different points for {trials} trials: {what}.")
    return [member for point in points for member in _repeated(point, several, seeds=seeds, folds=folds)]


def axis_of(name: str, given: Any) -> Axis:
    """Read one option with all its values; texts become what the recipe's field or the entries' knobs of that name say."""
    field = field_of(name)
    if field is not None:
        return parse_axis(name, given, Kind(read=field.read, whole=field.whole, listed=field.listed))
    knobs = _declared(name)
    whole = bool(knobs) and all(isinstance(knob, Integer) for knob in knobs)
    return parse_axis(name, given, Kind(read=_reader(knobs), whole=whole, listed=any(isinstance(knob, Integers) for knob in knobs)))


def _declared(name: str) -> list[Knob]:
    """Return the knobs that an option may mean, of all entries; of a penalty's name, its strength."""
    if name in CATALOGUES["penalty"].names():
        return [CATALOGUES["penalty"].get(name).knobs[0]]
    place, _, own = name.replace("-", "_").rpartition(".")
    entries = ((field, entry) for field, catalogue in CATALOGUES.items() for entry in catalogue)
    return [knob for field, entry in entries for knob in entry.knobs if knob.name == own and meant(place, field, entry.name)]


def _reader(knobs: Sequence[Knob]) -> Callable[[Any], Any]:
    """Return a function that reads a value as the first of the knobs that takes it."""

    def read(value: Any) -> Any:
        errors = []
        for knob in knobs:
            try:
                return knob.parse(value) if isinstance(value, str) else knob.check(value)
            except ConfigError as error:
                errors.append(error)
        raise errors[0]

    return read if knobs else word_or_number


def _check(axes: Sequence[Axis], loose: Mapping[str, Any], *, seeds: int, folds: int | None) -> None:
    if seeds < 1:
        raise ConfigError(f"seeds must be at least 1; got {seeds}.")
    if folds is not None and folds < 2:
        raise ConfigError(f"folds must be at least 2: one is held out, the others are for training; got {folds}.")
    for axis in axes:
        field = field_of(axis.name)
        if axis.varies and field is not None and (field.of_data or field.name in SHARED):
            raise ConfigError(
                f"{axis.name} cannot vary in a sweep, for its members share their data, device and precision; got {loose[axis.name]!r}. "
                "Give one value, or make a sweep for each."
            )
        if axis.name == "seed" and axis.ranges:
            raise ConfigError(f"seed is no number to search over; got {loose['seed']!r}. Give the seeds, or their number: 0..4:5.")
        if axis.name == "seed" and axis.varies and seeds > 1:
            raise ConfigError(f"seeds {seeds} and several values of seed, {loose['seed']!r}: give one of them.")


def _base(data: str) -> dict[str, Any]:
    """Return the settings that the options change: a source's name, or all of a recipe file."""
    if not data.endswith(".toml"):
        return {"data": {"source": data}}
    recipe = Recipe.read(Path(data))
    settings: dict[str, Any] = {name: getattr(recipe, name) for name in Recipe.model_fields}
    for field in CATALOGUES:
        given = settings[field]
        settings[field] = [part.flat for part in given] if isinstance(given, tuple) else None if given is None else given.flat
    return {**settings, "data": recipe.data.model_dump()}


def _repeated(point: Point, several: Sequence[int], *, seeds: int, folds: int | None) -> Iterator[Point]:
    """Yield a point with every seed and every fold, all on the same data."""
    recipe = point.recipe
    numbers = several or range(recipe.seed, recipe.seed + seeds)
    for seed in numbers:
        for fold in range(folds or 1):
            changes: dict[str, Any] = {"seed": seed, "data_seed": recipe.shared_seed} if len(numbers) > 1 else {}
            if folds is not None:
                changes["data"] = {**recipe.data.model_dump(), "folds": folds, "fold": fold}
            yield replace(point, recipe=recipe.with_changes(**changes)) if changes else point
