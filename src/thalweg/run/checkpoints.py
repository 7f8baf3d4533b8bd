"""Checkpoints: when one is due, and none twice for the same state."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from thalweg.run.state import State

Save = Callable[[State], None]


@dataclass(eq=False, kw_only=True)
class Checkpoints:
    """When the last checkpoint was written, and whether another is due."""

    save: Save
    clock: Callable[[], float]
    steps: int
    minutes: float
    last: float = 0.0
    place: tuple[int, int] | None = None

    def due(self, state: State) -> bool:
        """Whether a checkpoint is due by steps or by minutes."""
        by_steps = self.steps and state.step % self.steps == 0
        return bool(by_steps or (self.minutes and self.clock() - self.last >= 60 * self.minutes))

    def written(self, state: State) -> State:
        """Write a checkpoint, unless this very state has one."""
        state = replace(state, seconds=self.clock())
        if self.place != (state.step, state.logged):
            self.save(state)
        self.last, self.place = self.clock(), (state.step, state.logged)
        return state
