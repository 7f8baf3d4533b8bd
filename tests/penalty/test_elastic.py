import numpy as np
import pytest
import torch
from sklearn.linear_model import ElasticNet

from thalweg.penalty import l1, l2
from thalweg.penalty.elastic import gradient, proximal, value


def test_worked_by_hand():
    weight = torch.tensor([[1.0, -2.0, 0.25]])
    assert value(weight, strength=2.0, mix=0.75, half=False).item() == 2 * (0.75 * 3.25 + 0.25 * 5.0625)
    assert value(weight, strength=2.0, mix=0.75, half=True).item() == 2 * (0.75 * 3.25 + 0.125 * 5.0625)
    assert gradient(weight, strength=2.0, mix=0.75, half=False).tolist() == [[1.0, -2.0, 0.25]]
    assert gradient(weight, strength=2.0, mix=0.75, half=True).tolist() == [[0.5, -1.0, 0.125]]
    assert proximal(weight, torch.tensor([0.5]), strength=2.0, mix=0.75, half=True).tolist() == [[0.25, -1.25, 0.0]]


@pytest.mark.parametrize("half", [False, True])
def test_ends_of_the_mixture_are_l1_and_l2(half):
    weight = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    step = torch.tensor([0.1, 0.2], dtype=torch.float64)
    assert torch.equal(value(weight, strength=0.7, mix=1.0, half=half), l1.value(weight, strength=0.7))
    assert torch.equal(value(weight, strength=0.7, mix=0.0, half=half), l2.value(weight, strength=0.7, half=half))
    assert torch.equal(gradient(weight, strength=0.7, mix=0.0, half=half), l2.gradient(weight, strength=0.7, half=half))
    assert torch.equal(proximal(weight, step, strength=0.7, mix=0.0, half=half), weight)
    assert (gradient(weight, strength=0.7, mix=1.0, half=half) == 0).all()


def test_proximal_gradient_finds_scikit_learns_elastic_net():
    source = np.random.default_rng(0)
    inputs = source.normal(size=(50, 10))
    targets = inputs[:, :3] @ [1.0, -2.0, 0.5] + 0.1 * source.normal(size=50)
    expected = ElasticNet(alpha=0.4, l1_ratio=0.6, fit_intercept=False, tol=1e-12).fit(inputs, targets).coef_
    knobs = {"strength": 0.4, "mix": 0.6, "half": True}
    weight, rate = torch.zeros(1, 10, dtype=torch.float64), torch.tensor([0.2], dtype=torch.float64)
    for _ in range(500):
        slope = torch.tensor((weight.numpy() @ inputs.T - targets) @ inputs / 50) + gradient(weight, **knobs)
        weight = proximal(weight - rate * slope, rate, **knobs)
    np.testing.assert_allclose(weight[0].numpy(), expected, rtol=0, atol=1e-9)
    assert ((weight[0].numpy() == 0) == (expected == 0)).all()
    assert (expected == 0).any()
