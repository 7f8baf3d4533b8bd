"""Newton's method: one step on any quadratic, quadratic convergence on softmax regression, the least-norm step where H is singular."""

import itertools

import numpy
import pytest
import torch

from thalweg.core.entries import Objective
from thalweg.core.tree import flatten
from thalweg.optimise import OPTIMISERS

ENTRY = OPTIMISERS.get("newton")


class Quadratic(Objective):
    """w . A w / 2 - b . w, a matrix per member."""

    penalised = frozenset()

    def __init__(self, A, b):
        self.A, self.b = A, b

    def times(self, w):
        return torch.einsum("mij,mj->mi", self.A, w)

    def value_and_gradient(self, params):
        w = params["w"]
        return (w * (self.times(w) / 2 - self.b)).sum(1), {"w": self.times(w) - self.b}

    def hessian_vector(self, params, vectors):
        return {"w": self.times(vectors["w"])}


class Softmax(Objective):
    """Mean softmax loss of a linear score without bias on 60 examples of 3 classes plus strength * |W|^2, by autograd."""

    penalised = frozenset({"W"})

    def __init__(self, strength):
        random = torch.Generator().manual_seed(0)
        self.labels = torch.arange(3).repeat(20)
        self.X = torch.randn(60, 5, generator=random, dtype=torch.float64) + torch.eye(5, dtype=torch.float64)[self.labels]
        self.strength = strength

    def loss(self, params):
        scores = torch.einsum("nd,mcd->mcn", self.X, params["W"])
        losses = torch.nn.functional.cross_entropy(scores, self.labels.expand(len(scores), -1), reduction="none")
        return losses.mean(1) + self.strength * params["W"].square().sum((1, 2))

    def gradient(self, params):
        return torch.func.grad(lambda p: self.loss(p).sum())(params)

    def value_and_gradient(self, params):
        return self.loss(params), self.gradient(params)

    def hessian_vector(self, params, vectors):
        return torch.func.vjp(self.gradient, params)[1](vectors)[0]


def settings(members, **changes):
    values = ENTRY.defaults() | changes
    return values | {name: torch.full((members,), values[name], dtype=torch.float64) for name in ("rate", "damping", "tolerance")}


def step(objective, params, **changes):
    chosen = settings(*next(iter(params.values())).shape[:1], **changes)
    moved, state, info = ENTRY.step(objective, params, ENTRY.init(params, chosen), chosen, [torch.Generator()])
    assert state == {}
    return moved, info


def test_lands_on_the_saddle_in_one_step():
    """(x^2 - y^2) / 2 from (1, 1e-6): g = (1, -1e-6), H = diag(1, -1), so the step is (-1, -1e-6) (fact F16)."""
    saddle = Quadratic(torch.diag(torch.tensor([1.0, -1.0], dtype=torch.float64))[None], torch.zeros(1, 2, dtype=torch.float64))
    moved, info = step(saddle, {"w": torch.tensor([[1.0, 1e-6]], dtype=torch.float64)})
    assert moved["w"].abs().max() < 1e-15
    assert info["loss"].item() == pytest.approx(0.5)
    assert info["slope"].item() == pytest.approx(-1.0)
    assert info["residual"].item() < 1e-10
    assert info["iterations"].item() == 2


def test_reaches_the_critical_point_of_any_quadratic_in_one_step():
    """A minimum, a maximum and saddles, one a member; NumPy solves the same systems."""
    random = numpy.random.default_rng(0)
    matrices, sides = [], random.normal(size=(4, 8))
    for signs in ([1] * 8, [-1] * 8, [1, -1] * 4, [1] * 7 + [-1]):
        Q, _ = numpy.linalg.qr(random.normal(size=(8, 8)))
        matrices.append(Q @ numpy.diag(signs * numpy.linspace(0.5, 5, 8)) @ Q.T)
    quadratic = Quadratic(torch.from_numpy(numpy.stack(matrices)), torch.from_numpy(sides))
    moved, info = step(quadratic, {"w": torch.from_numpy(random.normal(size=(4, 8)))}, tolerance=1e-14)
    expected = numpy.linalg.solve(numpy.stack(matrices), sides[..., None])[..., 0]
    assert numpy.allclose(moved["w"].numpy(), expected, rtol=0, atol=1e-11)
    assert (quadratic.value_and_gradient(moved)[1]["w"].norm(dim=1) < 1e-11).all()
    assert info["slope"][0] < 0 < info["slope"][1]


def test_damping_and_rate_by_hand():
    """2 w^2 from 3: g = 12, H = 4; with damping 2 the step is -12 / 6 = -2, at rate one half -1."""
    quadratic = Quadratic(torch.full((1, 1, 1), 4.0, dtype=torch.float64), torch.zeros(1, 1, dtype=torch.float64))
    moved, _ = step(quadratic, {"w": torch.full((1, 1), 3.0, dtype=torch.float64)}, damping=2.0, rate=0.5)
    assert moved["w"].item() == pytest.approx(2.0, rel=1e-14)


def test_the_gradient_norm_squares_with_each_step_on_a_convex_problem():
    objective, params, norms = Softmax(strength=1e-2), {"W": torch.zeros(1, 3, 5, dtype=torch.float64)}, []
    for _ in range(8):
        params, info = step(objective, params, tolerance=1e-15)
        norms.append(info["gradient_norm"].item())
    squares = [later / earlier**2 for earlier, later in itertools.pairwise(norms) if later > 1e-13]
    assert len(squares) >= 5
    assert max(squares) < 10
    assert norms[-1] < 1e-13


def test_the_step_of_least_norm_where_the_hessian_is_singular():
    """Softmax without penalty: all rows of W may shift together, five null directions; the pseudo-inverse is the oracle."""
    objective = Softmax(strength=0.0)
    params = {"W": torch.linspace(-1, 1, 15, dtype=torch.float64).reshape(1, 3, 5)}
    basis = torch.eye(15, dtype=torch.float64).reshape(15, 1, 3, 5)
    H = numpy.stack([objective.hessian_vector(params, {"W": e})["W"].flatten().numpy() for e in basis])
    gradient = flatten(objective.gradient(params))[0].numpy()
    assert numpy.linalg.matrix_rank(H, tol=1e-10) == 10
    moved, info = step(objective, params, tolerance=1e-14)
    taken = (moved["W"] - params["W"]).flatten().numpy()
    assert numpy.allclose(taken, -numpy.linalg.pinv(H, rcond=1e-10) @ gradient, rtol=1e-8, atol=1e-10)
    assert info["residual"].item() < 1e-12
    assert numpy.abs(taken.reshape(3, 5).sum(0)).max() < 1e-12


def test_few_iterations_leave_a_residual_that_is_told():
    objective, params = Softmax(strength=1e-2), {"W": torch.zeros(1, 3, 5, dtype=torch.float64)}
    moved, info = step(objective, params, iterations=2)
    direction = {"W": moved["W"] - params["W"]}
    left = flatten(objective.hessian_vector(params, direction)) + flatten(objective.gradient(params))
    assert info["residual"].item() == pytest.approx((left.norm() / info["gradient_norm"]).item(), rel=1e-10)
    assert info["residual"].item() > 1e-3
    assert info["iterations"].item() == 2


def test_a_critical_point_stays_and_nothing_given_is_changed():
    quadratic = Quadratic(torch.eye(2, dtype=torch.float64)[None], torch.ones(1, 2, dtype=torch.float64))
    params = {"w": torch.ones(1, 2, dtype=torch.float64)}
    moved, info = step(quadratic, params)
    assert moved["w"].tolist() == [[1.0, 1.0]]
    assert (info["gradient_norm"].item(), info["residual"].item()) == (0.0, 0.0)
    elsewhere = {"w": torch.full((1, 2), 3.0, dtype=torch.float64)}
    step(quadratic, elsewhere)
    assert elsewhere["w"].tolist() == [[3.0, 3.0]]
