import numpy as np
import pytest
import torch
from sklearn.datasets import load_iris
from sklearn.svm import LinearSVC

from thalweg.loss.svm_ova_squared import gradient, value


def test_worked_by_hand():
    scores = torch.tensor([[3.2, 5.1, -1.7], [2.2, 2.5, -3.1]], dtype=torch.float64)
    labels = torch.tensor([0, 2])
    assert value(scores, labels, margin=1.0).tolist() == pytest.approx([37.21, 3.2**2 + 3.5**2 + 4.1**2], rel=1e-14)
    assert gradient(scores, labels, margin=1.0).flatten().tolist() == pytest.approx([0, 12.2, 0, 6.4, 7.0, -8.2], rel=1e-14)


def test_is_classes_times_kerass_squared_hinge():
    source = np.random.default_rng(0)
    scores = source.normal(size=(20, 4)) * 2
    labels = source.integers(0, 4, size=20)
    targets = np.where(np.eye(4)[labels] == 1, 1, -1)
    keras = np.square(np.maximum(0, 1 - targets * scores)).mean(1)  # its documented formula
    np.testing.assert_allclose(value(torch.tensor(scores), torch.tensor(labels), margin=1.0).numpy(), 4 * keras, rtol=1e-12)


def test_linear_svc_minimises_it_with_l2_of_strength_one_over_two_c_n():
    pixels, labels = load_iris(return_X_y=True)
    model = LinearSVC(C=0.3, fit_intercept=False, dual=False, tol=1e-10, max_iter=10_000).fit(pixels, labels)
    weight, inputs = torch.tensor(model.coef_), torch.tensor(pixels)
    slope = gradient(inputs @ weight.T, torch.tensor(labels), margin=1.0) / len(labels)
    strength = 1 / (2 * 0.3 * len(labels))
    # At the optimum the two gradients cancel; each is of size 0.01, the solver's residual below 1e-8.
    torch.testing.assert_close(slope.T @ inputs, -2 * strength * weight, rtol=0, atol=1e-7)


def test_slope_is_continuous_where_the_violation_ends():
    scores = torch.tensor([[1.0 - 1e-9, -1.0 + 1e-9], [1.0, -1.0]], dtype=torch.float64)
    slopes = gradient(scores, torch.tensor([0, 0]), margin=1.0)
    assert slopes[0].tolist() == pytest.approx([-2e-9, 2e-9], rel=1e-6)
    assert slopes[1].abs().sum() == 0
