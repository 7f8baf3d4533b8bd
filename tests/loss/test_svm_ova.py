import numpy as np
import pytest
import torch
from sklearn.datasets import load_iris
from sklearn.svm import LinearSVC

from thalweg.loss.svm_ova import gradient, value


def test_worked_by_hand():
    scores = torch.tensor([[3.2, 5.1, -1.7], [2.2, 2.5, -3.1]], dtype=torch.float64)
    labels = torch.tensor([0, 2])
    assert value(scores, labels, margin=1.0).tolist() == pytest.approx([6.1, 3.2 + 3.5 + 4.1], rel=1e-14)
    assert gradient(scores, labels, margin=1.0).tolist() == [[0.0, 1.0, 0.0], [1.0, 1.0, -1.0]]


@pytest.mark.parametrize("margin", [0.5, 1.0, 3.0])
def test_equals_a_loop_over_two_class_machines(margin):
    source = np.random.default_rng(0)
    scores = source.normal(size=(20, 4)) * 2
    labels = source.integers(0, 4, size=20)
    expected = np.zeros(20)
    for example in range(20):
        for k in range(4):
            target = 1 if labels[example] == k else -1
            expected[example] += max(0.0, margin - target * scores[example, k])
    ours = value(torch.tensor(scores), torch.tensor(labels), margin=margin)
    np.testing.assert_allclose(ours.numpy(), expected, rtol=1e-12)
    kerass_hinge = np.maximum(0, 1 - np.where(np.eye(4)[labels] == 1, 1, -1) * scores).mean(1)  # its documented formula
    np.testing.assert_allclose(value(torch.tensor(scores), torch.tensor(labels), margin=1.0).numpy(), 4 * kerass_hinge, rtol=1e-12)


def test_linear_svc_minimises_it_with_l2_of_strength_one_over_two_c_n():
    pixels, labels = load_iris(return_X_y=True)
    model = LinearSVC(loss="hinge", C=0.02, fit_intercept=False, tol=1e-6, max_iter=100_000, random_state=0)
    weight = torch.tensor(model.fit(pixels, labels).coef_)
    inputs, targets = torch.tensor(pixels), torch.tensor(labels)
    strength = 1 / (2 * 0.02 * len(labels))

    def objective(w):
        return value(inputs @ w.T, targets, margin=1.0).mean() + strength * w.square().sum()

    source = torch.Generator().manual_seed(0)
    best = objective(weight)
    for factor in (0.95, 1.05):
        assert objective(factor * weight) > best
    for _ in range(100):
        assert objective(weight + 0.01 * torch.randn(weight.shape, generator=source, dtype=torch.float64)) > best


def test_zero_needs_every_score_on_its_side():
    scores = torch.tensor([[1.0, -1.0, -1.0], [9.0, 0.0, -1.0]])
    assert value(scores, torch.tensor([0, 0]), margin=1.0).tolist() == [0.0, 1.0]
