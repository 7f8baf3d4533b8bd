import pytest
import torch
from torch.nn.functional import multi_margin_loss

from thalweg.loss.svm_sum_squared import gradient, value


def test_worked_by_hand():
    scores = torch.tensor([[3.2, 5.1, -1.7], [2.2, 2.5, -3.1]], dtype=torch.float64)
    labels = torch.tensor([0, 2])
    assert value(scores, labels, margin=1.0).tolist() == pytest.approx([2.9**2, 6.3**2 + 6.6**2], rel=1e-14)
    assert gradient(scores, labels, margin=1.0).flatten().tolist() == pytest.approx([-5.8, 5.8, 0.0, 12.6, 13.2, -25.8], rel=1e-14)


@pytest.mark.parametrize("margin", [0.25, 1.0, 10.0])
def test_is_classes_times_pytorchs(margin):
    source = torch.Generator().manual_seed(0)
    scores = (3 * torch.randn(64, 7, generator=source, dtype=torch.float64)).requires_grad_()
    labels = torch.randint(0, 7, (64,), generator=source)
    expected = 7 * multi_margin_loss(scores, labels, p=2, margin=margin, reduction="none")
    torch.testing.assert_close(value(scores, labels, margin=margin), expected, rtol=1e-12, atol=1e-12)
    (slope,) = torch.autograd.grad(expected.sum(), scores)
    torch.testing.assert_close(gradient(scores, labels, margin=margin), slope, rtol=1e-12, atol=1e-12)


def test_margin_and_scores_scale_together():
    scores = torch.tensor([[0.3, -0.2, 1.1]], dtype=torch.float64)
    small = value(scores, torch.tensor([0]), margin=0.5)
    torch.testing.assert_close(value(4 * scores, torch.tensor([0]), margin=2.0), 16 * small)


def test_slope_is_continuous_where_the_violation_ends():
    scores = torch.tensor([[1.0 - 1e-9, 0.0], [1.0 + 1e-9, 0.0]], dtype=torch.float64)
    slopes = gradient(scores, torch.tensor([0, 0]), margin=1.0)
    assert slopes[0].tolist() == pytest.approx([-2e-9, 2e-9], rel=1e-6)
    assert slopes[1].tolist() == [0.0, 0.0]
