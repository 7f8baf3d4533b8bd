"""Ramp: a population whose rate grows by one factor a step, watched until every seed is lost."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float64

from thalweg.core.entries import Info
from thalweg.core.progress import Progress, Silent
from thalweg.run.batches import Batches, MiniBatch, cuts, order
from thalweg.run.loop import Loop
from thalweg.run.setting import Setting
from thalweg.run.signals import Stop
from thalweg.run.state import State

NOISE_BATCHES = 24
"""Batches over which the loss at the start and its noise are measured."""
HOPELESS, SMOOTHING = 4.0, 0.8
"""The ramp ends when every seed's loss, smoothed by this exponential mean, is above so many times what it was at the start."""


class Ramp:
    """The climb of a population, watched."""

    def __init__(self, setting: Setting, rates: Float64[np.ndarray, " steps"], progress: Progress) -> None:
        growth = float((rates[-1] / rates[0]) ** (1 / (len(rates) - 1)))
        last = len(rates) - 1
        self.seen: list[tuple[tuple[int, ...], list[float]]] = []
        self.rates, self.progress = rates, progress
        self.loop = Loop(
            setting, save=lambda _: None, log=lambda *_: None, stop=Stop(), progress=Silent(), clock=lambda: 0.0,
            schedule=lambda step: growth ** min(step, last), watch=self.watch,
        )  # fmt: skip

    def watch(self, state: State, info: Info) -> None:
        """Keep the losses of a step: those before it, which the step before left."""
        self.seen.append((state.active, info["loss"].double().tolist()))

    def climb(self, state: State, start: Float64[np.ndarray, " seeds"]) -> Float64[np.ndarray, "seeds steps"]:
        """Step up the ramp and once more, to see the last step's loss; return the losses after each step."""
        self.loop.follow(state)
        self.progress.begin("rate", len(self.rates), "steps")
        smooth = start.copy()
        try:
            while len(self.seen) <= len(self.rates) and not state.ended and (smooth < HOPELESS * np.abs(start)).any():
                for batches in self.loop.batches(state):
                    state, lowest = self.loop.step(state, batches)
                    smooth = self.smoothed(smooth)
                    self.progress.advance(1, loss=lowest)
                    if len(self.seen) > len(self.rates) or state.ended:
                        break
                state = replace(state, epoch=state.epoch + 1, taken=0)
        finally:
            self.progress.end()
        losses = np.full((len(start), len(self.rates)), np.nan)
        for step, (active, values) in enumerate(self.seen[1:]):
            losses[list(active), step] = values
        return np.where(np.isfinite(losses), losses, np.nan)

    def smoothed(self, before: Float64[np.ndarray, " seeds"]) -> Float64[np.ndarray, " seeds"]:
        """Return the smoothed loss of every seed with the latest one taken in, infinite for those that have diverged."""
        active, values = self.seen[-1]
        after = np.full_like(before, np.inf)
        after[list(active)] = SMOOTHING * before[list(active)] + (1 - SMOOTHING) * np.nan_to_num(values, nan=np.inf)
        return after


def at_the_start(loop: Loop, state: State) -> tuple[Float64[np.ndarray, " seeds"], float]:
    """Return each seed's mean loss over batches at its first weights, and the standard deviation over batches, pooled over seeds."""
    values = []
    with torch.no_grad():
        for batches in _some(loop):
            buffers = {name: tensor.clone() for name, tensor in state.buffers.items()}
            values.append(loop.setting.objective(batches, buffers, step=state.step).value(state.params).double().cpu().numpy())
    seen = np.stack(values)
    noise = float(np.sqrt(seen.var(axis=0, ddof=1).mean())) if len(seen) > 1 else 0.0
    return seen.mean(axis=0), noise


def _some(loop: Loop) -> Sequence[Batches]:
    """Return some of the batches of a pass that the ramp will not begin with; the whole set where steps look at that."""
    if loop.whole:
        return [loop.train]
    train = loop.setting.parts["train"]
    rows = train.rows[order(loop.examples, seed=loop.recipe.shared_seed, epoch=-1).to(train.rows.device)]
    pieces = rows.split(cuts(loop.examples, loop.recipe.batch_size(loop.examples)))[:NOISE_BATCHES]
    return [MiniBatch(*loop.setting.batch(piece, step=-1 - place)) for place, piece in enumerate(pieces)]
