"""What the crash tests start in a process of its own and kill: one training, from the first import to the manifest."""

import warnings
from pathlib import Path

import torch
from sklearn.datasets import load_digits  # noqa: F401  (loaded once, in the server that children are forked from)

from thalweg.faces import api
from thalweg.faces.sweep import sweep as sweep_settings
from thalweg.images import load
from thalweg.run.recipe import Recipe


def train(settings: dict[str, object], folder: str) -> None:
    warnings.simplefilter("error")
    torch.set_num_threads(1)
    recipe = Recipe.make(**settings)
    images = load("digits", seed=0)
    api.train(images, recipe=recipe, folder=Path(folder)).report(images=images)


def sweep(settings: dict[str, object], folder: str) -> None:
    warnings.simplefilter("error")
    torch.set_num_threads(1)
    sweep_settings("digits", folder=folder, **settings).write(Path(folder))
