"""AdaGrad: every number of W has its own rate, which shrinks with the gradients it has seen.

h <- h + g^2, W <- W - rate * g / (sqrt(h) + epsilon), number by number. Under a constant gradient step k has length rate / sqrt(k),
whatever the gradient's size; after 100 steps W has gone 18.59 * rate. The steps never grow again.

h starts at `initial`: 0 as in the paper and `torch.optim.Adagrad`; TensorFlow and Keras start at 0.1, so that first steps on small
gradients are short. Epsilon stands outside the root. A number whose gradient was always 0 does not move.
"""

from collections.abc import Sequence

import torch

from thalweg.core.entries import Info, Objective, Optimiser, Settings, State
from thalweg.core.knobs import Number
from thalweg.core.tree import Params, along, transform
from thalweg.core.worked import Line, OneWeight, written
from thalweg.optimise._scaled import scaled_step
from thalweg.optimise._state import tree_in
from thalweg.optimise._worked import before, moved, scaled, slope


def init(params: Params, settings: Settings) -> State:
    """Return the sum of squares at the start: `initial` everywhere."""
    return {"sum": transform(lambda p: torch.zeros_like(p).add_(along(settings["initial"], p)), params)}


def step(
    objective: Objective, params: Params, state: State, settings: Settings, generators: Sequence[torch.Generator]
) -> tuple[Params, State, Info]:
    """Return the parameters after one step, per member; `info` has the loss before it."""
    loss, gradient = objective.value_and_gradient(params)
    total = transform(lambda h, g: torch.addcmul(h, g, g), tree_in(state, "sum"), gradient)
    moved = scaled_step(params, -settings["rate"], gradient, total, settings["epsilon"])
    return moved, {"sum": total}, {"loss": loss}


def worked(weight: OneWeight, settings: Settings) -> tuple[Line, ...]:
    """Write out gradient, sum of squares, the gradient divided by its root, and the new weight.

    >>> before_it = OneWeight(value=1.0, gradient=-3.0, state={"sum": 7.0})
    >>> [line.numbers for line in worked(before_it, {"rate": 0.1, "epsilon": 1e-10})]
    ['−3', '7 + (−3)²', '−3 / (√(16) + 1e−10)', '1 − 0.1 · (−0.75)']
    """
    g, old = slope(weight), weight.state["sum"]
    h = written("h", "h_old + g²", old + g.value * g.value, {"h_old": old, "g": g.value})
    d = scaled(g, h, settings)
    return g, h, d, moved(before(weight), d, settings)


ENTRY = Optimiser(
    summary="Divides each gradient by the root of the sum of its squares so far.",
    formula="h <- h + (dL/dW)^2;  W <- W - rate * dL/dW / (sqrt(h) + epsilon)",
    reference="Duchi, Hazan and Singer, Adaptive Subgradient Methods for Online Learning and Stochastic Optimization, JMLR 12, 2011.",
    knobs=(
        Number(name="rate", default=0.01, low=0, low_open=True, meaning="length of the first step of each number of W"),
        Number(name="initial", default=0.0, low=0, meaning="where the sum of squares starts"),
        Number(name="epsilon", default=1e-10, low=0, low_open=True, meaning="added to the root, against division by zero"),
    ),
    init=init,
    step=step,
    proximal=True,
    worked=worked,
)
