"""Course: some steps of training, watched: the losses, how far each layer moved, and where the weights stand afterwards."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch

from thalweg.core.progress import Silent
from thalweg.run.conduct import workers
from thalweg.run.loop import Loop
from thalweg.run.setting import Setting
from thalweg.run.signals import Stop
from thalweg.run.state import State

Seen = Callable[[State, State, float], None]
"""Told every step: the state before it, the state after it, and the objective before it."""
Done = Callable[[Loop, State], bool]
"""Asked after every step whether that was enough."""


def walk(
    setting: Setting,
    state: State,
    steps: int,
    *,
    seen: Seen = lambda before, after, loss: None,
    done: Done = lambda loop, state: False,
    schedule: Callable[[int], float] | None = None,
) -> State:
    """Take `steps` training steps from `state`, pass after pass, and return the state after them; fewer where all members diverge."""
    with workers(setting) as equipped:
        loop = Loop(
            equipped, save=lambda _: None, log=lambda *_: None, stop=Stop(), progress=Silent(), clock=lambda: 0.0, schedule=schedule
        )  # fmt: skip
        loop.follow(state)
        taken = 0
        while taken < steps and not state.ended:
            for batches in loop.batches(state):
                before = state
                state, loss = loop.step(state, batches)
                seen(before, state, loss)
                taken += 1
                if state.ended or done(loop, state) or taken >= steps:
                    return state
            state = replace(state, epoch=state.epoch + 1, taken=0)
    return state


@dataclass(frozen=True, eq=False, kw_only=True)
class Course:
    """What a brief training of one member was: `losses` [steps] before each step; `moves` by weight: |W after - W before| / |W before|."""

    start: State
    end: State
    losses: tuple[float, ...]
    moves: dict[str, tuple[float, ...]]

    @property
    def diverged(self) -> bool:
        """Whether the weights stopped being finite."""
        return self.end.ended

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return len(self.losses)


def briefly(setting: Setting, state: State, steps: int) -> Course:
    """Train for some steps and keep what happened; moves are those of weights (two axes and more), infinite from a weight of zero."""
    losses: list[float] = []
    moves: dict[str, list[float]] = {name: [] for name in weights(state)}

    def seen(before: State, after: State, loss: float) -> None:
        losses.append(loss)
        for name, seen_moves in moves.items():
            old, new = before.params[name], after.params[name]
            with torch.no_grad():
                step, length = float((new - old).double().norm()), float(old.double().norm())
            seen_moves.append(0.0 if step == 0 else step / length if length else float("inf"))

    end = walk(setting, state, steps, seen=seen)
    return Course(start=state, end=end, losses=tuple(losses), moves={name: tuple(values) for name, values in moves.items()})


def weights(state: State) -> list[str]:
    """Return the names of the weights, first layer first: parameters of two axes and more beside the members'."""
    return [name for name, tensor in state.params.items() if tensor.ndim > 2]
