"""Setting: a recipe met with its pictures: everything that stays the same while training runs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Float64
from torch import Tensor, nn

from thalweg.core.entries import Augmentation, Average, Loss, Optimiser, Shape, StackedScores
from thalweg.core.errors import ConfigError, DataError
from thalweg.core.imageset import ImageSet
from thalweg.core.seeds import derive, generator
from thalweg.core.tree import Params
from thalweg.prepare import Chain, fit_chain
from thalweg.run.batches import Batch, Batches, Examples, Preparer, WholeSet, cuts
from thalweg.run.crew import Crew
from thalweg.run.devices import device_of, precision_of
from thalweg.run.linear_objective import LinearObjective, linear_scores
from thalweg.run.members import Members, gather_members
from thalweg.run.module_objective import ModuleObjective, member, module_scores
from thalweg.run.own import ownership, weighed
from thalweg.run.penalties import Penalties
from thalweg.run.recipe import CATALOGUES, Part, Recipe
from thalweg.run.stacked_objective import StackedObjective, agrees, mapped, stacked_scores
from thalweg.run.start import Start

DTYPES = {"fp32": torch.float32, "bf16": torch.float32, "fp64": torch.float64}
RENEWAL_BATCHES = 64


@dataclass(frozen=True, eq=False)
class Setting:
    """What a population's training is made of: what its members share, and in `members` what each has of its own.

    `stacked` computes all members' scores at once, `crew` several members side by side; without both a module takes them one by one.
    `whole` is the data's split as it was: with folds, training and validation part are one, and members differ in what they train on.
    """

    members: Members
    device: torch.device
    precision: str
    classes: tuple[str, ...]
    shape: Shape
    parts: Mapping[str, Examples]
    chain: Chain
    prepare: Preparer
    module: nn.Module
    closed_form: bool
    loss: Loss
    optimiser: Optimiser
    augmentations: Sequence[tuple[Augmentation, Mapping[str, Any]]]
    average: Average | None
    stacked: StackedScores | None = None
    crew: Crew | None = None
    note: str = ""

    @property
    def recipe(self) -> Recipe:
        """The recipe of the first member: what all share stands in each."""
        return self.members.recipes[0]

    @property
    def penalties(self) -> Penalties:
        """The penalties of all members."""
        return self.members.penalties

    @property
    def settings(self) -> Mapping[str, Any]:
        """The optimiser's knobs, numbers as tensors [members]."""
        return self.members.settings

    @property
    def dtype(self) -> torch.dtype:
        """The type of parameters and prepared pixels."""
        return DTYPES[self.precision]

    @property
    def autocast(self) -> bool:
        """Whether modules compute in bfloat16; the closed form never does, so its figures do not either."""
        return self.precision == "bf16" and not self.closed_form

    @property
    def expected_start(self) -> float:
        """The loss of all-zero scores for the first member: what the data loss should be near before the first step."""
        return expected_start(self.recipe, len(self.classes))

    def only(self, places: Sequence[int]) -> "Setting":
        """Return the setting of the members at some places."""
        return replace(self, members=self.members.only(places))

    def objective(
        self, batches: Batches, buffers: Params, *, step: int, training: bool = True
    ) -> LinearObjective | ModuleObjective | StackedObjective:
        """Make the objective over `batches`, in training mode or in evaluation mode; dropout's noise is that of `step`."""
        members = self.members
        if self.closed_form:
            return LinearObjective(batches, self.loss, members.loss, members.penalties)
        self._mode(training=training)
        objective = ModuleObjective(
            self.module, buffers, batches, self.loss, members.loss, members.penalties,
            noise=lambda member: derive(members.recipes[member].seed, "noise", step), autocast=self.autocast, members=len(members),
            crew=self.crew, fewest=2 if normalises(self.module) else 1,
        )  # fmt: skip
        return objective if self.stacked is None else StackedObjective(objective, self.stacked)

    def scorer(self, params: Params, buffers: Params) -> Callable[[Tensor], Tensor]:
        """Return a function from prepared images to all members' scores [members, N, classes], in evaluation mode."""
        if self.closed_form and len(self.members) > 1:
            return lambda images: linear_scores(images.flatten(1), params)
        self._mode(training=False)
        if self.stacked is not None:
            stacked = self.stacked
            return lambda images: stacked_scores(stacked, params, images, None, autocast=self.autocast)

        def one(module: nn.Module, place: int, images: Tensor) -> Tensor:
            with torch.no_grad():
                return module_scores(module, {**member(params, place), **member(buffers, place)}, images, autocast=self.autocast)

        if self.crew is not None:
            crew = self.crew
            return lambda images: torch.stack(crew.each(lambda module, place: one(module, place, images), len(self.members)))
        return lambda images: torch.stack([one(self.module, place, images) for place in range(len(self.members))])

    def _mode(self, *, training: bool) -> None:
        self.module.train(training)
        if self.crew is not None:
            self.crew.train(training)

    def batch(self, rows: Tensor, *, step: int, augmented: bool = True) -> Batch:
        """Return prepared images and labels of some rows, changed at random by the augmentations of `step`."""
        raw, labels = self.parts["train"].raw(rows)
        if self.augmentations and augmented:
            noise = generator(self.recipe.shared_seed, "augment", step)
            for augmentation, knobs in self.augmentations:
                raw = augmentation.apply(raw, noise, **knobs)
        return Batch(self.prepare(raw), labels, self.members.own_of(rows))

    def whole(self, part: str, *, keep: bool = False) -> WholeSet:
        """Return a part of the data, in its own order, not augmented; with `keep`, for steps that all look at the whole of it."""
        own = self.members.own
        weighed = own is not None and own.is_floating_point()
        return WholeSet(self.parts[part], self.prepare, keep, own if part == "train" or (weighed and part == "validation") else None)

    def renewal(self) -> Iterator[Batch]:
        """Yield the training batches that batch-norm statistics of an average are made of; always the same."""
        train = self.parts["train"]
        shuffled = train.rows[torch.randperm(len(train), generator=generator(self.recipe.shared_seed, "renewal"))]
        pieces = [rows for rows in shuffled.split(self.recipe.batch_size(len(train))) if len(rows) > 1]
        for index, rows in enumerate(pieces[:RENEWAL_BATCHES]):
            yield self.batch(rows, step=index, augmented=False)

    def built(self, recipe: Recipe) -> nn.Module:
        """Build a member's score function with the weights that its seed draws."""
        return _built(recipe, self.chain.shape(self.shape), len(self.classes), self.device, self.dtype)


def settle_down(
    recipe: Recipe | Sequence[Recipe],
    images: ImageSet,
    *,
    start: Start | None = None,
    counts: Float64[np.ndarray, "members all"] | None = None,
) -> Setting:
    """Meet recipes with their pictures: fit the preparation on the training part, build the score function, check that all fits.

    Several recipes must agree in structure (`thalweg.run.structure`); they become the members of one population. With folds the training
    part is what any of them trains on, so that all see the same batches; the preparation is fitted on all of it.
    `counts` says how much each example of the set counts for each member, in place of folds (`thalweg.run.own.weighed`); a preparation
    sees every training example once, whatever it counts.
    """
    recipes = [recipe] if isinstance(recipe, Recipe) else list(recipe)
    first = recipes[0]
    if not len(images.split.train):
        raise DataError(f"{images.source}: no training examples.")
    device = device_of(first.device)
    split, own = ownership(recipes, images) if counts is None else (images.split, weighed(counts, images))
    parts = {name: Examples.of(images, rows, device=device) for name, rows in split.parts().items() if len(rows)}
    score = CATALOGUES["score"].get(first.score.name)
    precision = precision_of(first, device, reduced=score.reduced_precision)
    chain = start.chain if start else _fitted(first, parts["train"])
    module = _built(first, chain.shape(images.shape), len(images.classes), device, DTYPES[precision])
    _check_batches(first, module, len(parts["train"]))
    if start:
        _check_start(images, module, start)
    prepare = Preparer.of(chain, images.shape, dtype=DTYPES[precision], device=device)
    stacked, note = (None, "") if len(recipes) == 1 or score.closed_form else _together(first, module, prepare, parts["train"])
    return Setting(
        members=gather_members(recipes, penalised=penalised(first, module), dtype=DTYPES[precision], device=device, own=own),
        device=device,
        precision=precision,
        classes=images.classes,
        shape=images.shape,
        parts=parts,
        chain=chain,
        prepare=prepare,
        module=module,
        closed_form=score.closed_form,
        loss=CATALOGUES["loss"].get(first.loss.name),
        optimiser=CATALOGUES["optimiser"].get(first.optimiser.name),
        augmentations=_pairs("augment", first.augment),
        average=None if first.average is None else CATALOGUES["average"].get(first.average.name),
        stacked=stacked,
        note=note,
    )


def _fitted(recipe: Recipe, train: Examples) -> Chain:
    def chunks() -> Iterator[Tensor]:
        for rows in train.rows.split(train.chunk):
            raw = train.raw(rows)[0].cpu()
            yield raw if raw.is_floating_point() else raw.float()

    return fit_chain(_pairs("prepare", recipe.prepare), chunks)


def _built(recipe: Recipe, shape: Shape, classes: int, device: torch.device, dtype: torch.dtype) -> nn.Module:
    entry = CATALOGUES["score"].get(recipe.score.name)
    module: nn.Module = entry.build(shape, classes, generator(recipe.seed, "init"), **recipe.score.knobs)
    return module.to(device=device, dtype=dtype)


def normalises(module: nn.Module) -> bool:
    """Whether a module has batch-norm, which needs two examples in a batch."""
    return any(isinstance(layer, nn.modules.batchnorm._BatchNorm) for layer in module.modules())


def _check_batches(recipe: Recipe, module: nn.Module, examples: int) -> None:
    if normalises(module) and min(cuts(examples, recipe.batch_size(examples))) < 2:
        raise ConfigError(
            f"batch-norm needs two examples in a batch; got batches of 1 from {examples} training example(s). "
            "Use a batch of 2 or more, or a score without batch-norm."
        )


def _check_start(images: ImageSet, module: nn.Module, start: Start) -> None:
    for name, tensor in module.named_parameters():
        given = start.params[name].shape[1:]
        if given != tensor.shape:
            raise DataError(
                f"{images.source}: pictures of {images.shape} (height, width, channels) need {name} {list(tensor.shape)}; "
                f"the run to start from has {list(given)}. Give pictures of its size (--size)."
            )


def penalised(recipe: Recipe, module: nn.Module) -> frozenset[str]:
    """Return the names of the parameters that penalties act on: weights, and biases and normalisation where the recipe asks for it."""
    every = dict(module.named_parameters())
    return frozenset(every) if recipe.penalise_biases else frozenset(name for name, tensor in every.items() if tensor.ndim >= 2)


def _together(recipe: Recipe, module: nn.Module, prepare: Preparer, train: Examples) -> tuple[StackedScores | None, str]:
    """Return how all members' scores are computed at once, if there is a way, and a sentence for the person where there is none."""
    entry = CATALOGUES["score"].get(recipe.score.name)
    if entry.stacked is not None:
        return entry.stacked(module), ""
    if not entry.foreign:
        return None, ""
    scores = mapped(module)
    if scores is not None and agrees(scores, module, prepare(train.raw(train.rows[:2])[0]).permute(0, 3, 1, 2)):
        return scores, ""
    why = "convolves, draws noise or keeps statistics" if scores is None else "has operations that torch.func.vmap does not take"
    return None, f"{recipe.score.knobs['factory']} {why}: its members train one after the other."


def expected_start(recipe: Recipe, classes: int) -> float:
    """Return the loss that a recipe has at all-zero scores of so many classes."""
    loss: Loss = CATALOGUES["loss"].get(recipe.loss.name)
    return loss.at_zero(classes, **recipe.loss.knobs)


def _pairs(kind: str, parts: Sequence[Part]) -> list[tuple[Any, Mapping[str, Any]]]:
    return [(CATALOGUES[kind].get(part.name), part.knobs) for part in parts]
