"""A small residual net of nine layers (ResNet-9) for images of 28 to 64 pixels."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from thalweg.core.entries import Score, Shape
from thalweg.core.errors import ConfigError
from thalweg.core.knobs import Integer
from thalweg.score._initialise import init_knobs, initialise
from thalweg.score._layers import DROPOUT, convolution, dense, dropout_layer, full_precision
from thalweg.score._suited import one_cycle

SMALLEST = 8
"""Three pools of 2 leave one pixel of eight."""


class Residual(nn.Module):
    """x + B_2(B_1(x)), each B a convolution, batch-norm and relu: the block learns what to add."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.branch = nn.Sequential(*_block(channels, channels), *_block(channels, channels))

    def forward(self, features: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch channels height width"]:
        """Add the branch to its input."""
        return features + self.branch(features)


class ResidualNet(nn.Module):
    """Scores = head(maximum over the picture of body(stem(images)))."""

    first = "stem.0.weight"

    def __init__(self, channels: int, classes: int, *, width: int, dropout: float) -> None:
        super().__init__()
        self.stem = nn.Sequential(*_block(channels, width))
        self.body = nn.Sequential(
            nn.Sequential(*_block(width, 2 * width, pool=2), Residual(2 * width)),
            nn.Sequential(*_block(2 * width, 4 * width, pool=2)),
            nn.Sequential(*_block(4 * width, 8 * width, pool=2), Residual(8 * width)),
        )
        self.head = nn.Sequential(*dropout_layer(dropout), dense(8 * width, classes))

    def forward(self, images: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch classes"]:
        """Return the scores of a batch."""
        return full_precision(self.head(self.body(self.stem(images)).amax((2, 3))))


def _block(inputs: int, outputs: int, *, pool: int = 1) -> list[nn.Module]:
    pooling = [nn.MaxPool2d(pool)] if pool > 1 else []
    return [convolution(inputs, outputs, 3), nn.BatchNorm2d(outputs), *pooling, nn.ReLU()]


def build(
    shape: Shape,
    classes: int,
    generator: torch.Generator,
    *,
    width: int = 16,
    dropout: float = 0.0,
    init: str = "he",
    scale: float = 0.01,
) -> ResidualNet:
    """Return a ResNet-9: eight 3x3 convolutions of `width` to 8 `width` channels, two of the three stages residual, and a linear map.

    The maximum over the picture lets it take any size from 8x8; made for 28 to 64 pixels. Raises `ConfigError` below 8x8.

    >>> sum(p.numel() for p in build((32, 32, 3), 10, torch.Generator(), width=2).parameters())
    6772
    """
    height, breadth, channels = shape
    if min(height, breadth) < SMALLEST:
        raise ConfigError(
            f"images of {height}x{breadth} are too small for this resnet: its three pools need at least {SMALLEST}x{SMALLEST}. "
            "Use `mlp`, `cnn` with fewer blocks, or larger images."
        )
    net = ResidualNet(channels, classes, width=width, dropout=dropout)
    initialise(net, init, scale=scale, generator=generator)
    return net


ENTRY = Score(
    summary="Small residual net (ResNet-9) for images of 28 to 64 pixels.",
    formula="f(x) = W max(S_3(S_2(S_1(S_0(x))))) + b,  with residual parts x + B(B(x))",
    reference="He, Zhang, Ren and Sun (2016), Deep residual learning; Page (2018), How to train your ResNet.",
    knobs=(
        Integer(name="width", default=16, low=1, meaning="channels of the first convolution; the last have eight times as many"),
        DROPOUT,
        *init_knobs("he"),
    ),
    build=build,
    reduced_precision=True,
    recommended=one_cycle(0.2),
)
