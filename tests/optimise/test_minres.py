"""MINRES: NumPy's solutions on definite, indefinite and singular systems, each member on its own."""

import numpy
import pytest
import scipy.sparse.linalg
import torch

from thalweg.optimise._minres import minres


def symmetric(eigenvalues, seed=0):
    random = numpy.random.default_rng(seed)
    Q, _ = numpy.linalg.qr(random.normal(size=(len(eigenvalues),) * 2))
    return Q @ numpy.diag(eigenvalues) @ Q.T, random.normal(size=len(eigenvalues))


def solve(matrices, sides, iterations, tolerance=1e-13):
    A, b = torch.from_numpy(numpy.stack(matrices)), torch.from_numpy(numpy.stack(sides))
    goal = torch.full((len(b),), tolerance, dtype=b.dtype)
    return minres(lambda v: torch.einsum("mij,mj->mi", A, v), b, iterations=iterations, tolerance=goal)


def test_members_with_systems_of_every_kind_equal_numpy():
    """Eigenvalues of 0.5 to 10 of either sign: condition number 20, so that 1e-13 in the residual is 1e-11 in x."""
    sizes = numpy.linspace(0.5, 10, 12)
    spectra = [sizes, -sizes, sizes * numpy.tile([1, -1], 6)]
    systems = [symmetric(spectrum, seed) for seed, spectrum in enumerate(spectra)]
    x, residual, iterations = solve([A for A, _ in systems], [b for _, b in systems], 40)
    for member, (A, b) in enumerate(systems):
        expected = numpy.linalg.solve(A, b)
        assert numpy.allclose(x[member].numpy(), expected, rtol=0, atol=1e-11 * numpy.linalg.norm(expected))
    assert (residual < 1e-12).all()
    assert (iterations <= 20).all()


def test_residual_falls_as_in_scipys_minres():
    A, b = symmetric(numpy.linspace(-3, 8, 30))
    for iterations in (1, 3, 7, 15):
        ours = solve([A], [b], iterations)
        theirs, _ = scipy.sparse.linalg.minres(A, b, maxiter=iterations, rtol=1e-15)
        assert numpy.allclose(ours.x[0].numpy(), theirs, rtol=1e-9, atol=1e-11)
        assert ours.residual.item() == pytest.approx(numpy.linalg.norm(b - A @ theirs) / numpy.linalg.norm(b), rel=1e-8)
        assert ours.iterations.item() == iterations


def test_a_consistent_singular_system_gives_the_solution_of_least_norm():
    A, b = symmetric(numpy.array([0.0, 0.0, 1.0, 2.0, -3.0, 5.0]))
    x, residual, _ = solve([A], [A @ b], 20)
    assert numpy.allclose(x[0].numpy(), numpy.linalg.pinv(A, rcond=1e-12) @ (A @ b), rtol=0, atol=1e-12)
    assert residual.item() < 1e-12


def test_an_inconsistent_system_stays_finite_and_says_so():
    A, b = numpy.diag([1.0, 2.0, 0.0]), numpy.array([1.0, 2.0, 2.0])
    x, residual, _ = solve([A], [b], 20)
    assert x.isfinite().all()
    assert residual.item() == pytest.approx(2 / 3, abs=1e-6)  # the part of b outside the range over |b|


def test_a_zero_right_hand_side_gives_zero_and_does_not_disturb_others():
    A, b = symmetric(numpy.linspace(1, 4, 5))
    x, residual, iterations = solve([A, A], [0 * b, b], 10)
    assert x[0].count_nonzero() == 0
    assert (residual[0], iterations[0]) == (0, 0)
    assert numpy.allclose(x[1].numpy(), numpy.linalg.solve(A, b), rtol=1e-10)


def test_a_member_stops_when_its_tolerance_is_reached():
    A, b = symmetric(numpy.linspace(1, 50, 40))
    systems = torch.from_numpy(numpy.stack([A, A]))
    goal = torch.tensor([1e-2, 1e-8], dtype=torch.float64)
    side = torch.from_numpy(numpy.stack([b, b]))
    _, residual, iterations = minres(lambda v: torch.einsum("mij,mj->mi", systems, v), side, iterations=80, tolerance=goal)
    assert 1e-4 < residual[0] <= 1e-2
    assert residual[1] <= 1e-8
    assert iterations[0] < iterations[1] < 80
