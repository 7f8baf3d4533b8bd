import pytest
import torch

from thalweg.surface import long_valley


def slope(x, y):
    point = torch.tensor([x, y], dtype=torch.float64, requires_grad=True)
    return torch.autograd.grad(long_valley.value(point), point)[0].tolist()


def test_the_floor_falls_by_a_tenth_far_out_and_the_wall_by_ten_a_unit():
    assert slope(-1000.0, 0.0) == pytest.approx([-0.1, 0.0], rel=1e-5)
    assert slope(-5.0, 1.0)[1] == 10.0


def test_the_slope_along_the_floor_is_that_of_the_formula():
    assert slope(0.75, 0.0) == pytest.approx([0.75 / 1.25 / 10, 0.0])
