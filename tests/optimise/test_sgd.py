"""SGD: PyTorch's rule, its escape from a saddle, and its equality with decay for a squared penalty."""

import math

import pytest
import torch

from thalweg.core.tree import transform
from thalweg.optimise import OPTIMISERS

ENTRY = OPTIMISERS.get("sgd")


@pytest.fixture
def saddle(function_objective):
    """(x^2 - y^2) / 2 in four members that start at x = 1 and y = 1e-2, 1e-4, 1e-6, 1e-8."""

    def height(params):
        x, y = params["w"].unbind(1)
        return 0.5 * (x.square() - y.square())

    start = torch.tensor([[1, 1e-2], [1, 1e-4], [1, 1e-6], [1, 1e-8]], dtype=torch.float64)
    return function_objective(height), {"w": start}


def test_one_step_by_hand(constant_slope, take_steps):
    objective, start = constant_slope
    path, _, _ = take_steps(ENTRY, objective, start, 2, rate=0.1)
    assert [params["w"].item() for params in path] == [0.0, -0.25, -0.5]


def test_it_is_pytorchs(compare_with_torch):
    compare_with_torch("sgd", lambda leaves: torch.optim.SGD(leaves.values(), lr=0.03), rate=0.03)


def test_the_time_to_leave_a_saddle_grows_with_the_logarithm_of_its_flatness(saddle, take_steps):
    """y is multiplied by 1.01 a step, so |y| passes 1 after ln(1 / y0) / ln(1.01) steps: 462.8, 925.6, 1388.4, 1851.3, rounded up."""
    objective, start = saddle
    path, _, _ = take_steps(ENTRY, objective, start, 1852, rate=0.01)
    heights = torch.stack([params["w"][:, 1] for params in path])
    escapes = (heights > 1).int().argmax(0).tolist()
    assert escapes == [463, 926, 1389, 1852]
    assert escapes == [math.ceil(math.log(1 / y) / math.log(1.01)) for y in start["w"][:, 1].tolist()]


def test_at_a_saddle_itself_it_stays_for_ever(saddle, take_steps):
    objective, start = saddle
    path, _, _ = take_steps(ENTRY, objective, transform(torch.zeros_like, start), 10)
    assert torch.equal(path[-1]["w"], torch.zeros(4, 2, dtype=torch.float64))


def test_a_squared_penalty_is_a_decay(smooth, function_objective, take_steps):
    """W - rate (g + 2 strength W) = (1 - 2 strength rate) W - rate g: PyTorch's weight_decay = 2 strength."""
    objective, start = smooth
    penalised = function_objective(
        lambda params: objective.function(params) + 0.3 * sum(p.flatten(1).square().sum(1) for p in params.values())
    )
    path, _, _ = take_steps(ENTRY, penalised, start, 10, rate=0.02)
    leaves = {name: torch.nn.Parameter(tensor.clone()) for name, tensor in start.items()}
    peer = torch.optim.SGD(leaves.values(), lr=0.02, weight_decay=0.6)
    for _ in range(10):
        peer.zero_grad()
        objective.function(leaves).sum().backward()
        peer.step()
    for name, leaf in leaves.items():
        torch.testing.assert_close(path[-1][name], leaf.detach(), rtol=1e-12, atol=1e-12)
