import math

import pytest
import torch

from thalweg.surface import plateau


def test_value_and_slope_are_those_of_the_formula_and_vanish_far_out():
    point = torch.tensor([-3.0, 1.0], dtype=torch.float64, requires_grad=True)
    value = plateau.value(point)
    (slope,) = torch.autograd.grad(value, point)
    assert value.item() == pytest.approx(1 - math.exp(-6.5))
    assert slope.tolist() == pytest.approx([-3 * math.exp(-6.5), 4 * math.exp(-6.5)])
    assert plateau.value(torch.tensor([40.0, 0.0])) == 1.0
