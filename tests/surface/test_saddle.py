import torch

from thalweg.surface import saddle


def test_the_curvatures_are_one_and_minus_one_everywhere():
    for point in ([0.0, 0.0], [3.0, -2.0]):
        hessian = torch.autograd.functional.hessian(saddle.value, torch.tensor(point))
        assert hessian.tolist() == [[1.0, 0.0], [0.0, -1.0]]


def test_it_falls_without_bound_along_y():
    assert saddle.value(torch.tensor([0.0, 1e6], dtype=torch.float64)) == -5e11
