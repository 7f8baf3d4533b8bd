"""Standardising: mean 0 and standard deviation 1 on the training split."""

import torch
from jaxtyping import Float64
from torch import Tensor

from thalweg.core.entries import Chunks, Preparation
from thalweg.core.knobs import Choice
from thalweg.prepare._elementwise import Elementwise
from thalweg.prepare._moments import Moments, pixel_moments

_POOLED = {"pixel": (), "channel": (0, 1), "set": (0, 1, 2)}
_RELATIVE_FLOOR, _FLOOR = 1e-7, 1e-30


def fit(chunks: Chunks, *, per: str) -> Elementwise:
    """Return y = (x - mean) / std, with one mean and std a pixel and channel, a channel, or for the whole set.

    The std divides by n (as scikit-learn's StandardScaler, not as torch.std). What is constant is centred and divided by 1: a std
    counts as zero where it is at most 1e-7 of the mean's size (float32 cannot tell it from rounding) or at most 1e-30.

    >>> two = torch.tensor([1.0, 5.0]).reshape(2, 1, 1, 1)
    >>> fit(lambda: [two], per="pixel").apply(two).flatten()
    tensor([-1.,  1.])
    """
    moments = pixel_moments(chunks).pooled(*_POOLED[per])
    std = _std(moments)
    return Elementwise(scale=(1 / std).float(), shift=(-moments.mean / std).float())


def _std(moments: Moments) -> Float64[Tensor, "height width channels"]:
    std = moments.variance.sqrt()
    constant = (std <= _RELATIVE_FLOOR * moments.mean.abs()) | (std <= _FLOOR)
    return torch.where(constant, 1.0, std)


ENTRY = Preparation(
    summary="subtract the mean and divide by the standard deviation of the training split",
    formula="y = (x - mean(x)) / std(x)",
    reference="LeCun, Bottou, Orr, Müller (1998), Efficient BackProp, section 4.3",
    knobs=(Choice(name="per", default="channel", choices=tuple(_POOLED), meaning="what has a mean and a deviation of its own"),),
    fit=fit,
    restore=Elementwise.restore,
)
