"""Momentum: terminal speed, the step-size limit of a quadratic, and PyTorch's SGD."""

import torch

from thalweg.optimise import OPTIMISERS

ENTRY = OPTIMISERS.get("momentum")


def test_three_steps_by_hand(constant_slope, take_steps):
    """Slope 2.5, momentum 0.5: velocities 2.5, 3.75, 4.375."""
    objective, start = constant_slope
    path, state, _ = take_steps(ENTRY, objective, start, 3, rate=0.1, momentum=0.5)
    torch.testing.assert_close(
        torch.cat([params["w"] for params in path[1:]]).flatten(), torch.tensor([-0.25, -0.625, -1.0625], dtype=torch.float64)
    )
    assert state["velocity"]["w"].item() == 4.375


def test_terminal_speed_is_the_rate_over_one_minus_momentum(constant_slope, take_steps):
    """10 times the first step at momentum 0.9; 0.9^400 is 5e-19, so it is reached to the last digit."""
    objective, start = constant_slope
    path, _, _ = take_steps(ENTRY, objective, start, 400, rate=0.1, momentum=0.9)
    last = path[-2]["w"] - path[-1]["w"]
    torch.testing.assert_close(last, torch.full((1, 1), 0.1 * 2.5 / (1 - 0.9), dtype=torch.float64), rtol=1e-11, atol=0)


def test_the_step_size_limit_is_higher_than_without(function_objective, take_steps):
    """On curvature 10 with momentum 0.9 the limit is 2 (1 + 0.9) / 10 = 0.38, against 0.2 without momentum."""
    objective = function_objective(lambda params: 5 * params["w"].square().sum(1))
    path, _, _ = take_steps(ENTRY, objective, {"w": torch.ones(2, 1, dtype=torch.float64)}, 4000, rate=[0.379, 0.381], momentum=0.9)
    size = path[-1]["w"].abs().flatten()
    assert size[0] < 1e-2
    assert size[1] > 1e2


def test_without_momentum_it_is_sgd(smooth, take_steps):
    objective, start = smooth
    ball, _, _ = take_steps(ENTRY, objective, start, 5, rate=0.02, momentum=0.0)
    plain, _, _ = take_steps(OPTIMISERS.get("sgd"), objective, start, 5, rate=0.02)
    assert torch.equal(ball[-1]["weight"], plain[-1]["weight"])


def test_it_is_pytorchs(compare_with_torch):
    compare_with_torch("momentum", lambda leaves: torch.optim.SGD(leaves.values(), lr=0.02, momentum=0.8), rate=0.02, momentum=0.8)
