"""Facts that travel with an exported model: what it takes and gives, what it was trained on, by which recipe; no path of the trainer's."""

import re
from dataclasses import asdict
from typing import Any

from thalweg import __version__
from thalweg.evidence._strict import number
from thalweg.faces.export._format import MARK
from thalweg.run.recipe import Recipe
from thalweg.run.run import Run


def last_name(source: str) -> str:
    r"""Return the last name of a source, which may be a path that says where its owner keeps things.

    >>> last_name("/home/ada/secret plans/pets/"), last_name("digits"), last_name("C:\\pictures\\pets.npz")
    ('pets', 'digits', 'pets.npz')
    """
    names = [name for name in re.split(r"[\\/]+", source) if name not in ("", ".", "..")]
    return names[-1] if names else "pictures"


def shared_recipe(recipe: Recipe) -> Recipe:
    """Return the recipe with the last names of its paths only.

    >>> shared_recipe(Recipe(data={"source": "/home/ada/pets"})).data.source
    'pets'
    """
    changes: dict[str, Any] = {"data": {**recipe.data.model_dump(), "source": last_name(recipe.data.source)}}
    if recipe.start is not None:
        changes["start"] = last_name(recipe.start)
    return recipe.with_changes(**changes)


def of_points(run: Run) -> bool:
    """Whether a run takes points of the plane, which are float numbers, and not pictures of 8-bit pixels."""
    return tuple(run.model.shape) == (1, 1, 2)


def input_facts(run: Run) -> dict[str, Any]:
    """Return what a model takes: its input's name, type, axes and range, and how pictures were brought to its size."""
    height, width, channels = run.model.shape
    shape = {"height": height, "width": width, "channels": channels}
    if of_points(run):
        return {"name": "points", "dtype": "float32", "layout": "batch, 1, 1, (x, y)", **shape}
    colour = "grey" if channels == 1 else "RGB" if channels == 3 else f"{channels} channels"
    layout = "batch, height, width, channels"
    return {"name": "pixels", "dtype": "uint8", "layout": layout, **shape, "range": [0, 255], "colour": colour, "fit": run.recipe.data.fit}


def card(run: Run) -> dict[str, Any]:
    """Return what is said of a model, as strict JSON holds it."""
    return {
        "written_by": MARK,
        "thalweg": __version__,
        "score": run.recipe.score.flat,
        "loss": run.recipe.loss.flat,
        "classes": list(run.classes),
        "probabilities": run.model.probabilities,
        "input": input_facts(run),
        "data": last_name(run.data.source),
        "fingerprints": {"data": run.data.fingerprint, "split": run.data.split, "recipe": run.recipe.fingerprint},
        "figures": {part: {name: number(value) for name, value in asdict(figures).items()} for part, figures in run.figures.items()},
        "recipe": shared_recipe(run.recipe).to_toml(),
        "versions": dict(run.versions),
    }
