import numpy as np
import pytest
import torch

from thalweg.surface import double_well


def test_the_slope_along_x_has_the_three_roots_that_the_docstring_names():
    roots = np.roots([1, 0, -1.24, 0.24])
    np.testing.assert_allclose(sorted(roots), [-1.2, 0.2, 1.0], atol=1e-12)


def test_the_ridge_stands_0_1536_above_the_shallow_well():
    low, high = double_well.value(torch.tensor([[1.0, 0.0], [0.2, 0.0]], dtype=torch.float64)).tolist()
    assert high - low == pytest.approx(0.1536)
