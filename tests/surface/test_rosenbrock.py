import numpy as np
import torch
from scipy.optimize import rosen, rosen_der

from thalweg.surface import rosenbrock


def test_value_and_gradient_are_scipys():
    points = torch.tensor(np.random.default_rng(0).normal(size=(20, 2)), requires_grad=True)
    value = rosenbrock.value(points, 100.0)
    (gradient,) = torch.autograd.grad(value.sum(), points)
    plain = points.detach().numpy()
    np.testing.assert_allclose(value.detach().numpy(), rosen(plain.T), rtol=1e-12)
    np.testing.assert_allclose(gradient.numpy(), rosen_der(plain.T).T, rtol=1e-10, atol=1e-10)


def test_condition_number_at_the_minimum_is_2508():
    hessian = torch.autograd.functional.hessian(lambda point: rosenbrock.value(point, 100.0), torch.ones(2, dtype=torch.float64))
    assert round(float(torch.linalg.cond(hessian))) == 2508
