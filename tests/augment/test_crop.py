"""Padded crops against numpy.pad, at every place."""

from collections import Counter

import numpy as np
import pytest
import torch

from thalweg.augment.crop import crop

NUMPY_MODES = {"zero": "constant", "reflect": "reflect", "edge": "edge"}


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def places(pictures: torch.Tensor, cropped: torch.Tensor, pad: int, mode: str) -> list[list[tuple[int, int]]]:
    """Return for each picture all places in the padded picture where its crop is found."""
    padded = np.pad(pictures.numpy(), ((0, 0), (pad, pad), (pad, pad), (0, 0)), mode=NUMPY_MODES[mode])
    _, height, width, _ = pictures.shape
    found: list[list[tuple[int, int]]] = [[] for _ in pictures]
    for top in range(2 * pad + 1):
        for left in range(2 * pad + 1):
            same = (padded[:, top : top + height, left : left + width] == cropped.numpy()).all((1, 2, 3))
            for row in np.flatnonzero(same):
                found[row].append((top, left))
    return found


def test_by_hand() -> None:
    """One row of two pixels 1 2, one pixel of border: three places in the row, and only border above and below it."""
    picture = torch.tensor([[1.0, 2.0]]).reshape(1, 1, 2, 1)
    many = crop(picture.expand(500, 1, 2, 1), seeded(), pad=1, mode="zero").reshape(500, 2)
    assert {tuple(row) for row in many.tolist()} == {(0.0, 0.0), (0.0, 1.0), (1.0, 2.0), (2.0, 0.0)}


def test_no_border_changes_nothing() -> None:
    pictures = torch.rand(3, 5, 4, 2, generator=seeded(1))
    assert torch.equal(crop(pictures, seeded(), pad=0, mode="reflect"), pictures)


@pytest.mark.parametrize("mode", NUMPY_MODES)
def test_every_crop_is_a_piece_of_the_padded_picture_and_all_places_are_equally_likely(mode: str) -> None:
    pictures = torch.randint(1, 256, (900, 6, 5, 3), dtype=torch.uint8, generator=seeded(1))
    cropped = crop(pictures, seeded(2), pad=1, mode=mode)
    found = places(pictures, cropped, 1, mode)
    assert all(len(at) == 1 for at in found)
    counts = Counter(at[0] for at in found)
    assert len(counts) == 9
    assert all(abs(count - 100) < 38 for count in counts.values())  # 4 standard deviations of a binomial(900, 1/9)


@pytest.mark.parametrize("mode", NUMPY_MODES)
def test_a_border_wider_than_the_picture(mode: str) -> None:
    pictures = torch.rand(40, 3, 2, 1, generator=seeded(1))
    assert all(places(pictures, crop(pictures, seeded(), pad=7, mode=mode), 7, mode))


def test_a_picture_of_one_pixel_reflects_itself() -> None:
    points = torch.rand(4, 1, 1, 2, generator=seeded(1))
    assert torch.equal(crop(points, seeded(), pad=2, mode="reflect"), points)


def test_a_batch_that_does_not_lie_in_one_piece() -> None:
    pictures = torch.rand(6, 3, 5, 4, generator=seeded(1)).permute(0, 2, 3, 1)
    assert torch.equal(crop(pictures, seeded(), pad=2, mode="edge"), crop(pictures.contiguous(), seeded(), pad=2, mode="edge"))
