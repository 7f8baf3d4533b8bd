"""Folding: a fitted chain becomes part of the first layer, so that a saved model takes raw pixels."""

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from thalweg.prepare._chain import Chain


def fold_into_linear(
    chain: Chain, weight: Float[Tensor, "outputs prepared"], bias: Float[Tensor, " outputs"] | None
) -> tuple[Float[Tensor, "outputs raw"], Float[Tensor, " outputs"]]:
    """Return W', b' with W' x + b' = W chain(x) + b for every raw image x; exact for every chain, as each link is affine.

    Columns of both weights are in height, width, channel order; a missing bias is 0. Computed in float64 and rounded once to the
    weight's dtype, so float32 results agree to rounding.
    """
    folded, shifted = chain.fold(weight.double(), _start(weight, bias))
    return folded.to(weight.dtype), shifted.to(weight.dtype)


def fold_into_convolution(
    chain: Chain,
    weight: Float[Tensor, "outputs channels kernel_height kernel_width"],
    bias: Float[Tensor, " outputs"] | None,
    padding: int | tuple[int, int],
) -> tuple[Tensor, Tensor, Float[Tensor, " channels"]] | None:
    """Return W', b', v with conv(x - v, W', b') = conv(chain(x), W, b), both padded with `padding` zeros, borders included.

    For y = a x + c with one a and c a channel, W' = a W on that channel's kernels and v = -c / a, the raw value that is prepared to
    zero: taking v off makes the border of zeros right, and b' = b. Without padding v = 0 and b' = b + sum(W c) does it all. None where
    that cannot be exact: a chain that is not elementwise or differs from pixel to pixel, or, with padding, a channel whose a is 0.
    For ungrouped convolutions; any stride and dilation. Computed in float64, rounded once to the weight's dtype.
    """
    pair = chain.affine()
    if pair is None or not all((values == values[:1, :1]).all() for values in pair):
        return None
    channels = weight.shape[1]
    scale, shift = (values[0, 0].to(weight.device).expand(channels) for values in pair)
    padded = padding != 0 and padding != (0, 0)
    if padded and (scale == 0).any():
        return None
    kernels, start = weight.double(), _start(weight, bias)
    through = kernels.sum((2, 3)) @ shift  # what a constant image of `shift` becomes
    shifted, pad_value = (start, -shift / scale) if padded else (start + through, torch.zeros_like(shift))
    folded = kernels * scale[:, None, None]
    return folded.to(weight.dtype), shifted.to(weight.dtype), pad_value.to(weight.dtype)


def _start(weight: Float[Tensor, "outputs ..."], bias: Float[Tensor, " outputs"] | None) -> Float64[Tensor, " outputs"]:
    return torch.zeros(len(weight), dtype=torch.float64, device=weight.device) if bias is None else bias.double()
