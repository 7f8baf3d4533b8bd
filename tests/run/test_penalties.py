import pytest
import torch

from thalweg.penalty import PENALTIES
from thalweg.run.penalties import Penalties, for_members, symmetric_product


def params_of(members, seed=0):
    random = torch.Generator().manual_seed(seed)
    return {
        "weight": torch.randn(members, 3, 4, generator=random, dtype=torch.float64),
        "bias": torch.randn(members, 3, generator=random, dtype=torch.float64),
    }


def of(names=("weight",), **strengths):
    entries = [(PENALTIES.get(name), {**PENALTIES.get(name).defaults(), "strength": strength}) for name, strength in strengths.items()]
    return Penalties(entries, frozenset(names))


def test_the_sum_over_entries_and_over_named_parameters_by_hand():
    params = {"weight": torch.tensor([[1.0, -2.0]]), "bias": torch.tensor([[3.0]])}
    assert float(of(l2=0.5, l1=2.0).value(params)) == 0.5 * 5 + 2 * 3
    assert float(of(("weight", "bias"), l2=0.5).value(params)) == 0.5 * 14
    assert float(Penalties([], frozenset({"weight"})).value(params)) == 0


@pytest.mark.parametrize("members", [1, 3])
def test_gradient_and_curvature_against_autograd(members):
    params, vectors = params_of(members), params_of(members, seed=1)
    strength = torch.linspace(0.1, 0.5, members, dtype=torch.float64)
    penalties = of(l2=strength)
    leaves = {name: tensor.clone().requires_grad_() for name, tensor in params.items()}
    slopes = torch.autograd.grad(penalties.value(leaves).sum(), leaves["weight"], create_graph=True)
    (curved,) = torch.autograd.grad(slopes, leaves["weight"], vectors["weight"])
    zeros = {name: torch.zeros_like(tensor) for name, tensor in params.items()}
    gradient = penalties.add_gradient(params, zeros)
    torch.testing.assert_close(gradient["weight"], slopes[0].detach(), rtol=1e-14, atol=0)
    assert torch.equal(gradient["bias"], zeros["bias"])
    product = penalties.add_hessian_vector(params, vectors, vectors)
    torch.testing.assert_close(product["weight"], vectors["weight"] + curved, rtol=1e-14, atol=1e-15)
    assert torch.equal(product["bias"], vectors["bias"])


def test_the_gradient_is_added_to_what_there_is():
    params = params_of(2)
    base = params_of(2, seed=3)
    gradient = of(l2=0.5).add_gradient(params, base)
    torch.testing.assert_close(gradient["weight"], base["weight"] + params["weight"], rtol=1e-14, atol=1e-15)


def test_the_proximal_step_solves_its_minimum_problem():
    """prox(w) minimises |u - w|^2 / 2 + step * strength * |u|: no u of a fine grid is better."""
    params = params_of(2)
    step = torch.tensor([0.1, 0.7], dtype=torch.float64)
    moved = of(l1=0.9).proximal(params, step)
    grid = torch.linspace(-4, 4, 8001, dtype=torch.float64)
    for member in range(2):
        for weight, found in zip(params["weight"][member].flatten(), moved["weight"][member].flatten(), strict=True):
            cost = (grid - weight) ** 2 / 2 + step[member] * 0.9 * grid.abs()
            assert abs(float(grid[cost.argmin()] - found)) <= 1e-3
    assert torch.equal(moved["bias"], params["bias"])
    assert list(moved) == list(params), "the order of the names is the order of sums"
    assert moved["weight"][1].count_nonzero() < moved["weight"][0].count_nonzero()


def test_smooth_penalties_take_no_proximal_step():
    params = params_of(1)
    assert of(l2=0.9).proximal(params, torch.ones(1, dtype=torch.float64)) is params


def test_candidates_keep_their_members_knobs():
    strength = torch.tensor([1.0, 2.0])
    assert for_members({"strength": strength, "ratio": 0.5}, 6) == {"strength": pytest.approx([1, 1, 1, 2, 2, 2]), "ratio": 0.5}
    assert for_members({"strength": strength}, 2)["strength"] is strength
    rows = {"weight": torch.ones(4, 3), "bias": torch.ones(4, 1)}
    assert of(l2=strength).value(rows).tolist() == [3, 3, 6, 6]


def test_a_slope_that_does_not_depend_on_the_point_has_no_curvature():
    point = torch.ones(3, requires_grad=True)
    vector = torch.tensor([1.0, 2.0, 3.0])
    assert torch.equal(symmetric_product(torch.ones(3), point, vector), torch.zeros(3))
    assert torch.equal(symmetric_product(2 * point, point, vector), 2 * vector)
