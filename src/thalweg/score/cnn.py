"""The convolutional net: blocks of convolution, batch-norm, relu and pooling, then one or two linear maps."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from thalweg.core.entries import Score, Shape
from thalweg.core.errors import ConfigError
from thalweg.core.knobs import Flag, Integer, Integers
from thalweg.score._initialise import init_knobs, initialise
from thalweg.score._layers import DROPOUT, convolution, dense, dropout_layer, flatten, full_precision
from thalweg.score._suited import one_cycle


class ConvolutionalNet(nn.Module):
    """Scores = head(flatten(blocks(images))); the features are flattened in height, width, channel order."""

    first = "blocks.0.0.weight"

    def __init__(self, blocks: nn.Sequential, head: nn.Sequential) -> None:
        super().__init__()
        self.blocks = blocks
        self.head = head

    def forward(self, images: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch classes"]:
        """Return the scores of a batch."""
        return full_precision(self.head(flatten(self.blocks(images))))


def build(
    shape: Shape,
    classes: int,
    generator: torch.Generator,
    *,
    channels: tuple[int, ...] = (32, 64, 128),
    kernel: int = 3,
    convolutions: int = 1,
    pool: int = 2,
    hidden: int = 0,
    dropout: float = 0.0,
    batch_norm: bool = True,
    init: str = "he",
    scale: float = 0.01,
) -> ConvolutionalNet:
    """Return a convolutional net with one block a number of `channels`; raises `ConfigError` where the image is too small for it.

    A block is `convolutions` times (convolution, batch-norm, relu), then max-pooling; the last relu runs after the pool, where it gives
    the same numbers for a quarter of the work. Convolutions are padded by (kernel - 1) // 2 zeros, so that odd kernels keep the size; a
    pool divides it, rounding down. Where batch-norm follows, convolutions have no bias.

    >>> net = build((4, 4, 1), 3, torch.Generator(), channels=(2,))
    >>> [tuple(p.shape) for p in net.parameters()]
    [(2, 1, 3, 3), (2,), (2,), (3, 8), (3,)]
    """
    height, width, inputs = shape
    blocks = []
    for number, outputs in enumerate(channels):
        height, width = _after_block((height, width), number, kernel=kernel, convolutions=convolutions, pool=pool, shape=shape)
        blocks.append(_block(inputs, outputs, kernel=kernel, convolutions=convolutions, pool=pool, batch_norm=batch_norm))
        inputs = outputs
    head = _head(height * width * inputs, classes, hidden=hidden, dropout=dropout)
    net = ConvolutionalNet(nn.Sequential(*blocks), head)
    initialise(net, init, scale=scale, generator=generator)
    return net


def _block(inputs: int, outputs: int, *, kernel: int, convolutions: int, pool: int, batch_norm: bool) -> nn.Sequential:
    layers: list[nn.Module] = []
    for turn in range(convolutions):
        norm = [nn.BatchNorm2d(outputs)] if batch_norm else []
        pooling = [nn.MaxPool2d(pool)] if pool > 1 and turn == convolutions - 1 else []
        layers += [convolution(inputs, outputs, kernel, bias=not batch_norm), *norm, *pooling, nn.ReLU()]
        inputs = outputs
    return nn.Sequential(*layers)


def _head(features: int, classes: int, *, hidden: int, dropout: float) -> nn.Sequential:
    if hidden == 0:
        return nn.Sequential(*dropout_layer(dropout), dense(features, classes))
    first = [*dropout_layer(dropout), dense(features, hidden), nn.ReLU()]
    return nn.Sequential(*first, *dropout_layer(dropout), dense(hidden, classes))


def _after_block(size: tuple[int, int], number: int, *, kernel: int, convolutions: int, pool: int, shape: Shape) -> tuple[int, int]:
    shrink = (kernel - 1) % 2
    height, width = size
    for turn in range(convolutions):
        if min(height, width) <= shrink:
            raise _too_small(f"convolution {turn + 1} of block {number + 1} (kernel {kernel})", (height, width), shape)
        height, width = height - shrink, width - shrink
    if min(height, width) < pool:
        raise _too_small(f"the pool of block {number + 1} (pool {pool})", (height, width), shape)
    return height // pool, width // pool


def _too_small(layer: str, size: tuple[int, int], shape: Shape) -> ConfigError:
    height, width, _ = shape
    return ConfigError(
        f"images of {height}x{width} are too small for this cnn: {layer} would get {size[0]}x{size[1]}. "
        "Give fewer `channels` (one block each), a smaller `pool` or `kernel`, or larger images."
    )


ENTRY = Score(
    summary="Convolutional net: blocks of convolution, batch-norm, relu and max-pooling, then a linear map.",
    formula="f(x) = W flatten(B_n(... B_1(x))) + b,  B(x) = maxpool(relu(batchnorm(K * x)))",
    reference="LeCun et al. (1998), Gradient-based learning applied to document recognition; Ioffe and Szegedy (2015), Batch norm.",
    knobs=(
        Integers(name="channels", default=(32, 64, 128), meaning="channels of each block; one block a number"),
        Integer(name="kernel", default=3, low=1, meaning="height and width of the convolutions, in pixels"),
        Integer(name="convolutions", default=1, low=1, meaning="convolutions in each block"),
        Integer(name="pool", default=2, low=1, meaning="height and width of the max-pooling that ends each block; 1 is none"),
        Integer(name="hidden", default=0, low=0, meaning="units of a hidden linear layer after the blocks; 0 is none"),
        DROPOUT,
        Flag(name="batch_norm", default=True, meaning="normalise each channel over the batch, before the relu"),
        *init_knobs("he"),
    ),
    build=build,
    reduced_precision=True,
    recommended=one_cycle(0.1),
)
