"""Gradient descent: the step-size limit of a quadratic, and PyTorch's SGD."""

import pytest
import torch

from thalweg.optimise import OPTIMISERS

ENTRY = OPTIMISERS.get("gradient-descent")


@pytest.fixture
def parabola(function_objective):
    """5 w^2 (curvature 10) in three members that start at 1."""
    return function_objective(lambda params: 5 * params["w"].square().sum(1)), {"w": torch.ones(3, 1, dtype=torch.float64)}


def test_one_step_by_hand(parabola, take_steps):
    """Slope 10 at w = 1, rate 0.03: 1 - 0.3."""
    objective, start = parabola
    path, _, told = take_steps(ENTRY, objective, start, 1, rate=0.03)
    assert path[1]["w"].tolist() == [[0.7]] * 3
    assert told[0]["loss"].tolist() == [5.0] * 3


def test_two_over_the_curvature_divides_convergence_from_divergence(parabola, take_steps):
    """w is multiplied by 1 - 10 rate: -0.99, -1 and -1.01 at the three rates, so |w| after 2000 steps is known."""
    objective, start = parabola
    path, _, _ = take_steps(ENTRY, objective, start, 2000, rate=[0.199, 0.2, 0.201])
    size = path[-1]["w"].abs().flatten()
    expected = torch.tensor([0.99**2000, 1.0, 1.01**2000], dtype=torch.float64)
    torch.testing.assert_close(size, expected, rtol=1e-9, atol=0)
    assert size[0] < 2e-9
    assert size[2] > 4e8


def test_a_gradient_of_zero_stays(parabola, take_steps):
    objective, start = parabola
    path, _, _ = take_steps(ENTRY, objective, {"w": torch.zeros_like(start["w"])}, 3)
    assert torch.equal(path[-1]["w"], torch.zeros(3, 1, dtype=torch.float64))


def test_it_is_pytorchs_sgd(compare_with_torch):
    compare_with_torch("gradient-descent", lambda leaves: torch.optim.SGD(leaves.values(), lr=0.02), rate=0.02)


def test_it_looks_at_the_whole_set_and_sgd_does_not():
    assert ENTRY.full_batch
    assert not OPTIMISERS.get("sgd").full_batch
