"""The largest curvature against NumPy's eigenvalues, of plain matrices and of a real objective's whole Hessian."""

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from thalweg.run.conduct import first_state
from thalweg.run.rate_curvature import TOLERANCE, curvatures, largest_eigenvalue
from thalweg.run.recipe import Recipe
from thalweg.run.setting import settle_down


def test_a_diagonal_by_hand():
    A = torch.diag(torch.tensor([1.0, -7.0, 3.0]))
    found = largest_eigenvalue(lambda v: v @ A, torch.ones(1, 3))
    assert found.value == pytest.approx(3.0)
    assert found.products == 3


@pytest.mark.parametrize("shift", [0.0, -1000.0])
def test_it_is_numpys_also_where_all_eigenvalues_are_negative(shift):
    random = np.random.default_rng(0)
    A = random.normal(size=(80, 80))
    A = A + A.T + shift * np.eye(80)
    found = largest_eigenvalue(lambda v: v @ torch.from_numpy(A), torch.from_numpy(random.normal(size=(1, 80))))
    expected = np.linalg.eigvalsh(A)
    assert np.abs(expected - found.value).min() <= found.residual
    assert found.residual <= TOLERANCE * abs(found.value)
    assert found.value == pytest.approx(expected[-1], rel=1e-3)


def test_the_curvature_of_softmax_is_that_of_its_whole_hessian(pictures):
    """Two seeds, 40 examples, in float64; the Hessian in full by differentiating PyTorch's cross entropy twice."""
    recipes = [Recipe.make(precision="fp64", seed=seed, data_seed=0, penalty={"l2": 0.01}) for seed in (0, 1)]
    setting = settle_down(recipes, pictures)
    state = first_state(setting, None)
    found = curvatures(setting, state, examples=len(pictures.split.train))
    images, labels, _ = next(setting.whole("train").chunks())
    X = images.flatten(1)
    for place, own in enumerate(found):
        like = torch.cat([state.params["weight"][place].reshape(-1), state.params["bias"][place]])

        def loss(row):
            W, b = row[:640].reshape(10, 64), row[640:]
            return cross_entropy(X @ W.T + b, labels) + 0.01 * W.square().sum()

        values = torch.linalg.eigvalsh(torch.autograd.functional.hessian(loss, like))
        assert own.value == pytest.approx(values[-1].item(), rel=TOLERANCE)
        assert abs(own.value - values[-1].item()) <= own.residual + 1e-9
    assert found[0].value != found[1].value


def test_a_hinge_has_none_but_the_penaltys(pictures):
    """Pieces are flat: only 2 * strength is left of the Hessian, and nothing without a penalty."""
    for penalty, expected in (({"l2": 0.25}, 0.5), (None, 0.0)):
        setting = settle_down(Recipe.make(loss="svm-sum", penalty=penalty), pictures)
        (found,) = curvatures(setting, first_state(setting, None), examples=100)
        assert found.value == pytest.approx(expected, abs=1e-6)


def test_equal_calls_give_equal_numbers_also_for_a_net_with_batch_norm(pictures):
    setting = settle_down(Recipe.make(score={"name": "cnn", "channels": [4], "hidden": 0}), pictures)
    state = first_state(setting, None)
    first, second = (curvatures(setting, state, examples=60) for _ in range(2))
    assert first == second
    assert first[0].value > 10 * first[0].residual
