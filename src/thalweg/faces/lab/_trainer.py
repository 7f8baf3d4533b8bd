"""Trainer: a training that is steered while it runs: stepped, wound back, and changed in its numbers, its data or its weights."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Silent
from thalweg.core.tree import Params
from thalweg.run.batches import Batches
from thalweg.run.conduct import first_state
from thalweg.run.loop import Loop
from thalweg.run.measuring import measured_part
from thalweg.run.recipe import Recipe
from thalweg.run.record import Figures
from thalweg.run.setting import Setting, settle_down
from thalweg.run.signals import Stop
from thalweg.run.start import Start
from thalweg.run.state import State

SAMPLE = 2000
"""How many training examples the figures after an epoch are of, at most."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Step:
    """The update just made: the state before it and after it, and what it looked at."""

    before: State
    after: State
    batches: Batches


class Trainer:
    """One member's training by a recipe on pictures. Whatever changes, the weights stay where they are as long as their shapes do.

    `begin` holds the weights that it begins from, where the recipe continues from a run. `loss` is the objective on the last step's batch.
    """

    def __init__(self, images: ImageSet, recipe: Recipe, *, begin: Start | None = None) -> None:
        self.images, self.recipe, self.begin = images, recipe, begin
        self.setting: Setting = settle_down(recipe, images, start=begin)
        self.start = self.state = first_state(self.setting, begin, path_points=recipe.path_points)
        self.last: Step | None = None
        self.failed = ""
        self.loss: float | None = None
        self._follow()

    def _follow(self) -> None:
        self.loop = Loop(
            self.setting, save=lambda _: None, log=lambda *_: None, stop=Stop(), progress=Silent(), clock=lambda: 0.0, sample=SAMPLE
        )  # fmt: skip
        self.loop.follow(self.state)
        self.coming: Iterator[Batches] = iter(())

    def change(self, images: ImageSet, recipe: Recipe) -> None:
        """Go on with other pictures or another recipe: from the weights reached where they fit, else from new ones.

        What the optimiser remembers stays as long as it is the same optimiser. Raises `ThalwegError` and changes nothing where they do
        not go together.
        """
        setting = settle_down(recipe, images, start=self.fitted(images, recipe))
        fresh = first_state(setting, self.begin, path_points=recipe.path_points)
        same = _shapes(fresh.params) == _shapes(self.state.params) and recipe.score == self.recipe.score
        reseeded = recipe.seed != self.recipe.seed
        self.images, self.setting = images, setting
        if same and not reseeded:
            memory = self.state.optimiser if recipe.optimiser.name == self.recipe.optimiser.name else fresh.optimiser
            mean = self.state.mean if recipe.average == self.recipe.average else fresh.mean
            epoch = self.state.epoch + bool(self.state.taken)
            self.state = replace(
                self.state, optimiser=memory, mean=mean, chain=fresh.chain, taken=0, epoch=epoch, outcomes=(None,)
            )  # fmt: skip
            self.start = replace(fresh, params=self.start.params, buffers=self.start.buffers)
        else:
            self.start = self.state = fresh
            self.last = None
        self.recipe, self.failed = recipe, ""
        self._follow()

    def fitted(self, images: ImageSet, recipe: Recipe) -> Start | None:
        """Return a start that holds the preparation as it was fitted, where pictures, preparation and score are the same as before."""
        if images is not self.images or (recipe.prepare, recipe.score) != (self.recipe.prepare, self.recipe.score):
            return self.begin
        return Start(self.state.params, self.state.buffers, self.setting.chain, images.classes)

    def rewind(self) -> None:
        """Go back to the weights of the start, and the batches too: the same course again."""
        self.state, self.last, self.failed = self.start, None, ""
        self._follow()

    def put(self, name: str, index: tuple[int, ...], value: float) -> None:
        """Set one number of a weight by hand."""
        tensor = self.state.params[name].clone()
        tensor[(0, *index)] = value
        self.state = replace(self.state, params={**self.state.params, name: tensor}, outcomes=(None,))
        self.last, self.failed = None, ""
        self._follow()

    @property
    def diverged(self) -> bool:
        """Whether the last step would have left the numbers; the weights are those before it."""
        return self.state.ended

    def step(self) -> bool:
        """Take one step; False where training has diverged."""
        if self.diverged:
            return False
        batches = next(self.coming, None)
        if batches is None:
            if self.state.taken:
                self.state = replace(self.state, epoch=self.state.epoch + 1, taken=0)
            self.coming = self.loop.batches(self.state)
            batches = next(self.coming)
        before = self.state
        self.state, self.loss = self.loop.step(before, batches)
        self.last = Step(before=before, after=self.state, batches=batches)
        if self.diverged:
            outcome = self.state.outcomes[0]
            self.failed = "" if outcome is None else outcome.advice
        return not self.diverged

    @property
    def steps_an_epoch(self) -> int:
        """How many steps see every training example once."""
        return len(self.loop.sizes)

    def figures(self, part: str = "train") -> Figures | None:
        """Return loss, penalty and accuracy over a part of the data; None where the part is empty."""
        if part not in self.setting.parts:
            return None
        with torch.no_grad():
            return measured_part(self.setting, part, self.state.params, self.state.buffers, progress=Silent())[0]

    def scores(self, prepared: Float[Tensor, "n height width channels"]) -> Float[Tensor, "n classes"]:
        """Return the scores of prepared pictures."""
        with torch.no_grad():
            return self.setting.scorer(self.state.params, self.state.buffers)(prepared)[0]

    def gradient(self, state: State, batches: Batches | None = None) -> Params:
        """Return the gradient of the objective (its smooth part) at a state, over a batch or all training examples."""
        return self.loop.gradient(state, self.setting.whole("train") if batches is None else batches)


def _shapes(params: Params) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in params.items()}
