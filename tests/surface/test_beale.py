import numpy as np
import torch
from scipy.optimize import minimize

from thalweg.surface import beale


def test_along_y_equal_to_one_the_value_is_the_same_everywhere():
    points = torch.stack([torch.linspace(-3, 3, 7, dtype=torch.float64), torch.ones(7, dtype=torch.float64)], 1)
    torch.testing.assert_close(beale.value(points), torch.full((7,), 14.203125, dtype=torch.float64))


def test_scipy_finds_the_minimum_from_the_start():
    found = minimize(lambda point: float(beale.value(torch.tensor(point))), beale.ENTRY.start, method="Nelder-Mead", tol=1e-10)
    np.testing.assert_allclose(found.x, [3, 0.5], atol=1e-6)
