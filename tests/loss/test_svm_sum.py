import pytest
import torch
from torch.nn.functional import multi_margin_loss

from thalweg.loss.svm_max import value as svm_max
from thalweg.loss.svm_sum import gradient, value

CATS = torch.tensor([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]], dtype=torch.float64)
"""The lecture's three pictures: a cat, a car and a frog, scored for cat, car, frog."""


def test_worked_by_hand():
    values = value(CATS, torch.tensor([0, 1, 2]), margin=1.0)
    assert values.tolist() == pytest.approx([2.9, 0.0, 12.9], rel=1e-14)
    assert values.mean().item() == pytest.approx(15.8 / 3, rel=1e-14)  # 5.27 on the slide


def test_gradient_by_hand():
    expected = torch.tensor([[-1.0, 1.0, 0.0], [0.0, 0.0, 0.0], [1.0, 1.0, -2.0]], dtype=torch.float64)
    assert torch.equal(gradient(CATS, torch.tensor([0, 1, 2]), margin=1.0), expected)


@pytest.mark.parametrize("margin", [0.25, 1.0, 10.0])
def test_is_classes_times_pytorchs(margin):
    source = torch.Generator().manual_seed(0)
    scores = (3 * torch.randn(64, 7, generator=source, dtype=torch.float64)).requires_grad_()
    labels = torch.randint(0, 7, (64,), generator=source)
    expected = 7 * multi_margin_loss(scores, labels, p=1, margin=margin, reduction="none")
    torch.testing.assert_close(value(scores, labels, margin=margin), expected, rtol=1e-12, atol=1e-12)
    (slope,) = torch.autograd.grad(expected.sum(), scores)
    torch.testing.assert_close(gradient(scores, labels, margin=margin), slope, rtol=1e-12, atol=1e-12)


def test_exactly_at_the_margin_is_zero_with_zero_gradient():
    scores = torch.tensor([[2.0, 1.0, 1.0]])
    assert value(scores, torch.tensor([0]), margin=1.0).item() == 0.0
    assert gradient(scores, torch.tensor([0]), margin=1.0).abs().sum() == 0


def test_is_svm_max_where_one_class_violates_and_above_it_elsewhere():
    labels = torch.tensor([0, 1, 2])
    sums, largest = value(CATS, labels, margin=1.0), svm_max(CATS, labels, margin=1.0)
    assert torch.equal(sums[:2], largest[:2])
    assert sums[2] > largest[2]
