"""Tiles against plain products, and the same bits for a member whoever else is there."""

import pytest
import torch

from thalweg.core.tiles import Spread, members_a_tile, spread


def draw(*shape, dtype=torch.float32, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


@pytest.mark.parametrize("members", [1, 2, 3, 15, 16, 17, 40])
@pytest.mark.parametrize("rows", [1, 3, 10, 64, 300])
def test_every_member_gets_its_own_product(members, rows):
    stacked, shared = draw(members, rows, 7, dtype=torch.float64), draw(7, 5, dtype=torch.float64, seed=1)
    torch.testing.assert_close(spread(stacked, shared), stacked @ shared, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("shape", [(10, 784, 128), (10, 128, 784), (3, 2, 50), (64, 784, 128), (100, 300, 61)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_members_bits_do_not_depend_on_who_else_is_there(threads, shape, dtype):
    """Populations of 2 to 40 against one of 40, members at the front, at the back and after one of them has left."""
    rows, inputs, outputs = shape
    stacked, shared = draw(40, rows, inputs, dtype=dtype), draw(inputs, outputs, dtype=dtype, seed=1)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        whole = spread(stacked, shared)
        for members in range(2, 40, 3):
            assert torch.equal(spread(stacked[:members], shared), whole[:members])
            assert torch.equal(spread(stacked[-members:].contiguous(), shared), whole[-members:])
        for gone in (0, 7, 39):
            rest = [place for place in range(40) if place != gone]
            assert torch.equal(spread(stacked[rest], shared), whole[rest])
    finally:
        torch.set_num_threads(before)


def test_the_gradient_is_autograds():
    stacked, shared = draw(3, 4, 5, dtype=torch.float64).requires_grad_(), draw(5, 6, dtype=torch.float64, seed=1)
    assert torch.autograd.gradcheck(lambda weight: Spread.apply(weight, shared), (stacked,))


def test_what_is_not_finite_stays_with_its_member():
    stacked, shared = draw(5, 2, 3), draw(3, 4, seed=1)
    expected = spread(stacked, shared)
    stacked[2] = float("nan")
    found = spread(stacked, shared)
    assert found[2].isnan().all()
    assert torch.equal(found[[0, 1, 3, 4]], expected[[0, 1, 3, 4]])


def test_a_tile_has_about_two_hundred_rows():
    for rows in range(1, 400):
        assert 1 <= members_a_tile(rows) * rows <= max(rows, 283)
