"""Scaling of bytes to [-1, 1]."""

import torch

from thalweg.prepare.scale import fit


def test_by_hand() -> None:
    """0, 51 and 255 are 0, 2/5 and 2 times 127.5."""
    images = torch.tensor([0.0, 51.0, 255.0], dtype=torch.float64).reshape(1, 1, 3, 1)
    expected = torch.tensor([-1.0, -0.6, 1.0], dtype=torch.float64)
    torch.testing.assert_close(fit(list).apply(images).flatten(), expected, rtol=0, atol=2e-7)  # 1/127.5 is rounded to float32


def test_every_byte_stays_in_the_interval_and_in_order() -> None:
    prepared = fit(list).apply(torch.arange(256.0).reshape(1, 16, 16, 1)).flatten()
    assert (prepared.diff() > 0).all()
    assert prepared.abs().max() <= 1 + 2e-7


def test_the_images_are_not_looked_at() -> None:
    dark = torch.zeros(3, 2, 2, 1)
    assert torch.equal(fit(lambda: [dark]).scale, fit(list).scale)
