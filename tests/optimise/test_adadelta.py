"""Adadelta: the length of its first step, and PyTorch's."""

import torch

from thalweg.optimise import OPTIMISERS

ENTRY = OPTIMISERS.get("adadelta")


def test_the_first_step_comes_from_epsilon_alone(constant_slope, take_steps):
    """sqrt(1e-6) * 2.5 / sqrt(0.05 * 6.25 + 1e-6) = 0.00447213, the same for any slope well above 1e-3."""
    objective, start = constant_slope
    path, _, _ = take_steps(ENTRY, objective, start, 1, decay=0.95, epsilon=1e-6)
    assert abs(-path[1]["w"].item() - 0.00447213) < 1e-8


def test_a_slope_of_zero_stays(function_objective, take_steps):
    objective = function_objective(lambda params: 0 * params["w"].sum(1))
    path, _, _ = take_steps(ENTRY, objective, {"w": torch.ones(1, 2, dtype=torch.float64)}, 3)
    assert torch.equal(path[-1]["w"], path[0]["w"])


def test_it_is_pytorchs(compare_with_torch):
    compare_with_torch(
        "adadelta", lambda leaves: torch.optim.Adadelta(leaves.values(), lr=0.7, rho=0.8, eps=1e-4), rate=0.7, decay=0.8, epsilon=1e-4
    )
