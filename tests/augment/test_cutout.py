"""Cutout: where the squares lie and how large they are."""

import torch

from thalweg.augment.cutout import cutout


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def holes(count: int, height: int, width: int, size: int) -> torch.Tensor:
    """Return which pixels of all-one pictures were cut out: [count, height, width]."""
    cut = cutout(torch.ones(count, height, width, 3), seeded(), size=size) == 0
    assert torch.equal(cut.all(3), cut.any(3))  # all channels of a pixel or none
    return cut.all(3)


def test_by_hand() -> None:
    """In a row of three pixels, a square of 2 covers the middle and the pixel before it: 1 0 0, 1 1 0 or 0 1 1 are cut."""
    found = {tuple(row) for row in holes(100, 1, 3, 2)[:, 0].int().tolist()}
    assert found == {(1, 0, 0), (1, 1, 0), (0, 1, 1)}


def test_a_square_as_large_as_two_pictures_leaves_nothing() -> None:
    assert holes(10, 4, 5, 11).all()


def test_holes_are_rectangles_that_the_border_may_cut_and_every_middle_is_as_likely() -> None:
    cut = holes(6400, 8, 8, 3)
    rows, columns = cut.any(2), cut.any(1)
    assert torch.equal(cut, rows[:, :, None] & columns[:, None, :])
    for sides in (rows, columns):
        lengths = sides.sum(1)
        assert set(lengths.tolist()) == {2, 3}
        edge = (lengths == 2).double().mean().item()
        assert abs(edge - 2 / 8) < 0.022  # middles on the two outermost pixels; 4 standard deviations


def test_other_pixels_stay() -> None:
    pictures = torch.randint(1, 256, (20, 9, 9, 1), dtype=torch.uint8, generator=seeded(1))
    changed = cutout(pictures, seeded(), size=4)
    assert torch.equal(changed[changed != 0], pictures[changed != 0])
    assert (changed == 0).sum((1, 2, 3)).tolist() == (changed != pictures).sum((1, 2, 3)).tolist()
