"""The linear classifier: one weight per pixel, channel and class; a row of W is a picture."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from thalweg.core.entries import Score, Shape
from thalweg.score._initialise import draw, init_knobs
from thalweg.score._layers import flatten, full_precision


class Linear(nn.Module):
    """f(x, W, b) = W x + b with `weight` W [classes, H*W*C] in height, width, channel order and `bias` b [classes].

    Row k of `weight`, reshaped to [H, W, C], is the template of class k: the score is its inner product with the image, plus b_k.
    """

    first = "weight"

    def __init__(self, shape: Shape, classes: int) -> None:
        super().__init__()
        height, width, channels = shape
        self.weight = nn.Parameter(torch.empty(classes, height * width * channels))
        self.bias = nn.Parameter(torch.zeros(classes))

    def forward(self, images: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch classes"]:
        """Return the scores of a batch."""
        return full_precision(functional.linear(flatten(images), self.weight, self.bias))


def build(shape: Shape, classes: int, generator: torch.Generator, *, init: str = "normal", scale: float = 0.01) -> Linear:
    """Return a linear score function of images [N, C, H, W].

    >>> net = build((1, 1, 2), 3, torch.Generator(), init="zero")
    >>> _ = net.weight.data.copy_(torch.tensor([[1.0, 2.0], [2.0, -4.0], [3.0, -1.0]]))
    >>> net(torch.tensor([0.5, 0.4]).reshape(1, 2, 1, 1)).detach()
    tensor([[ 1.3000, -0.6000,  1.1000]])
    """
    net = Linear(shape, classes)
    draw(net.weight, init, scale=scale, generator=generator)
    return net


ENTRY = Score(
    summary="Linear classifier: one template a class.",
    formula="f(x, W, b) = W x + b",
    reference="Fisher (1936), The use of multiple measurements in taxonomic problems; CS231n notes, Linear classification.",
    knobs=init_knobs("normal"),
    build=build,
    closed_form=True,
    recommended={
        "prepare": ["standardise"],
        "optimiser": {"name": "nesterov", "rate": 0.02},
        "schedule": ["one-cycle"],
        "penalty": {"l2": 1e-5},
        "epochs": 10,
    },
)
