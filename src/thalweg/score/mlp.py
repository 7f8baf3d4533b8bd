"""The multi-layer perceptron: linear maps with an activation between them."""

import math
from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from thalweg.core.entries import Score, Shape, StackedScores
from thalweg.core.knobs import Choice, Flag, Integers
from thalweg.core.tiles import Spread
from thalweg.core.tree import Params
from thalweg.score._initialise import init_knobs, initialise
from thalweg.score._layers import DROPOUT, dense, dropout_layer, dropout_masks, flatten, full_precision
from thalweg.score._suited import one_cycle

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "linear": nn.Identity, "gelu": nn.GELU}

SAME_BITS: dict[type[nn.Module], Callable[[Tensor], Tensor]] = {
    nn.Sigmoid: lambda x: 0.5 + 0.5 * torch.tanh(0.5 * x),
    nn.GELU: lambda x: 0.5 * x * (1 + torch.erf(x * math.sqrt(0.5))),
}
"""Activations written out for stacked members: PyTorch's own round the last few numbers of a tensor otherwise than those before them."""


class Perceptron(nn.Module):
    """f(x) = W_L a(... a(W_1 x + b_1) ...) + b_L on pixels in height, width, channel order; `layers` holds the maps in order.

    Row j of the first weight, reshaped to [H, W, C], is the picture that hidden unit j looks for.
    """

    first = "layers.0.weight"

    def __init__(self, layers: nn.Sequential) -> None:
        super().__init__()
        self.layers = layers

    def forward(self, images: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch classes"]:
        """Return the scores of a batch."""
        return full_precision(self.layers(flatten(images)))


def build(
    shape: Shape,
    classes: int,
    generator: torch.Generator,
    *,
    widths: tuple[int, ...] = (256, 128),
    activation: str = "relu",
    dropout: float = 0.0,
    batch_norm: bool = False,
    init: str = "he",
    scale: float = 0.01,
) -> Perceptron:
    """Return a perceptron with one hidden layer a width: linear, batch-norm (if asked), activation, dropout (if any).

    A bias before batch-norm has no effect in training; it stays, so that a preparation can be folded into the first map. No widths at
    all make a linear classifier. In training, batch-norm needs two examples in a batch.

    >>> net = build((1, 1, 2), 3, torch.Generator(), widths=(4,))
    >>> [tuple(p.shape) for p in net.parameters()]
    [(4, 2), (4,), (3, 4), (3,)]
    """
    height, width, channels = shape
    inputs = height * width * channels
    layers: list[nn.Module] = []
    for outputs in widths:
        norm = [nn.BatchNorm1d(outputs)] if batch_norm else []
        layers += [dense(inputs, outputs), *norm, ACTIVATIONS[activation](), *dropout_layer(dropout)]
        inputs = outputs
    net = Perceptron(nn.Sequential(*layers, dense(inputs, classes)))
    initialise(net, init, scale=scale, generator=generator)
    return net


def stacked(module: nn.Module) -> StackedScores | None:
    """Return the scores of many members at once: one product for the first map, which all share their pixels in, one a member after it.

    None for nets with batch-norm. Hidden features lie as [members, units, batch].
    """
    assert isinstance(module, Perceptron)
    layers = list(module.layers.named_children())
    if any(isinstance(layer, nn.BatchNorm1d) for _, layer in layers):
        return None

    def scores(params: Params, images: Tensor, generators: Sequence[torch.Generator] | None) -> Tensor:
        own = None if generators is None else list(generators)
        (first, _), *others = layers
        features = _first_map(params[f"layers.{first}.weight"], params[f"layers.{first}.bias"], images)
        for name, layer in others:
            if isinstance(layer, nn.Linear):
                features = torch.baddbmm(params[f"layers.{name}.bias"][:, :, None], params[f"layers.{name}.weight"], features)
            elif not isinstance(layer, nn.Dropout):
                features = SAME_BITS.get(type(layer), layer)(features)
            elif own is not None:
                features = features * dropout_masks(features, layer.p, own)
        return full_precision(features.transpose(1, 2))

    return scores


def _first_map(weight: Tensor, bias: Tensor, images: Tensor) -> Tensor:
    pixels = flatten(images).T
    if torch.is_autocast_enabled(images.device.type):
        reduced = torch.get_autocast_dtype(images.device.type)
        weight, pixels = weight.to(reduced), pixels.to(reduced)
    return Spread.apply(weight, pixels) + bias[:, :, None].to(weight.dtype)


ENTRY = Score(
    summary="Multi-layer perceptron: linear maps with an activation between them.",
    formula="f(x) = W_L a(... a(W_1 x + b_1) ...) + b_L",
    reference="Rumelhart, Hinton and Williams (1986), Learning representations by back-propagating errors, Nature 323.",
    knobs=(
        Integers(name="widths", default=(256, 128), shortest=0, meaning="units of each hidden layer; an empty list: linear classifier"),
        Choice(name="activation", default="relu", choices=tuple(ACTIVATIONS), meaning="function after each hidden layer; linear is none"),
        DROPOUT,
        Flag(name="batch_norm", default=False, meaning="normalise each hidden unit over the batch, before the activation"),
        *init_knobs("he"),
    ),
    build=build,
    stacked=stacked,
    reduced_precision=True,
    recommended=one_cycle(0.1),
)
