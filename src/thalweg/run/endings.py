"""Endings: how members' training comes to an end, each with its reason and what to do next."""

from thalweg.core.outcome import Ending, Outcome
from thalweg.core.tree import add_scaled, along, norm, transform
from thalweg.run.batches import Batches
from thalweg.run.setting import Setting
from thalweg.run.state import State


def divergence(state: State, event: str, *, rate: float, advised: float) -> Outcome:
    """Say what stopped being finite and what to do; `advised` is the rate before the schedule, to be lowered."""
    lower = f"a lower rate (--rate {advised / 10:g}), " if advised else ""
    advice = f"try {lower}--clip 1, or inputs of smaller scale (--prepare standardise)."
    return _outcome(Ending.DIVERGED, state, f"{event} (rate {rate:g})", advice)


def interrupted(setting: Setting, state: State, signal: int | None) -> dict[int, Outcome]:
    """Say to every member, by place, that somebody asked for the end, and how far an optimiser with an aim of its own came."""
    aim = setting.optimiser.reached
    so_far = [f"; {sentence}" for _, sentence in aim(state.optimiser, setting.settings)] if aim is not None else [""] * len(state.active)
    return {
        place: Outcome(
            ending=Ending.INTERRUPTED, epoch=state.epoch, step=state.step, reason=f"asked to stop{so_far[place]}",
            advice="run the same command again to go on.", signal=signal,
        )
        for place in range(len(state.active))
    }  # fmt: skip


def dropped(state: State, reason: str) -> Outcome:
    """Say that a search gave the member up for better ones."""
    return _outcome(Ending.DROPPED, state, reason)


def endings(setting: Setting, state: State, train: Batches) -> dict[int, Outcome]:
    """Return the outcomes that the logs decide, by place: a vanishing gradient, all epochs done, no better figure for `patience` epochs."""
    recipe = setting.recipe
    norms = gradient_norms(setting, state, train) if recipe.tolerance and state.step else []
    aim = setting.optimiser.reached
    there = aim(state.optimiser, setting.settings) if aim is not None and state.step else []
    ends = {}
    for place, member in enumerate(setting.members.recipes):
        best = None if state.best is None else state.best.epochs[state.active[place]]
        if there and there[place][0]:
            ends[place] = _outcome(Ending.CONVERGED, state, there[place][1])
        elif norms and norms[place] < recipe.tolerance:
            ends[place] = _outcome(Ending.CONVERGED, state, f"gradient norm {norms[place]:.3g} is below {recipe.tolerance:g}")
        elif state.epoch >= recipe.epochs:
            so_far = f"; {there[place][1]}" if there else ""
            ends[place] = _outcome(Ending.FINISHED, state, f"all {recipe.epochs} epochs are done{so_far}", _further(setting))
        elif member.patience is not None and best is not None and state.epoch - best >= member.patience:
            reason = f"no better {recipe.monitor} for {member.patience} epochs; the best was after epoch {best}"
            ends[place] = _outcome(Ending.STOPPED_EARLY, state, reason)
    return ends


def _further(setting: Setting) -> str:
    """Say what to do where an optimiser that has an aim of its own did not get there."""
    if setting.optimiser.reached is None:
        return ""
    return f"its aim is not reached: give it more epochs (--epochs {2 * max(1, setting.recipe.epochs)}), or --precision fp64."


def gradient_norms(setting: Setting, state: State, train: Batches) -> list[float]:
    """Return the norm of the gradient of each member's objective over the whole training set.

    With a penalty that is not smooth, the norm of (W - prox(W - rate * gradient)) / rate, which vanishes at an optimum.
    """
    buffers = {name: tensor.clone() for name, tensor in state.buffers.items()}
    _, gradient = setting.objective(train, buffers, step=state.step).value_and_gradient(state.params)
    if setting.recipe.sparse:
        rate = setting.settings["rate"]
        moved = setting.penalties.proximal(add_scaled(state.params, -rate, gradient), rate)
        gradient = transform(lambda before, after: (before - after) / along(rate, before), state.params, moved)
    return [float(size) for size in norm(gradient)]


def _outcome(ending: Ending, state: State, reason: str, advice: str = "") -> Outcome:
    return Outcome(ending=ending, epoch=state.epoch, step=state.step, reason=reason, advice=advice)
