import pytest
import torch

from thalweg.penalty.l2 import gradient, value


def test_worked_by_hand():
    weight = torch.tensor([[[1.0, -2.0], [3.0, 0.0]]])
    assert value(weight, strength=0.5, half=False).item() == 7.0
    assert value(weight, strength=0.5, half=True).item() == 3.5
    assert gradient(weight, strength=0.5, half=False).tolist() == [[[1.0, -2.0], [3.0, 0.0]]]
    assert gradient(weight, strength=0.5, half=True).tolist() == [[[0.5, -1.0], [1.5, 0.0]]]


@pytest.mark.parametrize(("half", "factor"), [(False, 2.0), (True, 1.0)])
def test_is_the_weight_decay_of_torch_sgd(half, factor):
    source = torch.Generator().manual_seed(0)
    start = torch.randn(1, 3, 4, generator=source, dtype=torch.float64)
    pulls = torch.randn(10, 1, 3, 4, generator=source, dtype=torch.float64)
    strength = 0.3
    theirs = start.clone().requires_grad_()
    optimiser = torch.optim.SGD([theirs], lr=0.1, weight_decay=factor * strength)
    ours = start
    for pull in pulls:
        theirs.grad = pull.clone()
        optimiser.step()
        ours = ours - 0.1 * (pull + gradient(ours, strength=strength, half=half))
    torch.testing.assert_close(ours, theirs.detach(), rtol=1e-13, atol=1e-13)


def test_equals_the_squared_frobenius_norm():
    weight = torch.randn(3, 5, 7, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    expected = 2.0 * torch.linalg.matrix_norm(weight) ** 2
    torch.testing.assert_close(value(weight, strength=2.0, half=False), expected, rtol=1e-13, atol=0)
