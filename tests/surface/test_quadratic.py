import pytest
import torch

from thalweg.surface import quadratic


@pytest.mark.parametrize("kappa", [1.0, 30.0, 1000.0])
def test_kappa_is_the_condition_number_and_x_the_long_axis(kappa):
    hessian = torch.autograd.functional.hessian(lambda point: quadratic.value(point, kappa), torch.tensor([2.0, -1.0]))
    assert float(torch.linalg.cond(hessian)) == pytest.approx(kappa)
    assert hessian[0, 0] <= hessian[1, 1]


def test_gradient_descent_at_its_best_rate_shrinks_by_the_predicted_factor():
    kappa, point = 100.0, torch.tensor([1.0, 1.0], dtype=torch.float64)
    stepped = point - 2 / (1 + kappa) * torch.tensor([1.0, kappa]) * point
    torch.testing.assert_close(stepped.abs(), torch.full((2,), (kappa - 1) / (kappa + 1), dtype=torch.float64))
