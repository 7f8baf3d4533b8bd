"""Bench: the pictures and the seed that claims are measured with, made small enough for a dense Hessian."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor

from thalweg.core.catalogue import settle
from thalweg.core.imageset import ImageSet, Split
from thalweg.core.seeds import generator, some_of
from thalweg.core.tree import Params
from thalweg.loss import LOSSES
from thalweg.penalty import PENALTIES
from thalweg.run.batches import MiniBatch
from thalweg.run.linear_objective import LinearObjective
from thalweg.run.penalties import Penalties
from thalweg.run.recipe import Recipe
from thalweg.run.setting import settle_down

SIDE, CLASSES, TRAIN, TEST = 8, 10, 2000, 1000
"""Most pixels along a side, classes, training and test pictures of a small set."""


@dataclass(frozen=True, eq=False)
class Examples:
    """Prepared pixels (standardised, float64) with their labels."""

    pixels: Float[Tensor, "n inputs"]
    labels: Int64[Tensor, " n"]
    classes: int

    def __len__(self) -> int:
        return len(self.labels)

    def at(self, rows: Sequence[int] | Tensor) -> "Examples":
        """Return the examples in some rows."""
        index = torch.as_tensor(rows, dtype=torch.int64)
        return replace(self, pixels=self.pixels[index], labels=self.labels[index])

    def some(self, count: int, seed: int, name: str) -> "Examples":
        """Return at most `count` of the examples, chosen at random by the seed."""
        return self.at(torch.randperm(len(self), generator=generator(seed, "claims", name))[:count])

    def balanced(self, each: int) -> "Examples":
        """Return the first `each` examples of every class, or as many of each as the rarest class has."""
        rows = [torch.nonzero(self.labels == number).flatten() for number in range(self.classes)]
        count = min(each, *map(len, rows))
        return self.at(torch.cat([row[:count] for row in rows]))

    @property
    def batch(self) -> MiniBatch:
        """All examples as one batch."""
        return MiniBatch(self.pixels[:, None, None, :], self.labels)

    def objective(
        self, loss: str = "softmax", *, biases: bool = False, penalty: Mapping[str, Any] | None = None, **knobs: Any
    ) -> LinearObjective:
        """Return the mean loss of a linear score over these examples plus penalties: `penalty={"l2": {"strength": 0.1}}`."""
        entry = LOSSES.get(loss)
        parts = [(PENALTIES.get(name), settle(PENALTIES.get(name), own, kind="penalty")) for name, own in (penalty or {}).items()]
        names = frozenset({"weight", "bias"} if biases else {"weight"})
        return LinearObjective(self.batch, entry, settle(entry, knobs, kind="loss"), Penalties(parts, names))

    def zeros(self, members: int = 1) -> Params:
        """Return W = 0, b = 0."""
        inputs = self.pixels.shape[1]
        return {"weight": self.pixels.new_zeros(members, self.classes, inputs), "bias": self.pixels.new_zeros(members, self.classes)}

    def draw(self, scale: float, seed: int, name: str, members: int = 1) -> Params:
        """Return normal W and b of a standard deviation."""
        noise = generator(seed, "claims", name)
        return {key: scale * torch.randn(tensor.shape, generator=noise, dtype=tensor.dtype) for key, tensor in self.zeros(members).items()}

    @property
    def smoothness(self) -> float:
        """Half the largest eigenvalue of X^T X / N, X with a column of ones: a bound on the curvature of the softmax loss."""
        ones = torch.cat([self.pixels, torch.ones(len(self), 1, dtype=self.pixels.dtype)], dim=1)
        return float(torch.linalg.eigvalsh(ones.T @ ones / len(self))[-1]) / 2


@dataclass(frozen=True, eq=False)
class Bench:
    """What a claim is measured with: pictures and a seed. `pictures` are as they came, `small` what most claims use."""

    pictures: ImageSet
    seed: int = 0

    @cached_property
    def small(self) -> ImageSet:
        """The pictures with at most 8 x 8 grey pixels, the ten largest classes, 2,000 training and 1,000 test pictures."""
        return shrunk(self.pictures, seed=self.seed)

    @cached_property
    def recipe(self) -> Recipe:
        """A linear softmax classifier in double precision on standardised pixels."""
        return Recipe.make(seed=self.seed, precision="fp64", prepare=["standardise"], data={"source": self.pictures.source})

    @cached_property
    def train(self) -> Examples:
        """The small training part, prepared."""
        return self._part("train")

    @cached_property
    def test(self) -> Examples:
        """The small test part, prepared as the training part is; empty where there is none."""
        return self._part("test")

    def _part(self, name: str) -> Examples:
        setting = settle_down(self.recipe, self.small)
        classes = len(setting.classes)
        if name not in setting.parts:
            return Examples(self.train.pixels[:0], self.train.labels[:0], classes)
        chunks = list(setting.whole(name).chunks())
        return Examples(torch.cat([each.images.flatten(1) for each in chunks]), torch.cat([each.labels for each in chunks]), classes)

    @cached_property
    def described(self) -> str:
        """What the data of a claim are, in words."""
        small, (height, width, channels) = self.small, self.pictures.shape
        train, test = len(small.split.train), len(small.split.test)
        now = "x".join(map(str, small.shape))
        whole = f"{len(self.pictures.split.train):,}"
        words = f"{self.pictures.source}: {train:,} of {whole} training and {test:,} test pictures"
        kept = len(small.classes)
        words += (
            f", {kept} classes" if kept == len(self.pictures.classes) else f", the {kept} largest of {len(self.pictures.classes)} classes"
        )
        return words if small.shape == self.pictures.shape else f"{words}, {height}x{width}x{channels} averaged to {now}"


def shrunk(images: ImageSet, *, seed: int, side: int = SIDE) -> ImageSet:
    """Return at most `CLASSES` classes, `TRAIN` and `TEST` pictures, each averaged over blocks to at most `side` x `side` grey pixels."""
    counts = np.bincount(images.labels[images.split.train], minlength=len(images.classes))
    largest = np.sort(np.argsort(-counts, kind="stable")[:CLASSES])
    number = np.full(len(images.classes), -1, dtype=np.int64)
    number[largest] = np.arange(len(largest))
    parts, most = images.split.parts(), {"train": TRAIN, "validation": 0, "test": TEST}

    def chosen(name: str) -> np.ndarray:
        rows = parts[name][number[images.labels[parts[name]]] >= 0]
        order = some_of(len(rows), most[name], generator(seed, "claims", name))
        return rows[order.numpy()]

    train, test = chosen("train"), chosen("test")
    rows = np.concatenate([train, test])
    split = Split(np.arange(len(train)), np.arange(0), np.arange(len(train), len(rows)))
    return ImageSet(
        images=_averaged(images, rows, side),
        labels=number[images.labels[rows]],
        classes=tuple(images.classes[place] for place in largest),
        fingerprint=images.fingerprint,
        split=split,
        source=images.source,
    )


def _averaged(images: ImageSet, rows: Int64[np.ndarray, " n"], side: int) -> np.ndarray:
    height, width, channels = images.shape
    if images.points or (height <= side and width <= side and channels == 1):
        return np.ascontiguousarray(images.images[rows])
    pixels = torch.from_numpy(np.ascontiguousarray(images.images[rows])).float().mean(3)[:, None]
    small = torch.nn.functional.adaptive_avg_pool2d(pixels, (min(side, height), min(side, width)))
    return small[:, 0, :, :, None].round().to(torch.uint8).numpy()
