"""Thalweg's side of the training rows: an epoch as `thalweg.train` runs it, without the evaluation after it."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

import thalweg
from measure import THREADS
from thalweg.core.progress import Silent
from thalweg.run.conduct import first_state, workers
from thalweg.run.loop import Loop
from thalweg.run.memory import keep_freed_memory
from thalweg.run.recipe import Recipe
from thalweg.run.setting import settle_down
from thalweg.run.signals import Stop

RATE, MOMENTUM, BATCH = 0.05, 0.9, 128


@contextmanager
def fashion(examples: int) -> Iterator[str]:
    """Give an `.npz` file of Fashion-MNIST with so many training examples: every side reads the same file, each in its own way."""
    images = thalweg.load("fashion-mnist", validation=0.0)
    train, test = images.split.train[:examples], images.split.test
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "fashion.npz")
        np.savez(
            file, x_train=images.images[train], y_train=images.labels[train], x_test=images.images[test], y_test=images.labels[test]
        )  # fmt: skip
        yield str(file)


def arrays(file: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the training part as the peers take it: float32 pixels in [-1, 1], [N, H, W, C], and labels."""
    with np.load(file) as content:
        pixels = content["x_train"].astype(np.float32)
        labels = content["y_train"]
    pixels /= 127.5
    pixels -= 1
    return pixels, labels


def epochs(file: str, score: str) -> Callable[[], None]:
    """Return a function that trains one classifier for one more epoch each time."""
    return together(file, score, 1)


def together(file: str, score: str | dict[str, Any], members: int) -> Callable[[], None]:
    """Return a function that trains so many members, with rates of their own, for one more epoch each time."""
    images = thalweg.load(file, validation=0.0)
    optimisers = [{"name": "momentum", "rate": RATE / (1 + index / members), "momentum": MOMENTUM} for index in range(members)]
    recipes = [
        Recipe.make(
            score=score, loss="softmax", optimiser=optimiser, batch=BATCH, epochs=1_000_000, checkpoint_minutes=0.0, seed=seed, data_seed=0
        )
        for seed, optimiser in enumerate(optimisers)
    ]
    setting = settle_down(recipes, images)
    keep_freed_memory()  # as `thalweg.train` does, and the number of threads that it would take
    torch.set_num_threads(THREADS)
    stack = ExitStack()
    equipped = stack.enter_context(workers(setting))
    loop = Loop(equipped, save=lambda _: None, log=lambda *_: None, stop=Stop(), progress=Silent(), clock=time.monotonic)
    state = first_state(equipped, None)

    def one_epoch() -> None:
        nonlocal state
        state = replace(loop.epoch(state), epoch=state.epoch + 1, taken=0)

    one_epoch.stack = stack  # type: ignore[attr-defined]
    return one_epoch
