import numpy as np
import pytest
import torch
from sklearn.datasets import load_iris
from sklearn.metrics import hinge_loss
from sklearn.svm import LinearSVC

from thalweg.loss.svm_max import gradient, value


def test_worked_by_hand():
    scores = torch.tensor([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]], dtype=torch.float64)
    labels = torch.tensor([0, 1, 2])
    assert value(scores, labels, margin=1.0).tolist() == pytest.approx([2.9, 0.0, 6.6], rel=1e-14)
    assert gradient(scores, labels, margin=1.0).tolist() == [[-1.0, 1.0, 0.0], [0.0, 0.0, 0.0], [0.0, 1.0, -1.0]]


def test_mean_equals_scikit_learns_hinge_loss():
    source = np.random.default_rng(0)
    scores = source.normal(size=(50, 4)) * 2
    labels = source.integers(0, 4, size=50)
    ours = value(torch.tensor(scores), torch.tensor(labels), margin=1.0).mean().item()
    assert ours == pytest.approx(hinge_loss(labels, scores, labels=range(4)), rel=1e-12)


def test_kerass_categorical_hinge_is_the_same_only_where_a_wrong_score_is_not_negative():
    source = np.random.default_rng(0)
    scores = source.normal(size=(200, 3))
    labels = source.integers(0, 3, size=200)
    onehot = np.eye(3)[labels]
    keras = np.maximum(0, (scores * (1 - onehot)).max(1) - (scores * onehot).sum(1) + 1)  # its documented formula
    ours = value(torch.tensor(scores), torch.tensor(labels), margin=1.0).numpy()
    comparable = (np.where(onehot == 1, -np.inf, scores) >= 0).any(1)
    np.testing.assert_allclose(ours[comparable], keras[comparable], rtol=1e-12, atol=1e-12)
    assert 0 < comparable.sum() < 200
    assert not np.allclose(ours[~comparable], keras[~comparable])


def test_crammer_singer_svm_minimises_it_with_l2_of_strength_one_over_two_c_n():
    pixels, labels = load_iris(return_X_y=True)
    model = LinearSVC(multi_class="crammer_singer", C=0.1, fit_intercept=False, tol=1e-8, max_iter=100_000, random_state=0)
    weight = torch.tensor(model.fit(pixels, labels).coef_)
    inputs, targets = torch.tensor(pixels), torch.tensor(labels)
    strength = 1 / (2 * 0.1 * len(labels))

    def objective(w):
        return value(inputs @ w.T, targets, margin=1.0).mean() + strength * w.square().sum()

    source = torch.Generator().manual_seed(0)
    best = objective(weight)
    # Half the strength, or twice, would make a shorter or longer W better by more than 1e-3; the solver is good to 1e-8.
    for factor in (0.95, 1.05):
        assert objective(factor * weight) > best
    for _ in range(100):
        assert objective(weight + 0.01 * torch.randn(weight.shape, generator=source, dtype=torch.float64)) > best


def test_of_tied_rivals_one_is_moved():
    slope = gradient(torch.tensor([[0.0, 2.0, 2.0]]), torch.tensor([0]), margin=1.0)
    assert sorted(slope[0].tolist()) == [-1.0, 0.0, 1.0]
