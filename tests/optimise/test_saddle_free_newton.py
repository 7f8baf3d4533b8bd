"""Saddle-free Newton: |H|^-1 g against NumPy's eigenvectors, off the saddle on which Newton lands, Newton's step where H is definite."""

import numpy
import pytest
import torch

from thalweg.core.entries import Objective
from thalweg.optimise import OPTIMISERS

ENTRY = OPTIMISERS.get("saddle-free-newton")


class Quadratic(Objective):
    """w . A w / 2, a matrix per member."""

    penalised = frozenset()

    def __init__(self, A):
        self.A = A

    def times(self, w):
        return torch.einsum("mij,mj->mi", self.A, w)

    def value_and_gradient(self, params):
        w = params["w"]
        return (w * self.times(w)).sum(1) / 2, {"w": self.times(w)}

    def hessian_vector(self, params, vectors):
        return {"w": self.times(vectors["w"])}


def step(quadratic, w, *, name="saddle-free-newton", **changes):
    entry, params = OPTIMISERS.get(name), {"w": w}
    values = entry.defaults() | changes
    numbers = {name: torch.full((len(w),), value, dtype=w.dtype) for name, value in values.items() if isinstance(value, float)}
    moved, state, info = entry.step(quadratic, params, entry.init(params, values), values | numbers, [torch.Generator()])
    assert state == {}
    return moved["w"], info


def rows(*values):
    return torch.tensor(values, dtype=torch.float64)


def saddle(angle=0.0):
    """(x^2 - y^2) / 2, turned."""
    turn = rows([numpy.cos(angle), -numpy.sin(angle)], [numpy.sin(angle), numpy.cos(angle)])
    return Quadratic((turn @ torch.diag(rows(1.0, -1.0)) @ turn.T)[None]), turn


@pytest.mark.parametrize("angle", [0.0, numpy.pi / 4])
def test_rolls_off_the_saddle_on_which_newton_lands(angle):
    """From (1, 1e-6): |H| = I, so (0, 2e-6), and y doubles with each step, however the axes are turned."""
    quadratic, turn = saddle(angle)
    start = (turn @ rows(1.0, 1e-6))[None]
    landed, _ = step(quadratic, start, name="newton")
    assert landed.abs().max() < 1e-15
    moved, info = step(quadratic, start, damping=0.0)
    assert torch.allclose(turn.T @ moved[0], rows(0.0, 2e-6), rtol=1e-9, atol=1e-15)
    assert info["lowest_curvature"].item() == pytest.approx(-1.0)
    assert info["highest_curvature"].item() == pytest.approx(1.0)
    for _ in range(9):
        moved, _ = step(quadratic, moved, damping=0.0)
    assert (turn.T @ moved[0])[1].item() == pytest.approx(1e-6 * 2**10, rel=1e-6)


def test_equals_the_inverse_of_the_absolute_hessian():
    """With as many Lanczos vectors as dimensions, members with their own damping; eigenvectors by NumPy."""
    random = numpy.random.default_rng(0)
    A = random.normal(size=(3, 7, 7))
    A = A + A.transpose(0, 2, 1)
    w, damping = random.normal(size=(3, 7)), numpy.array([0.0, 0.1, 10.0])
    theta, U = numpy.linalg.eigh(A)
    gradient = numpy.einsum("mij,mj->mi", A, w)
    direction = -numpy.einsum("mik,mk,mjk,mj->mi", U, 1 / (abs(theta) + damping[:, None]), U, gradient)
    moved, info = step(Quadratic(torch.from_numpy(A)), torch.from_numpy(w), damping=torch.from_numpy(damping), rate=0.5)
    assert numpy.allclose(moved.numpy(), w + 0.5 * direction, rtol=1e-10, atol=1e-12)
    assert numpy.allclose(info["lowest_curvature"].numpy(), theta[:, 0], rtol=1e-11)
    assert (info["lowest_curvature_residual"] < 1e-12).all()


def test_is_newtons_step_where_the_hessian_is_positive_definite():
    A = torch.diag(torch.linspace(1, 4, 6, dtype=torch.float64))[None]
    w = torch.linspace(-1, 2, 6, dtype=torch.float64)[None]
    moved, _ = step(Quadratic(A), w, damping=0.0)
    assert moved.abs().max() < 1e-13


def test_fewer_vectors_tell_residuals_that_bound_an_eigenvalue_and_still_go_downhill():
    random = numpy.random.default_rng(1)
    A = random.normal(size=(40, 40))
    A = A + A.T
    quadratic, w = Quadratic(torch.from_numpy(A)[None]), torch.from_numpy(random.normal(size=(1, 40)))
    moved, info = step(quadratic, w, rank=6)
    theta = numpy.linalg.eigvalsh(A)
    for end in ("lowest_curvature", "highest_curvature"):
        assert 0 < abs(theta - info[end].item()).min() <= info[f"{end}_residual"].item()
    assert ((moved - w) * quadratic.times(w)).sum() < 0


def test_directions_without_curvature_stay_when_undamped():
    """H = diag(2, 0), and a gradient (4, 3) that is not in its range: only the first coordinate moves, by -4 / 2."""

    class Tilted(Quadratic):
        def value_and_gradient(self, params):
            loss, gradient = super().value_and_gradient(params)
            return loss + 3 * params["w"][:, 1], {"w": gradient["w"] + rows(0.0, 3.0)}

    tilted = Tilted(torch.diag(rows(2.0, 0.0))[None])
    moved, _ = step(tilted, rows([2.0, 1.0]), damping=0.0)
    assert torch.allclose(moved, rows([0.0, 1.0]), rtol=0, atol=1e-14)
    damped, _ = step(tilted, rows([2.0, 1.0]), damping=1.0)
    assert torch.allclose(damped, rows([2.0 - 4 / 3, 1.0 - 3.0]), rtol=0, atol=1e-14)


def test_an_exact_critical_point_stays_and_does_not_disturb_the_other_member():
    quadratic = Quadratic(torch.diag(rows(1.0, -1.0)).expand(2, -1, -1))
    given = rows([0.0, 0.0], [1.0, 1e-6])
    moved, info = step(quadratic, given, damping=0.0)
    assert moved[0].tolist() == [0.0, 0.0]
    assert torch.allclose(moved[1], rows(0.0, 2e-6), rtol=1e-9, atol=1e-15)
    assert info["gradient_norm"][0].item() == 0.0
    assert given.tolist() == [[0.0, 0.0], [1.0, 1e-6]]
