"""What score functions are made of: layers whose weights wait for `initialise`, the flattening of images, the precision of scores."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.utils import skip_init

from thalweg.core.knobs import Number

DROPOUT = Number(
    name="dropout",
    default=0.0,
    low=0,
    high=1,
    high_open=True,
    meaning="share of features that training sets to zero before each linear map that reads features",
)


def dense(inputs: int, outputs: int) -> nn.Linear:
    """Return a linear map with bias whose weights are not drawn yet, so that PyTorch's global generator stays untouched."""
    return skip_init(nn.Linear, inputs, outputs)


def convolution(inputs: int, outputs: int, kernel: int, *, bias: bool = False) -> nn.Conv2d:
    """Return a convolution padded by (kernel - 1) // 2 zeros, whose weights are not drawn yet: odd kernels keep the image's size."""
    return skip_init(nn.Conv2d, inputs, outputs, kernel, padding=(kernel - 1) // 2, bias=bias)


def dropout_layer(share: float) -> list[nn.Module]:
    """Return one dropout layer, none where `share` is 0; it draws from PyTorch's global generator, as `torch.nn.Dropout` does."""
    return [nn.Dropout(share)] if share > 0 else []


def dropout_masks(
    features: Float[Tensor, "members units batch"], share: float, generators: Sequence[torch.Generator]
) -> Float[Tensor, "members units batch"]:
    """Return what each member's dropout multiplies its features by: 0 for a `share` of them, 1 / (1 - share) for the others.

    Each member's numbers are those that `torch.nn.Dropout` draws for features [batch, units] when the global generator stands where the
    member's does.
    """
    _, units, batch = features.shape
    kept = [features.new_empty(batch, units).bernoulli_(1 - share, generator=each) for each in generators]
    return torch.stack(kept).div_(1 - share).transpose(1, 2)


def flatten(images: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch inputs"]:
    """Lay each image in one row in height, width, channel order (no copy where memory is channels_last).

    >>> flatten(torch.tensor([[[[1.0, 2.0]], [[3.0, 4.0]]]]))
    tensor([[1., 3., 2., 4.]])
    """
    return images.permute(0, 2, 3, 1).flatten(1)


def full_precision(scores: Float[Tensor, "*members batch classes"]) -> Float[Tensor, "*members batch classes"]:
    """Return bfloat16 and float16 scores as float32, others as they are: losses need the bits that 16-bit scores lack."""
    return scores.float() if scores.dtype in (torch.bfloat16, torch.float16) else scores
