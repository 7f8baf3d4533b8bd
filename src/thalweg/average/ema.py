"""The exponential moving average: recent W count most, older ones fade.

The mean of W_1 ... W_t with weights proportional to decay^(t - i). That is the average m <- decay * m + (1 - decay) * W from m = 0
divided by its bias 1 - decay^t, kept without m:

    mean <- mean + (W - mean) * (1 - decay) / (1 - decay^(count + 1))

so the mean is unbiased from the first step on, where it is W itself, and needs no state besides itself. Starting from the first W
instead, as many libraries do, gives W_1 the weight decay^(t - 1), which lasts 1 / (1 - decay) steps. As decay -> 1 this becomes
`polyak`; with decay = 0 it is the last W.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Average
from thalweg.core.knobs import Number
from thalweg.core.tree import Params, along, transform


def update(mean: Params, params: Params, count: int, *, decay: float | Float[Tensor, " members"]) -> Params:
    """Return the mean with `params` taken in, `count` steps having been taken in before; at count 0 it is `params`.

    >>> update({"w": torch.tensor([[3.0]])}, {"w": torch.tensor([[6.0]])}, 1, decay=0.5)["w"]
    tensor([[5.]])
    """
    weight = (1 - decay) / (1 - decay ** (count + 1))
    return transform(lambda m, w: torch.lerp(m, w, along(weight, w) if isinstance(weight, Tensor) else weight), mean, params)


ENTRY = Average(
    summary="A mean in which recent weights count most and older ones fade.",
    formula="mean <- mean + (W - mean) * (1 - decay) / (1 - decay^(count + 1))",
    reference="Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015, sections 3 and 7.2.",
    knobs=(
        Number(name="decay", default=0.999, low=0, high=1, high_open=True, meaning="how much less the weight before counts, step by step"),
    ),
    update=update,
)
