"""What was asked from Python: pictures and settings, as `train` takes them, to an image set and a recipe; and the call as text."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from thalweg.core.errors import ConfigError
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress
from thalweg.faces.api import load, load_data
from thalweg.faces.words import compose
from thalweg.run.recipe import DataPart, Recipe


def asked(images: Any, recipe: Recipe | None, settings: Mapping[str, Any], *, progress: Progress | None) -> tuple[ImageSet, Recipe]:
    """Return pictures and recipe: `images` are an ImageSet, arrays (images, labels), a path or a name; `settings` those of `train`.

    Raises `ConfigError` where settings are given beside a recipe, and wherever `train` does.
    """
    if recipe is not None and settings:
        raise ConfigError("give either a recipe or settings, not both; recipe.with_changes(...) changes one.")
    source = str(images) if isinstance(images, str | Path) else images.source if isinstance(images, ImageSet) else "arrays"
    own = {name: value for name, value in settings.items() if name in DataPart.model_fields}
    choices = {name: value for name, value in settings.items() if name in Recipe.model_fields}
    knobs = {name: value for name, value in settings.items() if name not in own and name not in choices}
    chosen = recipe or compose({**choices, "data": {"source": source, **choices.get("data", {}), **own}}, knobs)
    if isinstance(images, ImageSet):
        return images, chosen
    if isinstance(images, str | Path):
        return load_data(chosen, source=source, progress=progress), chosen
    return load(images, seed=chosen.shared_seed, validation=chosen.data.validation, test=chosen.data.test), chosen


def call(function: str, images: Any, settings: Mapping[str, Any]) -> str:
    """Return a call of the Python face as text; a recipe, and pictures that are no name, stand there by name; None is left out.

    >>> call("train", "digits", {"optimiser": "sgd", "rate": 0.1, "recipe": None})
    "tw.train('digits', optimiser='sgd', rate=0.1)"
    """
    first = repr(str(images)) if isinstance(images, str | Path) else "images"
    given = [f"{name}={'recipe' if isinstance(value, Recipe) else repr(value)}" for name, value in settings.items() if value is not None]
    return f"tw.{function}({', '.join([first, *given])})"
