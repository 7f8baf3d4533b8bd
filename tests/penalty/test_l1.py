import numpy as np
import torch
from sklearn.linear_model import Lasso
from torch.nn.functional import softshrink

from thalweg.penalty.l1 import gradient, proximal, value


def test_worked_by_hand():
    weight = torch.tensor([[1.0, -2.0, 0.25]])
    assert value(weight, strength=2.0).item() == 6.5
    assert gradient(weight, strength=2.0).tolist() == [[0.0, 0.0, 0.0]]
    assert proximal(weight, torch.tensor([0.25]), strength=2.0).tolist() == [[0.5, -1.5, 0.0]]


def test_a_weight_exactly_at_the_threshold_becomes_zero():
    near = proximal(torch.tensor([[0.5, -0.5]]), torch.tensor([0.5]), strength=1.0)
    assert (near == 0).all()


def test_proximal_step_equals_pytorchs_softshrink():
    weight = torch.randn(2, 5, 7, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    near = proximal(weight, torch.tensor([0.2, 0.4], dtype=torch.float64), strength=3.0)
    torch.testing.assert_close(near, torch.stack([softshrink(weight[0], 0.6), softshrink(weight[1], 1.2)]), rtol=1e-14, atol=1e-15)


def test_proximal_gradient_finds_scikit_learns_lasso():
    source = np.random.default_rng(0)
    inputs = source.normal(size=(50, 10))
    targets = inputs[:, :3] @ [1.0, -2.0, 0.5] + 0.1 * source.normal(size=50)
    expected = Lasso(alpha=0.2, fit_intercept=False, tol=1e-12).fit(inputs, targets).coef_
    weight, rate = torch.zeros(1, 10, dtype=torch.float64), torch.tensor([0.2], dtype=torch.float64)
    for _ in range(500):
        slope = (weight.numpy() @ inputs.T - targets) @ inputs / 50
        weight = proximal(weight - rate * torch.tensor(slope), rate, strength=0.2)
    np.testing.assert_allclose(weight[0].numpy(), expected, rtol=0, atol=1e-9)
    assert ((weight[0].numpy() == 0) == (expected == 0)).all()
    assert (expected == 0).any()
