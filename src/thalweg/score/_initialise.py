"""Initialisations of weights: zero, small normal, He, Glorot; all numbers come from the generator that is passed."""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

from thalweg.core.knobs import Choice, Number


def zero(fan_in: int, fan_out: int, scale: float) -> float:
    """Return the standard deviation 0: every weight is zero, a saddle for any net with a hidden layer."""
    return 0.0


def normal(fan_in: int, fan_out: int, scale: float) -> float:
    """Return the standard deviation `scale`, whatever the layer's size."""
    return scale


def he(fan_in: int, fan_out: int, scale: float) -> float:
    """Return sqrt(2 / fan_in), which keeps the mean square of activations through relu layers (He et al., 2015).

    >>> he(8, 3, 0.01)
    0.5
    """
    return math.sqrt(2 / fan_in)


def glorot(fan_in: int, fan_out: int, scale: float) -> float:
    """Return sqrt(2 / (fan_in + fan_out)), between keeping activations and keeping gradients (Glorot and Bengio, 2010).

    >>> glorot(5, 3, 0.01)
    0.5
    """
    return math.sqrt(2 / (fan_in + fan_out))


INITIALISATIONS = {"zero": zero, "normal": normal, "he": he, "glorot": glorot}


def init_knobs(default: str) -> tuple[Choice, Number]:
    """Return the two knobs of an initialisation: which, and the standard deviation of `normal`."""
    which = "how weights begin: zero, normal (deviation `scale`), he (variance 2/fan_in), glorot (2/(fan_in+fan_out)); biases are zero"
    deviation = "standard deviation of `normal` weights, and of a net's last layer always: the loss begins near its value at zero scores"
    return (
        Choice(name="init", default=default, choices=tuple(INITIALISATIONS), meaning=which),
        Number(name="scale", default=0.01, low=0, meaning=deviation),
    )


def fans(weight: Float[Tensor, "outputs inputs *kernel"]) -> tuple[int, int]:
    """Return how many numbers each output is a sum of, and how many outputs each input reaches.

    >>> fans(torch.zeros(16, 3, 5, 5))
    (75, 400)
    """
    area = math.prod(weight.shape[2:])
    return weight.shape[1] * area, weight.shape[0] * area


def draw(weight: Float[Tensor, "outputs inputs *kernel"], init: str, *, scale: float, generator: torch.Generator) -> None:
    """Fill `weight` with independent normal numbers of mean 0 and the variance that `init` asks for."""
    deviation = INITIALISATIONS[init](*fans(weight), scale)
    with torch.no_grad():
        weight.normal_(0.0, 1.0, generator=generator).mul_(deviation)


def initialise(net: nn.Module, init: str, *, scale: float, generator: torch.Generator) -> None:
    """Draw every linear and convolutional weight of `net` in the order of its layers; biases become zero.

    The last map is drawn with standard deviation `scale` (zero stays zero): no activation follows it, and small scores make the loss
    begin near its value at zero scores (log C for softmax).
    """
    maps = [layer for layer in net.modules() if isinstance(layer, nn.Linear | nn.Conv2d)]
    for layer in maps:
        last = layer is maps[-1] and init != "zero"
        draw(layer.weight, "normal" if last else init, scale=scale, generator=generator)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
