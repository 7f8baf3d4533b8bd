import numpy as np
import pytest
import torch
from sklearn.metrics import hinge_loss

from thalweg.loss.svm_max_squared import gradient, value


def test_worked_by_hand():
    scores = torch.tensor([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]], dtype=torch.float64)
    labels = torch.tensor([0, 1, 2])
    assert value(scores, labels, margin=1.0).tolist() == pytest.approx([8.41, 0.0, 43.56], rel=1e-14)
    assert gradient(scores, labels, margin=1.0).flatten().tolist() == pytest.approx([-5.8, 5.8, 0, 0, 0, 0, 0, 13.2, -13.2], rel=1e-14)


def test_is_the_square_of_scikit_learns_term_for_each_example():
    source = np.random.default_rng(0)
    scores = source.normal(size=(30, 4)) * 2
    labels = source.integers(0, 4, size=30)
    terms = [hinge_loss(labels[[i]], scores[[i]], labels=range(4)) for i in range(30)]
    ours = value(torch.tensor(scores), torch.tensor(labels), margin=1.0)
    np.testing.assert_allclose(ours.numpy(), np.square(terms), rtol=1e-12)


def test_slope_vanishes_where_the_violation_ends():
    scores = torch.tensor([[1.0 - 1e-9, 0.0, -5.0], [1.0, 0.0, -5.0]], dtype=torch.float64)
    slopes = gradient(scores, torch.tensor([0, 0]), margin=1.0)
    assert slopes[0].tolist() == pytest.approx([-2e-9, 2e-9, 0.0], rel=1e-6)
    assert slopes[1].abs().sum() == 0
