"""Lanczos: a symmetric matrix seen from the Krylov space of one vector, one matrix per member."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

Product = Callable[[Tensor], Tensor]
"""Rows v [members, total] -> A v, each member with its own symmetric A."""


class Krylov(NamedTuple):
    """Orthonormal rows Q, the tridiagonal T = Q A Q^T, and the norm `rest` of what A adds outside: A Q^T - Q^T T = rest * q e_rank^T.

    Where the space closes early (A maps it into itself) the remaining rows of Q are zero, T goes on with its first diagonal element,
    which lies between its other eigenvalues and is not coupled to them, and `rest` is zero.
    """

    Q: Float[Tensor, "members rank total"]
    T: Float[Tensor, "members rank rank"]
    rest: Float[Tensor, " members"]


def lanczos(
    product: Product, start: Float[Tensor, "members total"], *, rank: int, enough: Callable[[Krylov], bool] | None = None
) -> Krylov:
    """Build the Krylov space of `start` with at most `rank` vectors (never more than the dimension), fully reorthogonalised, twice.

    `enough` is shown the space after every vector, and ends it where it says so. An eigenpair (theta, u) of T gives the Ritz pair
    (theta, Q^T u) of A with residual rest * |u_rank|. A zero `start` gives zeros.

    Reference: Parlett, The Symmetric Eigenvalue Problem, 1998, chapter 13.

    >>> A = torch.tensor([[[0.0, 1.0], [1.0, 0.0]]])
    >>> lanczos(lambda v: torch.einsum("mij,mj->mi", A, v), torch.tensor([[2.0, 0.0]]), rank=2).T
    tensor([[[0., 1.],
             [1., 0.]]])
    """
    members, total = start.shape
    rank = min(rank, total)
    eps = torch.finfo(start.dtype).eps
    Q, T = start.new_zeros(members, rank, total), start.new_zeros(members, rank, rank)
    v, beta = start, start.norm(dim=1)
    scale, active = torch.zeros_like(beta), beta > 0
    for k in range(rank):
        q = torch.where(active[:, None], v / beta[:, None], 0.0)
        Q[:, k] = q
        if k > 0:
            T[:, k, k - 1] = T[:, k - 1, k] = torch.where(active, beta, 0.0)
        v = product(q)
        alpha = (q * v).sum(1)
        T[:, k, k] = torch.where(active, alpha, T[:, 0, 0])
        known = Q[:, : k + 1]
        for _ in range(2):
            v = v - torch.einsum("mkt,mk->mt", known, torch.einsum("mkt,mt->mk", known, v))
        beta = v.norm(dim=1)
        scale = torch.maximum(scale, torch.maximum(alpha.abs(), beta))
        active = active & (beta > 10 * eps * scale)
        if enough is not None and enough(space := Krylov(known, T[:, : k + 1, : k + 1], torch.where(active, beta, 0.0))):
            return space
    return Krylov(Q, T, torch.where(active, beta, 0.0))
