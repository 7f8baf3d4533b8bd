"""Fitting: a training of one estimator, from its first weights or from where an earlier one came to."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from thalweg.core.entries import Shape
from thalweg.core.imageset import ImageSet
from thalweg.core.outcome import Ending, Outcome
from thalweg.core.progress import Progress
from thalweg.faces.estimators._callbacks import Told
from thalweg.faces.estimators._examples import Chosen
from thalweg.faces.estimators._fitted import Fitted
from thalweg.prepare import Chain
from thalweg.run.conduct import first_state
from thalweg.run.data_facts import data_facts
from thalweg.run.memory import keep_freed_memory
from thalweg.run.recipe import CATALOGUES, Recipe
from thalweg.run.record import Epoch
from thalweg.run.setting import Setting, settle_down
from thalweg.run.start import Start
from thalweg.run.state import Best, State


@dataclass(frozen=True, eq=False)
class Reached:
    """Where an earlier training came to: its recipe, and its state with what the optimiser remembers."""

    recipe: Recipe
    names: tuple[str, ...]
    state: State


@dataclass(frozen=True, eq=False)
class Task:
    """What one fit trains: a recipe on chosen examples, that are pictures of a shape."""

    recipe: Recipe
    chosen: Chosen
    shape: Shape


def train(task: Task, images: ImageSet, told: Told, *, earlier: Reached | None, progress: Progress) -> tuple[Fitted, Reached]:
    """Train a task; go on from `earlier` for as many epochs as the recipe says, with what its optimiser remembers.

    The preparation stays as it was fitted first, for the weights are on what it prepares.
    """
    keep_freed_memory()
    counts = None if task.chosen.counts is None else task.chosen.counts[None]
    recipe, start = task.recipe, None
    if earlier is not None:
        check_same(task, earlier)
        recipe = recipe.with_changes(epochs=earlier.state.epoch + recipe.epochs)
        start = Start(earlier.state.params, earlier.state.buffers, Chain.restore(earlier.state.chain), images.classes)
    setting = settle_down(recipe, images, start=start, counts=counts)
    state = first_state(setting, start)
    if earlier is not None:
        state = _going_on(setting, state, earlier)
    state, kept = told.run(setting, state, progress=progress)
    fitted = replace(fitted_of(task, setting.chain, state, kept), recipe=recipe, facts=data_facts(images))
    return fitted, Reached(task.recipe, task.chosen.names, state)


def fitted_of(task: Task, chain: Chain, state: State, kept: Best) -> Fitted:
    """Return where a training of one member stands."""
    return Fitted(
        recipe=task.recipe, shape=task.shape, names=task.chosen.names, chain=chain, kept=kept, log=state.rows, outcome=state.outcomes[0],
        seconds=state.seconds,
    )  # fmt: skip


def check_same(task: Task, earlier: Reached) -> None:
    """Raise `ValueError` where a training cannot go on from an earlier one: other classes, or another score function."""
    if task.chosen.names != earlier.names:
        raise ValueError(
            f"an estimator goes on with the classes it knows ({', '.join(earlier.names)}); got {', '.join(task.chosen.names)}. "
            "Set warm_start=False to begin anew."
        )
    if task.recipe.score != earlier.recipe.score:
        raise ValueError("an estimator goes on with the score function it began with; set warm_start=False to begin anew.")


def _going_on(setting: Setting, fresh: State, earlier: Reached) -> State:
    """Return the earlier state in training again; what a full-batch optimiser remembers is about the old examples and begins anew."""
    state = earlier.state
    same = setting.recipe.optimiser.name == earlier.recipe.optimiser.name and not setting.optimiser.full_batch
    best = Best(epochs=(len(state.rows) - 1,), params=state.params, buffers=state.buffers)
    averaged = state.averaged if setting.recipe.average == earlier.recipe.average else 0
    return replace(
        state, optimiser=state.optimiser if same else fresh.optimiser, outcomes=(None,), best=best, taken=0,
        mean=state.mean if averaged else fresh.mean, averaged=averaged,
    )  # fmt: skip


def warn_of(outcomes: Sequence[Outcome | None], recipe: Recipe) -> None:
    """Warn, as scikit-learn does, where a training diverged or did not reach the aim that it had."""
    for outcome in outcomes:
        if outcome is None:
            continue
        if outcome.ending is Ending.DIVERGED:
            words = (
                f"training diverged: {outcome.reason}. The best weights before that are kept. Use a lower rate, settings={{'clip': 1.0}}, "
                "or features of smaller scale (StandardScaler, or prepare='standardise')."
            )
            warnings.warn(words, ConvergenceWarning, stacklevel=4)
        elif outcome.ending is Ending.FINISHED and (CATALOGUES["optimiser"].get(recipe.optimiser.name).reached or recipe.tolerance):
            words = f"the aim is not reached: {outcome.reason}. Give it more epochs (epochs={2 * max(1, recipe.epochs)}), or a wider aim."
            warnings.warn(words, ConvergenceWarning, stacklevel=4)


def curves(log: Sequence[Epoch]) -> tuple[list[float], list[float], list[float]]:
    """Return the objective on the training part before the first step and after every epoch; validation's loss and accuracy, if any."""
    train = [row.train.total for row in log if row.train is not None]
    held = [row.validation for row in log if row.validation is not None]
    return train, [float(part.total) for part in held], [float(np.float64(part.accuracy)) for part in held]
