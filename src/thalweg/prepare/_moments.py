"""Means, variances and covariances of images that come chunk by chunk, in float64.

Chunks are merged by the pairwise update of Chan, Golub and LeVeque: with delta the difference of the two means,

    mean = mean_a + delta * n_b / n,    M2 = M2_a + M2_b + delta^2 * n_a * n_b / n,    n = n_a + n_b,

which never subtracts large squares, unlike E[x^2] - E[x]^2. Variances divide by n, not n - 1. Chunks are on the CPU.
Reference: Chan, Golub, LeVeque (1983), Algorithms for computing the sample variance, The American Statistician 37(3).
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float64
from torch import Tensor

from thalweg.core.entries import Chunks, Shape
from thalweg.core.errors import DataError

_EMPTY = "a preparation is fitted on the training images, and there are none; give it at least one."


@dataclass(frozen=True, eq=False)
class Moments:
    """Mean and variance of each number of an image, or of groups of them."""

    mean: Float64[Tensor, "height width channels"]
    variance: Float64[Tensor, "height width channels"]

    def pooled(self, *axes: int) -> "Moments":
        """Return the moments of all numbers along `axes` taken together, which keep length 1.

        The variance of the union of groups of equal size is the mean of their variances plus the variance of their means.
        """
        if not axes:
            return self
        mean = self.mean.mean(axes, keepdim=True)
        variance = self.variance.mean(axes, keepdim=True) + (self.mean - mean).square().mean(axes, keepdim=True)
        return Moments(mean=mean, variance=variance)


def pixel_moments(chunks: Chunks) -> Moments:
    """Return the mean and variance over all images of each number of an image; raise `DataError` without images or with NaN."""
    count, mean, squares = 0, torch.zeros((), dtype=torch.float64), torch.zeros((), dtype=torch.float64)
    for chunk in chunks():
        added = len(chunk)
        variance_added, mean_added = torch.var_mean(chunk.double(), dim=0, correction=0)
        delta, total = mean_added - mean, count + added
        mean = mean + delta * (added / total)
        squares = squares + variance_added * added + delta.square() * (count * added / total)
        count = total
    if count == 0:
        raise DataError(_EMPTY)
    return Moments(mean=_finite(mean), variance=squares / count)


def covariance(chunks: Chunks) -> tuple[Float64[Tensor, "height width channels"], Float64[Tensor, "pixels pixels"]]:
    """Return the mean image and the covariance of all its numbers (rows in height, width, channel order); errors as `pixel_moments`."""
    height, width, channels = image_shape(chunks)
    pixels = height * width * channels
    count, mean, scatter = 0, torch.zeros(pixels, dtype=torch.float64), torch.zeros(pixels, pixels, dtype=torch.float64)
    for chunk in chunks():
        rows, added = chunk.flatten(1).double(), len(chunk)
        mean_added = rows.mean(0)
        centred, delta, total = rows - mean_added, mean_added - mean, count + added
        mean = mean + delta * (added / total)
        scatter.addmm_(centred.T, centred).addr_(delta, delta, alpha=count * added / total)
        count = total
    return _finite(mean.reshape(height, width, channels)), scatter / count


def image_shape(chunks: Chunks) -> Shape:
    """Return height, width and channels of the first image."""
    for chunk in chunks():
        return chunk.shape[1], chunk.shape[2], chunk.shape[3]
    raise DataError(_EMPTY)


def _finite(mean: Float64[Tensor, "height width channels"]) -> Float64[Tensor, "height width channels"]:
    bad = (~mean.isfinite()).nonzero()
    if len(bad):
        row, column, channel = bad[0].tolist()
        raise DataError(
            f"the training images hold NaN or infinite numbers, first at row {row}, column {column}, channel {channel}; "
            "pixels must be finite: correct those images or leave them out."
        )
    return mean
