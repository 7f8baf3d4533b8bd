"""Pictures: those of a recipe, those given from Python, and others in the shape of a run."""

from pathlib import Path
from typing import Any

from thalweg.core.errors import DataError
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress, Silent
from thalweg.images import load
from thalweg.run.own import folded
from thalweg.run.recipe import Recipe
from thalweg.run.run import Run

ARRAYS = "arrays"
"""What a recipe calls pictures that were given as arrays."""


def load_data(recipe: Recipe, *, source: str | None = None, progress: Progress | None = None) -> ImageSet:
    """Load the pictures of a recipe, from `source` if they have moved, with the split of its fold if it has one.

    One class is enough where the classes are declared. Raises `DataError` where they were arrays in memory, which no name finds again.
    """
    if source is None and recipe.data.source == ARRAYS and not Path(ARRAYS).exists():
        raise DataError("this run was trained on arrays that were in memory; give the same ones as images=.")
    options = {name: value for name, value in recipe.data.model_dump().items() if name not in ("source", "folds", "fold")}
    fewest = 1 if recipe.classes or recipe.start else 2
    loaded = load(source or recipe.data.source, seed=recipe.shared_seed, fewest_classes=fewest, progress=progress or Silent(), **options)
    return folded(loaded, recipe)


def load_given(images: Any, recipe: Recipe, *, source: str | None = None, progress: Progress | None = None) -> ImageSet:
    """Return the pictures given from Python: an ImageSet as it is, arrays (images, labels) with the recipe's split.

    A path or a name stands for the recipe's own pictures, which are loaded from `source` if they have moved.
    """
    if isinstance(images, str | Path):
        return load_data(recipe, source=source, progress=progress)
    return load(images, seed=recipe.shared_seed, validation=recipe.data.validation, test=recipe.data.test)


def load_at_shape(run: Run, source: str, *, skip_bad: bool = False, progress: Progress | None = None) -> ImageSet:
    """Load other pictures in a run's shape by its own rules, with no part carved out of them; points are read as they are."""
    options: dict[str, Any] = {"validation": 0.0, "test": 0.0, "skip_bad": skip_bad, "fewest_classes": 1, "progress": progress or Silent()}
    height, width, channels = run.model.shape
    if (height, width) != (1, 1):
        options.update(size=(height, width), fit=run.recipe.data.fit, colour="grey" if channels == 1 else "rgb")
    return load(source, **options)
