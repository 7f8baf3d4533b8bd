"""The plain descent step that `gradient-descent` and `sgd` share: they differ only in the examples that the objective looks at."""

from collections.abc import Sequence

import torch

from thalweg.core.entries import Info, Objective, Settings, State
from thalweg.core.tree import Params, add_scaled
from thalweg.core.worked import Line, OneWeight
from thalweg.optimise._worked import before, moved, slope


def nothing(params: Params, settings: Settings) -> State:
    """Return the state of a method that remembers nothing: an empty dictionary."""
    return {}


def descend(
    objective: Objective, params: Params, state: State, settings: Settings, generators: Sequence[torch.Generator]
) -> tuple[Params, State, Info]:
    """Return W - rate * gradient(W), per member; `info` has the loss at W."""
    loss, gradient = objective.value_and_gradient(params)
    return add_scaled(params, -settings["rate"], gradient), state, {"loss": loss}


def worked(weight: OneWeight, settings: Settings) -> tuple[Line, ...]:
    """Write out gradient and new weight.

    >>> [line.numbers for line in worked(OneWeight(value=1.0, gradient=-2.0, state={}), {"rate": 0.1})]
    ['−2', '1 − 0.1 · (−2)']
    """
    g = slope(weight)
    return g, moved(before(weight), g, settings)


def stable_rate(settings: Settings, curvature: float) -> float:
    """Return 2 / curvature: along a direction of curvature c the error is multiplied by 1 - rate c a step, which must lie in (-1, 1).

    >>> stable_rate({}, 10.0)
    0.2
    """
    return 2 / curvature
