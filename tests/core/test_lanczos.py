"""Lanczos: an orthonormal basis, Ritz values and residuals as NumPy computes them, and spaces that close early."""

import numpy
import pytest
import torch

from thalweg.core.lanczos import lanczos


def run(A, starts, rank):
    return lanczos(lambda v: v @ A, torch.from_numpy(numpy.stack(starts)), rank=rank)


@pytest.fixture
def matrix():
    random = numpy.random.default_rng(0)
    A = random.normal(size=(30, 30))
    return torch.from_numpy(A + A.T), random.normal(size=(2, 30))


def test_basis_is_orthonormal_and_turns_the_matrix_tridiagonal(matrix):
    A, starts = matrix
    Q, T, rest = run(A, starts, 12)
    for member in range(2):
        assert torch.allclose(Q[member] @ Q[member].T, torch.eye(12, dtype=torch.float64), rtol=0, atol=1e-13)
        assert torch.allclose(Q[member] @ A @ Q[member].T, T[member], rtol=0, atol=1e-12)
        outside = A @ Q[member].T - Q[member].T @ T[member]
        assert outside[:, :-1].abs().max() < 1e-12
        assert outside[:, -1].norm().item() == pytest.approx(rest[member].item(), rel=1e-12)


def test_full_rank_gives_all_eigenvalues(matrix):
    A, starts = matrix
    _, T, _ = run(A, starts, 100)
    assert T.shape == (2, 30, 30)
    assert torch.allclose(torch.linalg.eigvalsh(T), torch.linalg.eigvalsh(A).expand(2, -1), rtol=0, atol=1e-11)


def test_a_space_that_closes_early_is_padded_without_coupling():
    """Three different eigenvalues: the space of any vector closes after three; a zero start closes at once."""
    A = torch.diag(torch.tensor([1.0, 1.0, 2.0, 2.0, -3.0], dtype=torch.float64))
    Q, T, rest = run(A, [numpy.ones(5), numpy.zeros(5)], 5)
    assert torch.allclose(torch.linalg.eigvalsh(T[0, :3, :3]), torch.tensor([-3.0, 1.0, 2.0], dtype=torch.float64))
    assert torch.equal(T[0, 3:, 3:], T[0, 0, 0] * torch.eye(2, dtype=torch.float64))
    assert (Q[0, 3:].count_nonzero(), T[0, 3:, :3].count_nonzero(), rest[0]) == (0, 0, 0)
    assert (Q[1].count_nonzero(), T[1].count_nonzero(), rest[1]) == (0, 0, 0)
