"""What the lecture says of penalties, measured: fact F7."""

import numpy as np
import pytest
import torch

from thalweg.penalty import PENALTIES

ONE_HOT = [1.0, 0.0, 0.0, 0.0]
SPREAD = [0.25, 0.25, 0.25, 0.25]


def of(name, weights, **knobs):
    """The penalty of each row of weights at strength 1, in float64."""
    entry = PENALTIES.get(name)
    return entry.value(torch.tensor(weights, dtype=torch.float64), **{**entry.defaults(), "strength": 1.0, **knobs}).tolist()


def minimise(name, inputs, *, strength, steps=3_000, rate=0.4, **knobs):
    """Proximal gradient descent on (w x - 1)^2 / 2 + R(w) from w = 0."""
    entry = PENALTIES.get(name)
    settled = {**entry.defaults(), "strength": strength, **knobs}
    x = torch.tensor([inputs], dtype=torch.float64)
    weight, step = torch.zeros_like(x), torch.tensor([rate], dtype=torch.float64)
    for _ in range(steps):
        moved = weight - rate * ((weight * x).sum() - 1) * x - rate * entry.gradient(weight, **settled)
        new = moved if entry.proximal is None else entry.proximal(moved, step, **settled)
        if torch.equal(new, weight):
            break
        weight = new
    return weight[0]


def test_l2_prefers_many_small_weights_and_l1_has_no_preference():
    assert of("l2", [ONE_HOT, SPREAD]) == [1.0, 0.25]
    assert of("l2", [ONE_HOT, SPREAD], half=True) == [0.5, 0.125]
    assert of("l1", [ONE_HOT, SPREAD]) == [1.0, 1.0]  # a tie, whatever the slide says
    assert of("elastic", [ONE_HOT, SPREAD], mix=0.5) == [1.0, 0.625]


def test_the_smallest_l2_of_weights_that_score_one_is_the_even_spread():
    source = np.random.default_rng(0)
    feasible = source.normal(size=(1000, 4))
    feasible += (1 - feasible.sum(1, keepdims=True)) / 4
    assert min(of("l2", feasible.tolist())) > of("l2", [SPREAD])[0]
    minimum_norm = np.linalg.pinv(np.ones((1, 4)))[:, 0]
    np.testing.assert_allclose(minimum_norm, SPREAD, rtol=0, atol=1e-15)
    slope = PENALTIES.get("l2").gradient(torch.tensor([SPREAD]), strength=1.0, half=False)
    assert slope.tolist() == [[0.5] * 4]  # along x = (1, 1, 1, 1), as a constrained minimum must be


def test_the_smallest_l1_is_taken_on_the_whole_simplex_and_nowhere_else():
    source = np.random.default_rng(0)
    assert of("l1", source.dirichlet(np.ones(4), size=1000).tolist()) == pytest.approx([1.0] * 1000, rel=1e-12)
    outside = [[1.1, -0.1, 0.0, 0.0], [0.5, 0.5, 0.5, -0.5]]
    assert min(of("l1", outside)) > 1.1


def test_a_slightly_stronger_feature_takes_all_under_l1_and_little_under_l2():
    inputs = [1.05, 1.0, 1.0, 1.0]
    sparse = minimise("l1", inputs, strength=0.05)
    assert (sparse == 0).tolist() == [False, True, True, True]  # exact zeros
    assert sparse[0].item() == pytest.approx((1.05 - 0.05) / 1.05**2, rel=1e-9)
    even = minimise("l2", inputs, strength=0.05)
    assert (even[0] / even[1]).item() == pytest.approx(1.05, rel=1e-9)
    mixed = minimise("elastic", inputs, strength=0.05, mix=0.5)
    assert (mixed > 0.2).all()


def test_proximal_steps_leave_exact_zeros_and_subgradient_steps_do_not():
    source = torch.Generator().manual_seed(0)
    inputs = torch.randn(60, 30, generator=source, dtype=torch.float64)
    targets = inputs[:, :3].sum(1)
    entry, strength, rate = PENALTIES.get("l1"), 0.1, 0.1
    proximal = subgradient = torch.zeros(1, 30, dtype=torch.float64)
    for _ in range(500):
        slope = (inputs @ proximal[0] - targets) @ inputs / 60
        proximal = entry.proximal(proximal - rate * slope, torch.tensor([rate], dtype=torch.float64), strength=strength)
        slope = (inputs @ subgradient[0] - targets) @ inputs / 60
        subgradient = subgradient - rate * (slope + strength * subgradient.sign())
    assert (proximal != 0).sum() == 3
    assert (proximal[0, :3] != 0).all()
    assert (subgradient == 0).sum() == 0
    assert entry.value(proximal, strength=strength) < entry.value(subgradient, strength=strength)
