"""Racer: one runner of a race on data: its training, and what is written down of it at every step and every so many steps."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float32, Int32

from thalweg.core.imageset import ImageSet
from thalweg.faces.lab._trainer import Trainer
from thalweg.run.recipe import Recipe

SMOOTHING = 0.8
"""The share of what was before in the exponential mean of the batches' losses."""
MOST_POINTS = 400


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What a runner is worth on whole parts of the data after some steps; a part that is empty has no figures."""

    step: int
    loss: float
    accuracy: float
    validation_loss: float | None
    validation_accuracy: float | None


class Racer:
    """A runner: its trainer, the objective on every batch before its step, and marks at the start and now and then."""

    def __init__(self, name: str, images: ImageSet, recipe: Recipe) -> None:
        self.name, self.recipe = name, recipe
        self.trainer = Trainer(images, recipe)
        self.rewind()

    def rewind(self) -> None:
        """Stand at the start."""
        self.trainer.rewind()
        self.losses: list[float] = []
        self.smooth: list[float] = []
        self.marks = [self.mark()]

    @property
    def step(self) -> int:
        """How many steps it has taken; the one at which it diverged is not among them."""
        return len(self.losses) - self.diverged

    @property
    def diverged(self) -> bool:
        """Whether it is out of the race."""
        return self.trainer.diverged

    def advance(self, every: int, last: int) -> None:
        """Take a step, and a mark where one is due: after every `every` steps and after the last one."""
        before = self.smooth[-1] if self.smooth else None
        going = self.trainer.step()
        loss = math.inf if self.trainer.loss is None else self.trainer.loss
        self.losses.append(loss)
        self.smooth.append(loss if before is None else SMOOTHING * before + (1 - SMOOTHING) * loss)
        if going and (self.step % every == 0 or self.step == last):
            self.marks.append(self.mark())

    def mark(self) -> Mark:
        """Measure the whole training part, and the validation part."""
        train, validation = self.trainer.figures("train"), self.trainer.figures("validation")
        assert train is not None, "there are training examples"
        return Mark(
            step=self.trainer.state.step,
            loss=train.total,
            accuracy=train.accuracy,
            validation_loss=None if validation is None else validation.loss,
            validation_accuracy=None if validation is None else validation.accuracy,
        )

    def row(self) -> dict[str, Any]:
        """Return what is said of it in words."""
        knobs = {name: value for name, value in self.recipe.optimiser.knobs.items() if isinstance(value, int | float)}
        ending = f"diverged at step {self.step + 1}" if self.diverged else ""
        return {"name": self.name, "step": self.step, "settings": knobs, "ending": ending, "advice": self.trainer.failed}


def curves(racers: Sequence[Racer]) -> dict[str, np.ndarray]:
    """Return everybody's curves at the same steps, NaN where one has none: at most `MOST_POINTS` of them, the last one among them."""
    longest = max((len(racer.smooth) for racer in racers), default=0)
    at = np.unique(np.linspace(0, max(0, longest - 1), min(MOST_POINTS, longest)).round().astype(np.int32))
    marked = np.array(sorted({mark.step for racer in racers for mark in racer.marks}), dtype=np.int32)
    return {
        "steps": at,
        "smooth": np.stack([_picked(racer.smooth, at) for racer in racers]),
        "marked": marked,
        **{
            name: np.stack([_marked(racer.marks, marked, name) for racer in racers])
            for name in ("loss", "accuracy", "validation_loss", "validation_accuracy")
        },
    }


def _picked(values: Sequence[float], at: Int32[np.ndarray, " points"]) -> Float32[np.ndarray, " points"]:
    found = np.full(len(at), np.nan, dtype=np.float32)
    there = at < len(values)
    found[there] = np.array(values, dtype=np.float32)[at[there]] if len(values) else 0
    return found


def _marked(marks: Sequence[Mark], at: Int32[np.ndarray, " marks"], name: str) -> Float32[np.ndarray, " marks"]:
    found = np.full(len(at), np.nan, dtype=np.float32)
    for mark in marks:
        value = getattr(mark, name)
        found[np.searchsorted(at, mark.step)] = np.nan if value is None else value
    return found
