"""Streamed statistics against NumPy on the whole, also where E[x^2] - E[x]^2 fails."""

import numpy as np
import pytest
import torch

from thalweg.core.errors import DataError
from thalweg.prepare._moments import covariance, pixel_moments

IMAGES = torch.randn(200, 3, 2, 2, generator=torch.Generator().manual_seed(0)) * 3 + 100


@pytest.mark.parametrize("size", [1, 7, 200])
def test_moments_equal_numpy_on_the_whole(size: int) -> None:
    moments, whole = pixel_moments(lambda: IMAGES.split(size)), IMAGES.double().numpy()
    np.testing.assert_allclose(moments.mean, whole.mean(0), rtol=1e-14)
    np.testing.assert_allclose(moments.variance, whole.var(0), rtol=1e-12)


@pytest.mark.parametrize("axes", [(0, 1), (0, 1, 2)])
def test_pooled_moments_equal_numpy_on_the_whole(axes: tuple[int, ...]) -> None:
    pooled = pixel_moments(lambda: IMAGES.split(30)).pooled(*axes)
    together = (0, *(axis + 1 for axis in axes))
    np.testing.assert_allclose(pooled.mean, IMAGES.double().numpy().mean(together, keepdims=True)[0], rtol=1e-14)
    np.testing.assert_allclose(pooled.variance, IMAGES.double().numpy().var(together, keepdims=True)[0], rtol=1e-12)


@pytest.mark.parametrize("size", [1, 7, 200])
def test_covariance_equals_numpy_on_the_whole(size: int) -> None:
    mean, matrix = covariance(lambda: IMAGES.split(size))
    whole = IMAGES.double().numpy().reshape(200, -1)
    np.testing.assert_allclose(mean.flatten(), whole.mean(0), rtol=1e-14)
    np.testing.assert_allclose(matrix, np.cov(whole, rowvar=False, ddof=0), atol=1e-12)


def test_a_small_spread_on_a_large_mean_is_kept() -> None:
    """2^24 and 2^24 + 2 have the variance 1; in float32, x^2 alone is off by 2^24."""
    images = torch.tensor([2.0**24, 2.0**24 + 2]).repeat(500).reshape(1000, 1, 1, 1)
    assert pixel_moments(lambda: images.split(3)).variance.item() == pytest.approx(1, rel=1e-9)
    assert covariance(lambda: images.split(3))[1].item() == pytest.approx(1, rel=1e-9)


@pytest.mark.parametrize("statistic", [pixel_moments, covariance])
def test_no_images(statistic: object) -> None:
    with pytest.raises(DataError, match=r"^a preparation is fitted on the training images, and there are none; give it at least one\.$"):
        statistic(list)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
@pytest.mark.parametrize("statistic", [pixel_moments, covariance])
def test_numbers_that_are_not_finite_are_refused_with_their_place(statistic: object, bad: float) -> None:
    images = IMAGES.clone()
    images[150, 2, 1, 0] = bad
    with pytest.raises(DataError, match=r"NaN or infinite numbers, first at row 2, column 1, channel 0; pixels must be finite"):
        statistic(lambda: images.split(40))
