"""Flattening in height, width, channel order."""

import pytest
import torch

from thalweg.core.errors import DataError
from thalweg.prepare.flatten import fit


def test_by_hand() -> None:
    """y[(i W + j) C + c] = x[i, j, c] for a 2 x 2 image of two channels."""
    image = torch.arange(8.0).reshape(1, 2, 2, 2)
    assert fit(lambda: [image]).apply(image).tolist() == [[[[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]]]]


def test_order_of_a_batch_laid_out_channels_first() -> None:
    images = torch.rand(3, 2, 4, 5, generator=torch.Generator().manual_seed(0)).permute(0, 2, 3, 1)
    assert (fit(lambda: [images]).apply(images).numpy()[:, 0, 0] == images.numpy().reshape(3, -1)).all()


def test_other_images_are_refused() -> None:
    with pytest.raises(DataError, match=r"fitted on images of 1 x 2 x 3 \(height x width x channels\); got 3 x 2 x 1\."):
        fit(lambda: [torch.zeros(1, 1, 2, 3)]).shape((3, 2, 1))
