"""Patient: a recipe and its pictures on the table: a sample, the weights at the start, a brief training that all checks share."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor

from thalweg.core.errors import ConfigError
from thalweg.core.imageset import ImageSet, Split
from thalweg.core.progress import Progress, Silent
from thalweg.core.seeds import derive, generator, some_of
from thalweg.core.tree import Params
from thalweg.doctor._course import Course, briefly
from thalweg.run.batches import Batch
from thalweg.run.conduct import first_state
from thalweg.run.module_objective import member, module_scores, seed_noise
from thalweg.run.own import folded
from thalweg.run.recipe import Part, Recipe
from thalweg.run.setting import Setting, normalises, settle_down
from thalweg.run.start import Start
from thalweg.run.state import State

SAMPLE = 5000
"""Training pictures that are looked at, unless another number is asked for."""
STEPS = 150
"""The most steps of the brief training."""
FEWEST = 50
BATCH = 500
"""Pictures that a forward pass looks at."""
CALM = {"decay": 0.0, "smoothing": 0.0, "dropout": 0.0}
"""Knobs that keep a model from following its pictures, and the values that switch them off."""
FAINT = 1e-6
"""The strength of a penalty that is as good as none."""


def check_asked(recipe: Recipe, *, sample: int) -> None:
    """Raise `ConfigError` where a recipe or a sample cannot be examined."""
    if recipe.start is not None:
        raise ConfigError("the doctor looks at fresh weights; leave out --from.")
    if sample < FEWEST:
        raise ConfigError(f"sample must be at least {FEWEST} pictures; got {sample}.")


class Patient:
    """A recipe met with its pictures, for checks to examine. Everything is a function of the recipe's seed, and made when first asked for.

    `images` are all pictures with the recipe's split; `some` at most `sample` of the training part and a quarter as many of the
    others, drawn at random. Labels, duplicates and balance are of `images`; what trains or computes is of `some`.
    """

    def __init__(self, images: ImageSet, recipe: Recipe, *, sample: int = SAMPLE, progress: Progress | None = None) -> None:
        check_asked(recipe, sample=sample)
        self.images = folded(images.numbered_for(recipe.classes or images.classes), recipe)
        whole = {**recipe.data.model_dump(), "folds": None, "fold": None}
        self.recipe = recipe.with_changes(data=whole, device="cpu")
        self.sample, self.seed = sample, recipe.shared_seed
        self.progress = progress or Silent()

    @cached_property
    def some(self) -> ImageSet:
        """The set with a split that is cut to the sample."""
        parts = self.images.split.parts()
        limits = {"train": self.sample, "validation": self.sample // 4, "test": self.sample // 4}
        return replace(self.images, split=Split(**{name: self._drawn(rows, limits[name], name) for name, rows in parts.items()}))

    def _drawn(self, rows: Int64[np.ndarray, " n"], limit: int, word: str) -> Int64[np.ndarray, " m"]:
        """Return at most `limit` of some rows, in their order."""
        return rows[some_of(len(rows), limit, generator(self.seed, "doctor", word)).numpy()]

    @cached_property
    def brief(self) -> Recipe:
        """The recipe with as many epochs as give about `STEPS` steps over the sample."""
        examples = len(self.some.split.train)
        each = max(1, -(-examples // self.recipe.batch_size(examples)))
        return self.recipe.with_changes(epochs=max(1, min(self.recipe.epochs, STEPS // each)))

    @cached_property
    def setting(self) -> Setting:
        """The brief recipe met with the sample."""
        return settle_down(self.brief, self.some)

    @cached_property
    def start(self) -> State:
        """The state before the first step."""
        return first_state(self.setting, None)

    @cached_property
    def course(self) -> Course:
        """The brief training: the recipe itself, on the sample."""
        self.progress.say("training briefly")
        examples = len(self.setting.parts["train"])
        each = -(-examples // self.brief.batch_size(examples))
        return briefly(self.setting, self.start, min(STEPS, each * self.brief.epochs))

    @property
    def searches(self) -> bool:
        """Whether the optimiser never asks for a gradient: what it draws decides."""
        return "candidates" in self.recipe.optimiser.knobs

    @property
    def solves(self) -> bool:
        """Whether the optimiser goes straight to the best W and stands still there."""
        return self.setting.optimiser.reached is not None

    @property
    def least(self) -> float:
        """The least strength of a penalty that the optimiser can take: 0, or `FAINT` for one that needs a penalty to prove its answer."""
        return FAINT if self.solves else 0.0

    def members(self, recipes: Sequence[Recipe], images: ImageSet) -> tuple[Setting, State]:
        """Meet recipes with some pictures, prepared as the sample is, from the weights of the start.

        Weights are handed over in their order: without dropout a net's layers have other numbers.
        """
        module = self.setting.built(recipes[0])
        params = {name: tensor for (name, _), tensor in zip(module.named_parameters(), self.start.params.values(), strict=True)}
        buffers = {name: tensor for (name, _), tensor in zip(module.named_buffers(), self.start.buffers.values(), strict=True)}
        start = Start(params, buffers, self.setting.chain, self.some.classes)
        setting = settle_down(recipes, images, start=start)
        return setting, first_state(setting, start)

    def calm(self, recipe: Recipe, **changes: Any) -> Recipe:
        """Return a recipe without what keeps it from following its pictures.

        That is penalty (all but the `least`), decay, smoothing, dropout, augmentation, schedule and average.
        """

        def quiet(part: Part) -> dict[str, Any]:
            return {"name": part.name, **{name: CALM.get(name, value) for name, value in part.knobs.items()}}

        parts = {name: quiet(getattr(recipe, name)) for name in ("score", "loss", "optimiser")}
        penalty = ({"name": "l2", "strength": self.least},) if self.least else ()
        return recipe.with_changes(**{"penalty": penalty, "augment": (), "average": None, "schedule": (), **parts, **changes})

    def rows(self, count: int = BATCH) -> Int64[Tensor, " n"]:
        """Return some training rows of the sample, drawn at random."""
        train = self.setting.parts["train"].rows
        return train[torch.randperm(len(train), generator=generator(self.seed, "doctor", "rows"))[:count].to(train.device)]

    def batch(self, count: int = BATCH) -> Batch:
        """Return some training pictures of the sample, prepared, with labels."""
        return self.setting.batch(self.rows(count), step=0, augmented=False)

    def losses(self, setting: Setting, state: State, part: str) -> Float[np.ndarray, " n"]:
        """Return the data loss of every example of a part for the first member, in evaluation mode."""
        values = []
        with torch.no_grad():
            scores = setting.scorer(state.params, state.buffers)
            for images, labels, _ in setting.whole(part).chunks():
                values.append(setting.loss.value(scores(images)[0], labels, **self.recipe.loss.knobs).double())
        return torch.cat(values).numpy()


def scores_before_training(setting: Setting, params: Params, buffers: Params, images: Tensor) -> Float[Tensor, "members n classes"]:
    """Return all members' scores; a net with batch-norm normalises by these pictures, for its running statistics mean nothing yet."""
    if not normalises(setting.module):
        with torch.no_grad():
            return setting.scorer(params, buffers)(images)
    setting.module.train()
    found = []
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        for place, recipe in enumerate(setting.members.recipes):
            seed_noise(images.device, derive(recipe.seed, "noise", 0))
            copied = {name: tensor.clone() for name, tensor in member(buffers, place).items()}
            found.append(module_scores(setting.module, {**member(params, place), **copied}, images, autocast=False))
    return torch.stack(found)
