"""Filters: the kernels of a network's first convolution, laid out as pictures."""

import numpy as np
from jaxtyping import Float
from torch import nn

from thalweg.core.entries import Evidence
from thalweg.core.knobs import Integer
from thalweg.core.progress import Progress
from thalweg.core.subject import Pictures, Subject, Unsuited
from thalweg.evidence._weights import WeightPictures, weight_picture


def measure(weights: Float[np.ndarray, "outputs inputs height width"], *, quantile: float = 1.0, most: int = 128) -> WeightPictures:
    """Return one picture a filter; the scale is that of `templates`, its end by default the largest |weight| of the filter.

    A filter over three channels is a colour picture, one over a single channel a grey one. With another number of channels every
    channel of a filter is a grey picture of its own. At most `most` pictures are made; `left_out` counts the others.

    >>> measure(np.ones((4, 3, 5, 5))).pictures[0].values.shape
    (5, 5, 3)
    """
    outputs, inputs = weights.shape[:2]
    if inputs in (1, 3):
        named = [(f"filter {k}", weights[k].transpose(1, 2, 0)) for k in range(outputs)]
    else:
        named = [(f"filter {k}, channel {c}", weights[k, c, :, :, None]) for k in range(outputs) for c in range(inputs)]
    pictures = tuple(weight_picture(name, values, quantile=quantile) for name, values in named[:most])
    return WeightPictures(pictures=pictures, quantile=quantile, left_out=max(len(named) - most, 0), of="filter")


def inspect(subject: Subject, *, progress: Progress | None = None, most: int = 128) -> WeightPictures:
    """Show the first convolution's kernels, or the first hidden units' weights where they look at whole pictures."""
    weights = first_weights(subject.pictures, subject.module)
    if weights is None:
        raise Unsuited("filters are the kernels of a first convolution or the weights of first hidden units; this model has neither.")
    return measure(weights, most=most)


def first_weights(shown: Pictures | None, module: nn.Module | None) -> Float[np.ndarray, "outputs inputs height width"] | None:
    """Return the weights that look at pictures first, on raw pixels where the model tells them, else the module's own; None without any."""
    if shown is not None and shown.linear:
        raise Unsuited("the score is linear: its weights are templates, one a class.")
    weights = None if shown is None else shown.first_weight
    if weights is not None and weights.ndim == 2 and shown is not None:
        return weights.reshape(-1, *shown.images.shape[1:]).transpose(0, 3, 1, 2)
    if weights is None and module is not None:  # the kernels themselves, on what the module takes
        layers = [layer for layer in module.modules() if isinstance(layer, nn.Conv2d)]
        weights = layers[0].weight.detach().cpu().numpy() if layers else None
    return weights if weights is not None and weights.ndim == 4 else None


def example() -> WeightPictures:
    """Return the two Sobel filters, which answer to vertical and to horizontal edges."""
    vertical = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    return measure(np.stack([vertical, vertical.T])[:, None])


ENTRY = Evidence(
    summary="the first convolution's kernels as pictures",
    formula="F_k = W[k, :, :, :]",
    reference="A. Krizhevsky, I. Sutskever, G. Hinton, ImageNet classification with deep convolutional networks, NIPS 2012, figure 3",
    knobs=(Integer(name="most", default=128, low=1, high=4096, meaning="pictures at most"),),
    measure=measure,
    example=example,
    inspect=inspect,
    place=81,
)
