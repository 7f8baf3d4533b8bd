"""Keeping: which weights of a member count as its best, and how they are put aside."""

from collections.abc import Sequence

import torch
from torch import Tensor

from thalweg.core.tree import Params
from thalweg.run.record import Epoch
from thalweg.run.state import Best, State


def merit(row: Epoch, monitor: str) -> tuple[float, ...]:
    """Return what the best weights are chosen by: validation accuracy, the lower loss where accuracies tie; or minus the loss alone.

    Training's figures stand in where nothing is set aside for validation.
    """
    part = row.train if row.validation is None else row.validation
    assert part is not None
    return (part.accuracy, -part.loss) if monitor == "accuracy" else (-part.loss,)


def taken_in(state: State, places: Sequence[int], params: Params, buffers: Params, *, epoch: int) -> Best:
    """Return the best weights with those of the members at some places of `state.active` replaced by the given ones."""
    best = state.best
    if best is None or len(places) == len(state.outcomes):
        return Best(epochs=(epoch,) * len(state.outcomes), params=params, buffers=buffers)
    if not places:
        return best
    numbers = [state.active[place] for place in places]
    replaced = set(numbers)

    def mix(kept: Tensor, new: Tensor) -> Tensor:
        return kept.index_copy(0, torch.tensor(numbers, device=kept.device), new[torch.tensor(places, device=new.device)])

    return Best(
        epochs=tuple(epoch if number in replaced else each for number, each in enumerate(best.epochs)),
        params={name: mix(kept, params[name]) for name, kept in best.params.items()},
        buffers={name: mix(kept, buffers[name]) for name, kept in best.buffers.items()},
    )
