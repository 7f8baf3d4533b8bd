"""RMSProp: the long first step, the settled step, and PyTorch's."""

import torch

from thalweg.optimise import OPTIMISERS

ENTRY = OPTIMISERS.get("rmsprop")


def first_step(objective, start, take_steps, decay):
    path, _, _ = take_steps(ENTRY, objective, start, 1, rate=0.01, decay=decay)
    return -path[1]["w"].item()


def test_the_first_step_is_the_rate_over_the_root_of_one_minus_decay(constant_slope, take_steps):
    """10 rates at 0.99, 3.1623 at 0.9; epsilon / slope is 4e-9."""
    assert abs(first_step(*constant_slope, take_steps, 0.99) / 0.01 - 10) < 1e-6
    assert abs(first_step(*constant_slope, take_steps, 0.9) / 0.01 - 3.1622777) < 1e-6


def test_steps_settle_at_the_rate(constant_slope, take_steps):
    objective, start = constant_slope
    path, _, _ = take_steps(ENTRY, objective, start, 300, rate=0.01, decay=0.9)
    torch.testing.assert_close(path[-2]["w"] - path[-1]["w"], torch.tensor([[0.01]], dtype=torch.float64), rtol=1e-7, atol=0)


def test_epsilon_stands_outside_the_root(constant_slope, take_steps):
    """Slope 2.5, decay 0: 2.5 / (2.5 + 7.5) = 0.25, where the root of 6.25 + 7.5 would give 0.67."""
    objective, start = constant_slope
    path, _, _ = take_steps(ENTRY, objective, start, 1, rate=1.0, decay=0.0, epsilon=7.5)
    assert path[1]["w"].item() == -0.25


def test_it_is_pytorchs(compare_with_torch):
    compare_with_torch(
        "rmsprop", lambda leaves: torch.optim.RMSprop(leaves.values(), lr=0.01, alpha=0.95, eps=1e-5), rate=0.01, decay=0.95, epsilon=1e-5
    )
