"""The Polyak average: the plain mean of all W since averaging began.

mean <- mean + (W - mean) / (count + 1): after t steps the mean of W_1 ... W_t, each with weight 1 / t. On a quadratic with noisy gradients
and a constant rate, the last W keeps a variance proportional to the rate while that of the mean falls as 1 / t. Begin late (the run's
setting): the path from the start is part of the mean for ever.
"""

import torch

from thalweg.core.entries import Average
from thalweg.core.tree import Params, transform


def update(mean: Params, params: Params, count: int) -> Params:
    """Return the mean with `params` taken in, `count` steps having been taken in before; at count 0 it is `params`.

    >>> update({"w": torch.tensor([[3.0]])}, {"w": torch.tensor([[6.0]])}, 2)["w"]
    tensor([[4.]])
    """
    return transform(lambda m, w: torch.lerp(m, w, 1.0 / (count + 1)), mean, params)


ENTRY = Average(
    summary="The mean of all weights since averaging began.",
    formula="mean <- mean + (W - mean) / (count + 1)",
    reference="Polyak and Juditsky, Acceleration of Stochastic Approximation by Averaging, SIAM J. Control and Optimization 30, 1992.",
    update=update,
)
