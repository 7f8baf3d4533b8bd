"""Scaling: the range of a byte to [-1, 1]."""

import torch

from thalweg.core.entries import Chunks, Preparation
from thalweg.prepare._elementwise import Elementwise


def fit(chunks: Chunks) -> Elementwise:
    """Return y = x / 127.5 - 1, whatever the images hold: 0 becomes -1, and 255 becomes 1 up to float32 rounding.

    `chunks` is not looked at, so a dark set stays dark. The map is meant for bytes; the two-dimensional points are floats near zero
    already, and it would press them together at -1 (use `standardise` for them).

    >>> fit(list).apply(torch.tensor([0.0, 51.0, 255.0]).reshape(1, 1, 1, 3)).flatten()
    tensor([-1.0000, -0.6000,  1.0000])
    """
    return Elementwise(scale=torch.full((1, 1, 1), 1 / 127.5), shift=torch.full((1, 1, 1), -1.0))


ENTRY = Preparation(
    summary="bytes 0 to 255 to the interval [-1, 1]",
    formula="y = x / 127.5 - 1",
    reference="Stanford CS231n, notes on data preprocessing: normalisation by a known range",
    fit=fit,
    restore=Elementwise.restore,
)
