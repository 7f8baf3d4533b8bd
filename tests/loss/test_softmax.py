import math

import numpy as np
import pytest
import torch
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from torch.nn.functional import cross_entropy

from thalweg.loss.softmax import at_zero, gradient, value


def test_worked_by_hand():
    scores = torch.tensor([[3.2, 5.1, -1.7]], dtype=torch.float64)
    expected = -math.log(math.exp(3.2) / (math.exp(3.2) + math.exp(5.1) + math.exp(-1.7)))
    assert value(scores, torch.tensor([0]), smoothing=0.0).item() == pytest.approx(expected, rel=1e-14)
    assert expected == pytest.approx(2.0404, abs=5e-5)
    assert expected / math.log(10) == pytest.approx(0.886, abs=5e-4)  # 0.89 on the lecture's slide


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.7])
def test_equals_pytorch(smoothing):
    source = torch.Generator().manual_seed(0)
    scores = (5 * torch.randn(64, 10, generator=source, dtype=torch.float64)).requires_grad_()
    labels = torch.randint(0, 10, (64,), generator=source)
    expected = cross_entropy(scores, labels, reduction="none", label_smoothing=smoothing)
    torch.testing.assert_close(value(scores, labels, smoothing=smoothing), expected, rtol=1e-12, atol=1e-12)
    (slope,) = torch.autograd.grad(expected.sum(), scores)
    torch.testing.assert_close(gradient(scores, labels, smoothing=smoothing), slope, rtol=1e-12, atol=1e-14)


def test_mean_equals_scikit_learn():
    source = np.random.default_rng(0)
    scores = source.normal(size=(50, 4))
    labels = source.integers(0, 4, size=50)
    p = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    ours = value(torch.tensor(scores), torch.tensor(labels), smoothing=0.0).mean().item()
    assert ours == pytest.approx(log_loss(labels, p, labels=range(4)), rel=1e-12)


def test_logistic_regression_minimises_it_with_l2_of_strength_one_over_two_c_n():
    pixels, labels = load_iris(return_X_y=True)
    model = LogisticRegression(C=0.7, tol=1e-8, max_iter=1000).fit(pixels, labels)
    weight, bias = torch.tensor(model.coef_), torch.tensor(model.intercept_)
    inputs, count = torch.tensor(pixels), len(labels)
    slope = gradient(inputs @ weight.T + bias, torch.tensor(labels), smoothing=0.0) / count
    strength = 1 / (2 * 0.7 * count)
    # The solver stops at a gradient of 1e-8 of its own objective; the two parts that cancel are of size 0.01.
    torch.testing.assert_close(slope.T @ inputs, -2 * strength * weight, rtol=0, atol=1e-6)
    torch.testing.assert_close(slope.sum(0), torch.zeros(3, dtype=torch.float64), rtol=0, atol=1e-6)


def test_smoothed_loss_attains_its_minimum_where_softmax_is_the_smoothed_label():
    smoothing, classes = 0.2, 4
    label = np.array([1 - smoothing + smoothing / classes] + [smoothing / classes] * (classes - 1))
    scores = torch.tensor(np.log(label)[None])
    entropy = -(label * np.log(label)).sum()
    assert value(scores, torch.tensor([0]), smoothing=smoothing).item() == pytest.approx(entropy, rel=1e-14)
    assert gradient(scores, torch.tensor([0]), smoothing=smoothing).abs().max() < 1e-15


def test_gradient_of_a_row_adds_up_to_zero():
    scores = torch.tensor([[1e4, 0.0, -1e4], [1.0, 2.0, 3.0]], dtype=torch.float64)
    for smoothing in (0.0, 0.3):
        assert gradient(scores, torch.tensor([1, 2]), smoothing=smoothing).sum(-1).abs().max() < 1e-15


def test_underflows_to_zero_only_where_exp_does():
    leads = torch.tensor([[744.0, 0.0], [800.0, 0.0]], dtype=torch.float64)
    assert (value(leads, torch.tensor([0, 0]), smoothing=0.0) > 0).tolist() == [True, False]
    assert (value(torch.tensor([[102.0, 0.0], [110.0, 0.0]]), torch.tensor([0, 0]), smoothing=0.0) > 0).tolist() == [True, False]


def test_smoothing_does_not_move_the_loss_of_zero_scores():
    assert at_zero(10, smoothing=0.0) == at_zero(10, smoothing=0.4) == math.log(10)
