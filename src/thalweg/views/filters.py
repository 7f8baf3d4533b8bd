"""Filters: the first convolution's kernels as pictures."""

from thalweg.core.entries import View
from thalweg.evidence._weights import WeightPictures
from thalweg.views._drawing import Gallery
from thalweg.views._weights import gallery


def draw(weights: WeightPictures) -> Gallery:
    """Draw one picture a filter, each on its own symmetric scale."""
    alt = (
        "The first convolution's weights: what each filter answers to in a small window of the picture. "
        "Zero is the middle of each scale, ± its ends."
    )
    return gallery(weights, title="Filters of the first convolution", alt=alt)


ENTRY = View(
    summary="the first convolution's kernels as pictures",
    formula="F_k = W[k, :, :, :]",
    reference="A. Krizhevsky, I. Sutskever, G. Hinton, ImageNet classification with deep convolutional networks, NIPS 2012, figure 3",
    evidence="filters",
    draw=draw,
)
