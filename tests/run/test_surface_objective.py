import numpy as np
import pytest
import torch

from thalweg.core.entries import Objective
from thalweg.run.surface_landscape import landscape
from thalweg.run.surface_objective import SurfaceObjective, hessian_eigenvalues
from thalweg.surface import SURFACES


def objective(words, members=3, **given):
    origin = torch.zeros(members, 2, dtype=torch.float64)
    return SurfaceObjective(landscape(words, **given), origin)


def points(*rows):
    return {"point": torch.tensor(rows, dtype=torch.float64)}


def test_it_keeps_the_contract_and_a_saddle_by_hand():
    saddle = objective("saddle", members=1)
    assert isinstance(saddle, Objective)
    value, slope = saddle.value_and_gradient(points([3.0, 4.0]))
    assert value.tolist() == [-3.5]
    assert slope["point"].tolist() == [[3.0, -4.0]]
    assert saddle.hessian_vector(points([3.0, 4.0]), points([5.0, 7.0]))["point"].tolist() == [[5.0, -7.0]]


@pytest.mark.parametrize("name", SURFACES.names())
def test_gradient_and_hessian_equal_centred_differences_on_a_turned_surface(name):
    turned = objective(name, angle=30)
    left, right, bottom, top = turned.landscape.surface.window
    shares = torch.rand(3, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    here = torch.tensor([left, bottom]) + shares * torch.tensor([right - left, top - bottom])
    step = 1e-5

    def slope(at):
        return turned.value_and_gradient({"point": at})[1]["point"]

    for axis in torch.eye(2, dtype=torch.float64):
        ahead, behind = here + step * axis, here - step * axis
        change = (turned.value({"point": ahead}) - turned.value({"point": behind})) / (2 * step)
        torch.testing.assert_close(slope(here) @ axis, change, rtol=1e-6, atol=1e-5)
        product = turned.hessian_vector({"point": here}, {"point": axis.expand(3, 2)})["point"]
        torch.testing.assert_close(product, (slope(ahead) - slope(behind)) / (2 * step), rtol=1e-6, atol=1e-5)


def test_any_multiple_of_the_members_has_a_value_counted_from_the_members_own_origin():
    origin = torch.tensor([[1.0, 0.0], [0.0, 1.0]], dtype=torch.float64)
    shifted = SurfaceObjective(landscape("saddle"), origin)
    assert shifted.value({"point": torch.zeros(4, 2, dtype=torch.float64)}).tolist() == [0.5, 0.5, -0.5, -0.5]
    assert shifted.asked == 2


def test_every_question_counts_as_one():
    asked = objective("beale", members=1)
    asked.value(points([1.0, 1.0]))
    asked.value_and_gradient(points([1.0, 1.0]))
    asked.hessian_vector(points([1.0, 1.0]), points([1.0, 0.0]))
    assert asked.asked == 3


@pytest.mark.parametrize("angle", [0, 45])
def test_eigenvalues_are_numpys_and_do_not_turn(angle):
    ground = landscape("himmelblau", angle=angle)
    here = torch.tensor([[1.0, 2.0], [-0.27, -0.92]], dtype=torch.float64) @ ground.rotation.T
    mine = hessian_eigenvalues(ground, here).numpy()
    x, y = np.array([[1.0, 2.0], [-0.27, -0.92]]).T
    for k in range(2):
        matrix = [[12 * x[k] ** 2 + 4 * y[k] - 42, 4 * (x[k] + y[k])], [4 * (x[k] + y[k]), 12 * y[k] ** 2 + 4 * x[k] - 26]]
        np.testing.assert_allclose(mine[k], np.linalg.eigvalsh(matrix), rtol=1e-10)
