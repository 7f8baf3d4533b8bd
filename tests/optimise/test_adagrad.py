"""AdaGrad: steps that shrink as one over the root of their number, the initial sum, and PyTorch's."""

import torch

from thalweg.optimise import OPTIMISERS

ENTRY = OPTIMISERS.get("adagrad")


def test_step_k_has_length_rate_over_root_k(constant_slope, take_steps):
    """Whatever the slope; the sum of 1 / sqrt(k) to 100 is 18.5896."""
    objective, start = constant_slope
    path, _, _ = take_steps(ENTRY, objective, start, 100, rate=0.1)
    way = -torch.cat([params["w"] for params in path]).flatten()
    expected = 0.1 / torch.arange(1, 101, dtype=torch.float64).sqrt()
    torch.testing.assert_close(way.diff(), expected, rtol=1e-9, atol=0)  # epsilon / slope is 4e-11
    assert abs(way[-1].item() - 1.85896) < 5e-6


def test_the_initial_sum_shortens_the_first_step(constant_slope, take_steps):
    """Slope 2.5, initial 6: sqrt(6 + 6.25) = 3.5."""
    objective, start = constant_slope
    path, _, _ = take_steps(ENTRY, objective, start, 1, rate=0.7, initial=6.0)
    torch.testing.assert_close(path[1]["w"], torch.tensor([[-0.5]], dtype=torch.float64), rtol=1e-9, atol=0)


def test_a_number_without_slope_does_not_move(function_objective, take_steps):
    objective = function_objective(lambda params: params["w"][:, 0])
    path, _, _ = take_steps(ENTRY, objective, {"w": torch.zeros(1, 2, dtype=torch.float64)}, 3)
    assert path[-1]["w"][0, 1] == 0


def test_it_is_pytorchs(compare_with_torch):
    def make_peer(leaves):
        return torch.optim.Adagrad(leaves.values(), lr=0.1, initial_accumulator_value=0.3, eps=1e-6)

    compare_with_torch("adagrad", make_peer, rate=0.1, initial=0.3, epsilon=1e-6)
