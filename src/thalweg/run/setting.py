"""Setting: a recipe met with its pictures: everything that stays the same while training runs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from thalweg.core.entries import Augmentation, Average, Loss, Optimiser, Schedule, Shape
from thalweg.core.errors import ConfigError, DataError, nearest
from thalweg.core.imageset import ImageSet
from thalweg.core.knobs import Integer, Number
from thalweg.core.seeds import derive, generator
from thalweg.core.tree import Params
from thalweg.prepare import Chain, fit_chain
from thalweg.run.batches import Batch, Batches, Examples, Preparer, WholeSet, cuts
from thalweg.run.linear_objective import LinearObjective
from thalweg.run.module_objective import ModuleObjective
from thalweg.run.penalties import Penalties
from thalweg.run.recipe import CATALOGUES, Part, Recipe
from thalweg.run.record import DataFacts

DTYPES = {"fp32": torch.float32, "bf16": torch.float32, "fp64": torch.float64}
RENEWAL_BATCHES = 64


@dataclass(frozen=True, eq=False)
class Setting:
    """What a training run is made of. `settings` are the optimiser's knobs as it wants them: numbers as tensors [members]."""

    recipe: Recipe
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
    penalties: Penalties
    optimiser: Optimiser
    settings: Mapping[str, Any]
    schedules: Sequence[tuple[Schedule, Mapping[str, Any]]]
    augmentations: Sequence[tuple[Augmentation, Mapping[str, Any]]]
    average: tuple[Average, Mapping[str, Any]] | None

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
        """The loss of all-zero scores: what the data loss should be near before the first step."""
        return self.loss.at_zero(len(self.classes), **self.recipe.loss.knobs)

    def objective(self, batches: Batches, buffers: Params, *, step: int) -> LinearObjective | ModuleObjective:
        """Make the objective over `batches`; dropout's noise is that of `step`."""
        if self.closed_form:
            return LinearObjective(batches, self.loss, self.recipe.loss.knobs, self.penalties)
        self.module.train()
        seed = self.recipe.seed
        return ModuleObjective(
            self.module, buffers, batches, self.loss, self.recipe.loss.knobs, self.penalties,
            noise=lambda member: derive(seed, "noise", step, member), autocast=self.autocast,
        )  # fmt: skip

    def rate_factor(self, step: int, steps: int, epoch_steps: int) -> float:
        """Return what multiplies the rate at `step`: the product of the schedules."""
        factor = 1.0
        for schedule, knobs in self.schedules:
            factor *= schedule.factor(step, steps, epoch_steps, **knobs)
        return factor

    def batch(self, rows: Tensor, *, step: int, augmented: bool = True) -> Batch:
        """Return prepared images and labels of some rows, changed at random by the augmentations of `step`."""
        raw, labels = self.parts["train"].raw(rows)
        if self.augmentations and augmented:
            noise = generator(self.recipe.seed, "augment", step)
            for augmentation, knobs in self.augmentations:
                raw = augmentation.apply(raw, noise, **knobs)
        return self.prepare(raw), labels

    def whole(self, part: str, *, keep: bool = False) -> WholeSet:
        """Return a part of the data, in its own order, not augmented; with `keep`, for steps that all look at the whole of it."""
        return WholeSet(self.parts[part], self.prepare, keep)

    def renewal(self) -> Iterator[Batch]:
        """Yield the training batches that batch-norm statistics of an average are made of; always the same."""
        train = self.parts["train"]
        shuffled = train.rows[torch.randperm(len(train), generator=generator(self.recipe.seed, "renewal"))]
        pieces = [rows for rows in shuffled.split(self.recipe.batch_size(len(train))) if len(rows) > 1]
        for index, rows in enumerate(pieces[:RENEWAL_BATCHES]):
            yield self.batch(rows, step=index, augmented=False)


def settle_down(recipe: Recipe, images: ImageSet, *, start: "Start | None" = None) -> Setting:
    """Meet a recipe with its pictures: fit the preparation on the training part, build the score function, check that all fits."""
    if not len(images.split.train):
        raise DataError(f"{images.source}: no training examples.")
    device = device_of(recipe.device)
    parts = {name: Examples.of(images, rows, device=device) for name, rows in images.split.parts().items() if len(rows)}
    score = CATALOGUES["score"].get(recipe.score.name)
    precision = precision_of(recipe, device, reduced=score.reduced_precision)
    chain = start.chain if start else _fitted(recipe, parts["train"])
    shape = chain.shape(images.shape)
    module = _built(recipe, shape, len(images.classes), device, DTYPES[precision])
    _check_batches(recipe, module, len(parts["train"]))
    if start:
        _check_start(images, module, start)
    optimiser = CATALOGUES["optimiser"].get(recipe.optimiser.name)
    average = recipe.average
    return Setting(
        recipe=recipe,
        device=device,
        precision=precision,
        classes=images.classes,
        shape=images.shape,
        parts=parts,
        chain=chain,
        prepare=Preparer.of(chain, images.shape, dtype=DTYPES[precision], device=device),
        module=module,
        closed_form=score.closed_form,
        loss=CATALOGUES["loss"].get(recipe.loss.name),
        penalties=_penalties(recipe, module),
        optimiser=optimiser,
        settings=_settings(optimiser, recipe.optimiser, DTYPES[precision], device),
        schedules=_pairs("schedule", recipe.schedule),
        augmentations=_pairs("augment", recipe.augment),
        average=None if average is None else (CATALOGUES["average"].get(average.name), average.knobs),
    )


@dataclass(frozen=True, eq=False)
class Start:
    """What a run continues from: another run's weights, buffers, preparation and class names."""

    params: Params
    buffers: Params
    chain: Chain
    classes: tuple[str, ...]


def data_facts(images: ImageSet) -> DataFacts:
    """Return what there is to say about an ImageSet without its pixels."""
    counts = {
        name: tuple(int(n) for n in np.bincount(images.labels[rows], minlength=len(images.classes)))
        for name, rows in images.split.parts().items()
    }
    return DataFacts(
        source=images.source,
        fingerprint=images.fingerprint,
        shape=images.shape,
        classes=images.classes,
        counts=counts,
        skipped=tuple((skipped.path, skipped.reason) for skipped in images.skipped),
        notes=images.notes,
        split=images.split.fingerprint,
    )


def device_of(name: str) -> torch.device:
    """Return the device called `name`, or raise `ConfigError` naming those that this machine has."""
    present = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    kind, _, index = name.partition(":")
    numbered = index.isdigit() and kind == "cuda" and int(index) < torch.cuda.device_count()
    if not present.get(kind, False) or (index and not numbered):
        there = ", ".join(each for each, found in present.items() if found)
        raise ConfigError(f"device {name!r} cannot be used here; this machine has {there}.{nearest(kind, present)}")
    return torch.device(name)


def precision_of(recipe: Recipe, device: torch.device, *, reduced: bool) -> str:
    """Return fp32, bf16 or fp64; `auto` is bf16 where the score gains from it and the device has it in hardware."""
    if recipe.precision != "auto":
        return recipe.precision
    hardware = {"cuda": torch.cuda.is_bf16_supported, "cpu": torch.cpu._is_avx512_bf16_supported}.get(device.type, bool)
    return "bf16" if reduced and hardware() else "fp32"


def _fitted(recipe: Recipe, train: Examples) -> Chain:
    def chunks() -> Iterator[Tensor]:
        for rows in train.rows.split(train.chunk):
            yield train.raw(rows)[0].cpu().float()

    return fit_chain(_pairs("prepare", recipe.prepare), chunks)


def _built(recipe: Recipe, shape: Shape, classes: int, device: torch.device, dtype: torch.dtype) -> nn.Module:
    entry = CATALOGUES["score"].get(recipe.score.name)
    module: nn.Module = entry.build(shape, classes, generator(recipe.seed, "init"), **recipe.score.knobs)
    return module.to(device=device, dtype=dtype)


def _check_batches(recipe: Recipe, module: nn.Module, examples: int) -> None:
    normalises = any(isinstance(layer, nn.modules.batchnorm._BatchNorm) for layer in module.modules())
    if normalises and min(cuts(examples, recipe.batch_size(examples))) < 2:
        raise ConfigError(
            f"batch-norm needs two examples in a batch; got batches of 1 from {examples} training example(s). "
            "Use a batch of 2 or more, or a score without batch-norm."
        )


def _check_start(images: ImageSet, module: nn.Module, start: "Start") -> None:
    for name, tensor in module.named_parameters():
        given = start.params[name].shape[1:]
        if given != tensor.shape:
            raise DataError(
                f"{images.source}: pictures of {images.shape} (height, width, channels) need {name} {list(tensor.shape)}; "
                f"the run to start from has {list(given)}. Give pictures of its size (--size)."
            )


def _penalties(recipe: Recipe, module: nn.Module) -> Penalties:
    every = dict(module.named_parameters())
    names = frozenset(every) if recipe.penalise_biases else frozenset(name for name, tensor in every.items() if tensor.ndim >= 2)
    return Penalties(_pairs("penalty", recipe.penalty), names)


def _settings(optimiser: Optimiser, part: Part, dtype: torch.dtype, device: torch.device) -> dict[str, Any]:
    numbers = {knob.name for knob in optimiser.knobs if isinstance(knob, Number) and not isinstance(knob, Integer)}
    return {name: torch.tensor([value], dtype=dtype, device=device) if name in numbers else value for name, value in part.knobs.items()}


def _pairs(kind: str, parts: Sequence[Part]) -> list[tuple[Any, Mapping[str, Any]]]:
    return [(CATALOGUES[kind].get(part.name), part.knobs) for part in parts]
