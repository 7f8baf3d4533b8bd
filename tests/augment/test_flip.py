"""Flips against NumPy, and how often they happen."""

import numpy as np
import torch

from thalweg.augment.flip import flip

PICTURES = torch.randint(0, 256, (2000, 3, 4, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_by_hand() -> None:
    picture = torch.tensor([[1, 2], [3, 4]], dtype=torch.uint8).reshape(1, 2, 2, 1)
    assert flip(picture, seeded(), chance=1.0, vertical=False).flatten().tolist() == [2, 1, 4, 3]
    assert flip(picture, seeded(), chance=1.0, vertical=True).flatten().tolist() == [4, 3, 2, 1]


def test_chance_zero_changes_nothing() -> None:
    assert torch.equal(flip(PICTURES, seeded(), chance=0.0, vertical=True), PICTURES)


def test_each_picture_is_itself_or_its_mirror_image_as_often_as_asked() -> None:
    flipped = flip(PICTURES, seeded(), chance=0.25, vertical=False).numpy()
    mirrored = np.array([np.fliplr(picture) for picture in PICTURES.numpy()])
    is_mirrored = (flipped == mirrored).all((1, 2, 3))
    assert ((flipped == PICTURES.numpy()).all((1, 2, 3)) ^ is_mirrored).all()
    assert abs(is_mirrored.mean() - 0.25) < 0.04  # 4 standard deviations of a share of 2000


def test_vertical_flips_are_drawn_independently() -> None:
    flipped = flip(PICTURES, seeded(), chance=0.5, vertical=True)
    ways = [PICTURES, PICTURES.flip(2), PICTURES.flip(1), PICTURES.flip(1, 2)]
    counts = [(flipped == way).all(3).all(2).all(1).sum().item() for way in ways]
    assert sum(counts) == 2000
    assert all(abs(count - 500) < 78 for count in counts)  # 4 standard deviations of a binomial(2000, 1/4)
