"""What was asked from Python: pictures and settings, as `train` takes them, to an image set and a recipe; and the call as text."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from thalweg.core.errors import ConfigError
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress
from thalweg.faces._pictures import ARRAYS, load_given
from thalweg.faces.words import compose
from thalweg.run.recipe import DataPart, Recipe


def asked(images: Any, recipe: Recipe | None, settings: Mapping[str, Any], *, progress: Progress | None) -> tuple[ImageSet, Recipe]:
    """Return pictures and recipe: `images` are an ImageSet, arrays (images, labels), a path or a name; `settings` those of `train`.

    Raises `ConfigError` where settings are given beside a recipe, and wherever `train` does.
    """
    chosen = recipe_of(images, settings, recipe=recipe)
    return load_given(images, chosen, source=source_of(images), progress=progress), chosen


def recipe_of(images: Any, settings: Mapping[str, Any], *, recipe: Recipe | None = None) -> Recipe:
    """Return the recipe of the settings, or the one given, with these pictures; raise `ConfigError` where both are given.

    >>> recipe_of("digits", {"validation": 0.2, "epochs": 3}).data.validation
    0.2
    """
    if recipe is not None and settings:
        raise ConfigError("give either a recipe or settings, not both; recipe.with_changes(...) changes one.")
    if recipe is not None:
        moved = isinstance(images, str | Path) and source_of(images) != recipe.data.source
        return recipe.with_changes(data={**recipe.data.model_dump(), "source": source_of(images)}) if moved else recipe
    own = {name: value for name, value in settings.items() if name in DataPart.model_fields}
    choices = {name: value for name, value in settings.items() if name in Recipe.model_fields}
    knobs = {name: value for name, value in settings.items() if name not in own and name not in choices}
    return compose({**choices, "data": {**choices.get("data", {}), **own, "source": source_of(images)}}, knobs)


def source_of(images: Any) -> str:
    """Return the name that a recipe gives to pictures: the path or name itself, an ImageSet's source, or "arrays".

    >>> source_of(Path("pets")), source_of(([], []))
    ('pets', 'arrays')
    """
    if isinstance(images, str | Path):
        return str(images)
    return images.source if isinstance(images, ImageSet) else ARRAYS


def call(function: str, images: Any, settings: Mapping[str, Any]) -> str:
    """Return a call of the Python face as text; a recipe, and pictures that are no name, stand there by name; None is left out.

    >>> call("train", "digits", {"optimiser": "sgd", "rate": 0.1, "recipe": None})
    "tw.train('digits', optimiser='sgd', rate=0.1)"
    """
    first = repr(str(images)) if isinstance(images, str | Path) else "images"
    given = [f"{name}={'recipe' if isinstance(value, Recipe) else repr(value)}" for name, value in settings.items() if value is not None]
    return f"tw.{function}({', '.join([first, *given])})"
