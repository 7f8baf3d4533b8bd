"""Centring: subtract the mean image of the training split."""

import torch

from thalweg.core.entries import Chunks, Preparation
from thalweg.prepare._elementwise import Elementwise
from thalweg.prepare._moments import pixel_moments


def fit(chunks: Chunks) -> Elementwise:
    """Return y = x - mean, with one mean a pixel and channel, taken over the training images.

    >>> two = torch.tensor([1.0, 3.0]).reshape(2, 1, 1, 1)
    >>> fit(lambda: [two]).apply(two).flatten()
    tensor([-1.,  1.])
    """
    return Elementwise(scale=torch.ones(1, 1, 1), shift=-pixel_moments(chunks).mean.float())


ENTRY = Preparation(
    summary="subtract the mean image of the training split",
    formula="y = x - mean(x)",
    reference="LeCun, Bottou, Orr, Müller (1998), Efficient BackProp, section 4.3",
    fit=fit,
    restore=Elementwise.restore,
)
