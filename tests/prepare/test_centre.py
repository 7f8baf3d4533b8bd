"""Centring against NumPy."""

import numpy as np
import torch

from thalweg.prepare.centre import fit


def test_by_hand() -> None:
    """Two images of one row 0 2 and 4 8: the mean image is 2 5."""
    images = torch.tensor([[0.0, 2.0], [4.0, 8.0]]).reshape(2, 1, 2, 1)
    assert fit(lambda: [images]).apply(images).reshape(2, 2).tolist() == [[-2.0, -3.0], [2.0, 3.0]]


def test_mean_image_equals_numpy_on_the_whole() -> None:
    images = torch.randint(0, 256, (301, 4, 5, 3), generator=torch.Generator().manual_seed(0)).float()
    fitted = fit(lambda: images.split(17))
    whole = images.numpy().astype(np.float64).mean(0)
    np.testing.assert_allclose(-fitted.shift.numpy(), whole, rtol=2e-7)  # float32 rounding of the saved mean
    assert torch.equal(fitted.scale, torch.ones(1, 1, 1))


def test_one_image_is_its_own_mean() -> None:
    image = torch.rand(1, 2, 2, 3, generator=torch.Generator().manual_seed(0))
    assert not fit(lambda: [image]).apply(image).any()
