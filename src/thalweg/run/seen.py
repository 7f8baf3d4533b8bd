"""Seen: where a training stands after an epoch, for those who look on and change nothing."""

from collections.abc import Callable
from dataclasses import dataclass

from thalweg.core.tree import Params, at
from thalweg.run.model import Model
from thalweg.run.record import Epoch
from thalweg.run.setting import Setting
from thalweg.run.snapshot import model_of
from thalweg.run.state import State


@dataclass(frozen=True, kw_only=True, eq=False)
class Seen:
    """A population whose figures have just been taken: `params` and `buffers` are the weights that were measured, of `state.active`.

    `numbers` are those that the members, also those that have left, have in a larger population; without them they count from 0.
    """

    setting: Setting
    state: State
    params: Params
    buffers: Params
    numbers: tuple[int, ...] = ()

    @property
    def rows(self) -> list[tuple[int, Epoch]]:
        """The place in `params` of each member that was measured, and the new row of its log."""
        logs = [self.state.logs[number] for number in self.state.active]
        return [(place, log[-1]) for place, log in enumerate(logs) if log and log[-1].epoch == self.state.epoch]

    def number(self, place: int) -> int:
        """Return the number of the member at a place."""
        own = self.state.active[place]
        return self.numbers[own] if self.numbers else own

    def log(self, place: int) -> tuple[Epoch, ...]:
        """Return all rows of the member at a place."""
        return self.state.logs[self.state.active[place]]

    def model(self, place: int) -> Model:
        """Return the model that the weights of the member at a place make, taking raw pixels."""
        return model_of(self.setting, at(self.params, [place]), at(self.buffers, [place]))


See = Callable[[Seen], None]
"""Told after every epoch where a training stands."""


def unseen(seen: Seen) -> None:
    """Look at nothing."""
