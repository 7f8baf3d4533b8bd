"""Nesterov's momentum: PyTorch's form, and its equality with the look-ahead form."""

import numpy
import pytest
import torch

from thalweg.optimise import OPTIMISERS

ENTRY = OPTIMISERS.get("nesterov")


def test_two_steps_by_hand(constant_slope, take_steps):
    """Slope 2.5, momentum 0.5: velocities 2.5 and 3.75, steps 0.1 * (2.5 + 1.25) and 0.1 * (2.5 + 1.875)."""
    objective, start = constant_slope
    path, _, _ = take_steps(ENTRY, objective, start, 2, rate=0.1, momentum=0.5)
    torch.testing.assert_close(path[1]["w"], torch.tensor([[-0.375]], dtype=torch.float64))
    torch.testing.assert_close(path[2]["w"], torch.tensor([[-0.8125]], dtype=torch.float64))


def test_it_walks_the_look_ahead_points_of_the_look_ahead_form(smooth, take_steps):
    """X and u with gradient at X + momentum u: u <- momentum u - rate g(X + momentum u), X <- X + u. Then W = X + momentum u."""
    objective, start = smooth
    path, _, _ = take_steps(ENTRY, objective, start, 12, rate=0.02, momentum=0.9)
    X = {name: tensor.clone() for name, tensor in start.items()}
    u = {name: torch.zeros_like(tensor) for name, tensor in start.items()}
    for ours in path:
        ahead = {name: X[name] + 0.9 * u[name] for name in X}
        for name in X:
            torch.testing.assert_close(ours[name], ahead[name], rtol=1e-13, atol=1e-13)
        slope = objective.value_and_gradient(ahead)[1]
        u = {name: 0.9 * u[name] - 0.02 * slope[name] for name in X}
        X = {name: X[name] + u[name] for name in X}


def test_without_momentum_it_is_sgd(smooth, take_steps):
    objective, start = smooth
    ahead, _, _ = take_steps(ENTRY, objective, start, 5, rate=0.02, momentum=0.0)
    plain, _, _ = take_steps(OPTIMISERS.get("sgd"), objective, start, 5, rate=0.02)
    assert torch.equal(ahead[-1]["weight"], plain[-1]["weight"])


def test_it_is_pytorchs(compare_with_torch):
    compare_with_torch(
        "nesterov", lambda leaves: torch.optim.SGD(leaves.values(), lr=0.02, momentum=0.8, nesterov=True), rate=0.02, momentum=0.8
    )


def test_the_stable_rate_is_where_a_root_reaches_the_unit_circle():
    """z^2 - a (1 + b) z + a b with a = 1 - rate c: by NumPy's roots; at b = 0.9 and c = 10 the limit is 3.8 / 28."""
    limit = ENTRY.stable_rate({"momentum": 0.9}, 10.0)
    assert limit == pytest.approx(3.8 / 28)
    for factor, inside in ((0.999, True), (1.001, False)):
        a = 1 - factor * limit * 10
        assert bool(abs(numpy.roots([1, -a * 1.9, a * 0.9])).max() < 1) == inside
