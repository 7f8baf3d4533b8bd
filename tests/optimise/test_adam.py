"""Adam: steps of one rate, what bias correction does, saddles straight and turned, and PyTorch's."""

import itertools
import math

import torch

from thalweg.optimise import OPTIMISERS

ENTRY = OPTIMISERS.get("adam")


def test_under_a_constant_slope_every_step_is_the_rate(constant_slope, take_steps):
    objective, start = constant_slope
    path, _, _ = take_steps(ENTRY, objective, start, 50, rate=0.01)
    steps = -torch.cat([params["w"] for params in path]).flatten().diff()
    torch.testing.assert_close(steps, torch.full((50,), 0.01, dtype=torch.float64), rtol=1e-8, atol=0)  # epsilon / slope is 4e-9


def test_without_bias_correction_the_first_step_is_root_ten_rates(constant_slope, take_steps):
    """(1 - 0.9) / sqrt(1 - 0.999) = 3.16228."""
    objective, start = constant_slope
    path, _, _ = take_steps(ENTRY, objective, start, 1, rate=0.01, correct_bias=False)
    assert abs(-path[1]["w"].item() / 0.01 - math.sqrt(10)) < 1e-6  # epsilon / (slope sqrt(0.001)) is 1.3e-7


def test_it_is_pytorchs(compare_with_torch):
    def make_peer(leaves):
        return torch.optim.Adam(leaves.values(), lr=0.02, betas=(0.8, 0.99), eps=1e-5)

    compare_with_torch("adam", make_peer, rate=0.02, beta1=0.8, beta2=0.99, epsilon=1e-5)


def test_in_float32_the_count_does_not_spoil_the_correction(constant_slope, take_steps):
    """After 20 000 steps both corrections are 1 and the step is still the rate, to float32's 7 digits."""
    objective, start = constant_slope
    state = {
        "first": {"w": torch.full((1, 1), 2.5)},
        "second": {"w": torch.full((1, 1), 6.25)},
        "count": torch.tensor([20_000]),
    }
    path, _, _ = take_steps(ENTRY, objective, {"w": start["w"].float()}, 1, state=state, rate=0.01)
    torch.testing.assert_close(path[1]["w"], torch.tensor([[-0.01]]), rtol=1e-6, atol=0)


def escapes(function_objective, take_steps, angle, steps):
    """(x^2 - y^2) / 2, turned by `angle`, from x = 1 and y = 1e-2, 1e-4, 1e-6, 1e-8: steps at rate 0.01 until the height is below -1/2."""
    turn = torch.tensor([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]], dtype=torch.float64)

    def height(params):
        x, y = (params["w"] @ turn).unbind(1)
        return 0.5 * (x.square() - y.square())

    points = torch.tensor([[1, 1e-2], [1, 1e-4], [1, 1e-6], [1, 1e-8]], dtype=torch.float64)
    _, _, told = take_steps(ENTRY, function_objective(height), {"w": points @ turn.T}, steps, rate=0.01)
    return (torch.stack([info["loss"] for info in told]) < -0.5).int().argmax(0).tolist()


def test_the_time_to_leave_a_saddle_along_an_axis_does_not_depend_on_its_flatness(function_objective, take_steps):
    """Steps are signs times the rate, however small the slope is, as long as it is not below epsilon: about 1 / rate of them."""
    times = escapes(function_objective, take_steps, 0.0, 120)
    assert max(times) - min(times) <= 2
    assert 50 < min(times) < 100


def test_turned_by_45_degrees_the_same_saddle_takes_longer_the_flatter_it_is(function_objective, take_steps):
    """Adam is not invariant to rotations: both numbers see the slope of x, and y has to grow by itself, a hundredfold at a time."""
    times = escapes(function_objective, take_steps, math.pi / 4, 600)
    assert all(later - sooner > 50 for sooner, later in itertools.pairwise(times))
    assert times[0] > 150
