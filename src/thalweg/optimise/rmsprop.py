"""RMSProp: every gradient is divided by its own root mean square over recent steps.

s <- decay * s + (1 - decay) * g^2, W <- W - rate * g / (sqrt(s) + epsilon), number by number, with s = 0 at the start. Nothing corrects
that start: the first step has length rate / sqrt(1 - decay), 10 * rate at 0.99; then steps settle at rate under a constant gradient.

Epsilon stands outside the root and decay is 0.99, as in `torch.optim.RMSprop`; TensorFlow 1 put epsilon inside the root, and the
lecture where the method appeared uses 0.9. Neither momentum nor centring, which PyTorch offers under the same name.
"""

from collections.abc import Sequence

import torch

from thalweg.core.entries import Info, Objective, Optimiser, Settings, State
from thalweg.core.knobs import Number
from thalweg.core.tree import Params, zeros_like
from thalweg.core.worked import Line, OneWeight
from thalweg.optimise._scaled import running_square, scaled_step
from thalweg.optimise._state import tree_in
from thalweg.optimise._worked import before, mean_square, moved, scaled, slope


def init(params: Params, settings: Settings) -> State:
    """Return the mean square at the start: zero."""
    return {"square": zeros_like(params)}


def step(
    objective: Objective, params: Params, state: State, settings: Settings, generators: Sequence[torch.Generator]
) -> tuple[Params, State, Info]:
    """Return the parameters after one step, per member; `info` has the loss before it."""
    loss, gradient = objective.value_and_gradient(params)
    square = running_square(tree_in(state, "square"), gradient, settings["decay"])
    moved = scaled_step(params, -settings["rate"], gradient, square, settings["epsilon"])
    return moved, {"square": square}, {"loss": loss}


def worked(weight: OneWeight, settings: Settings) -> tuple[Line, ...]:
    """Write out gradient, mean square, the gradient divided by its root, and the new weight.

    >>> before_it = OneWeight(value=1.0, gradient=-2.0, state={"square": 4.0})
    >>> [line.numbers for line in worked(before_it, {"rate": 0.1, "decay": 0.99, "epsilon": 1e-8})]
    ['−2', '0.99 · 4 + (1 − 0.99) · (−2)²', '−2 / (√(4) + 1e−8)', '1 − 0.1 · (−1)']
    """
    g = slope(weight)
    s = mean_square("s", weight.state["square"], g, "decay", settings)
    d = scaled(g, s, settings)
    return g, s, d, moved(before(weight), d, settings)


ENTRY = Optimiser(
    summary="Divides each gradient by its root mean square over recent steps.",
    formula="s <- decay * s + (1 - decay) * (dL/dW)^2;  W <- W - rate * dL/dW / (sqrt(s) + epsilon)",
    reference="Tieleman and Hinton, Lecture 6.5: rmsprop, COURSERA: Neural Networks for Machine Learning, 2012.",
    knobs=(
        Number(name="rate", default=0.001, low=0, low_open=True, meaning="usual length of a step of each number of W"),
        Number(name="decay", default=0.99, low=0, high=1, high_open=True, meaning="share of the mean square kept from step to step"),
        Number(name="epsilon", default=1e-8, low=0, low_open=True, meaning="added to the root, against division by zero"),
    ),
    init=init,
    step=step,
    proximal=True,
    worked=worked,
)
