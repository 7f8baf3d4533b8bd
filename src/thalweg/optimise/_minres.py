"""MINRES: symmetric systems A x = b from products with A alone, one system per member."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

Rows = Float[Tensor, "members total"]
Product = Callable[[Tensor], Tensor]
"""Rows v [members, total] -> A v, each member with its own symmetric A."""


class Solution(NamedTuple):
    """x, the relative residual |b - A x| / |b| (computed from x, 0 where b = 0), and the iterations used, per member."""

    x: Rows
    residual: Float[Tensor, " members"]
    iterations: Float[Tensor, " members"]


def minres(product: Product, b: Rows, *, iterations: int, tolerance: Float[Tensor, " members"]) -> Solution:
    """Minimise |b - A x| over the Krylov spaces of (A, b), beginning at x = 0; A may be indefinite.

    A member stops when its relative residual is at most `tolerance` (never asked below four units of rounding). If A is singular and b
    lies in its range, x is the solution of least norm; if b does not, the iteration stops where the next step has no pivot, and the
    residual says so. Without reorthogonalisation: in rounding, more iterations than the dimension can be needed.

    Reference: Paige & Saunders, Solution of sparse indefinite systems of linear equations, 1975.

    >>> A = torch.tensor([[[1.0, 0.0], [0.0, -2.0]]])
    >>> solve = lambda v: torch.einsum("mij,mj->mi", A, v)
    >>> minres(solve, torch.tensor([[3.0, 4.0]]), iterations=2, tolerance=torch.tensor([1e-6])).x.round(decimals=4)
    tensor([[ 3., -2.]])
    """
    eps = torch.finfo(b.dtype).eps
    beta = b.norm(dim=1, keepdim=True)
    goal = tolerance[:, None].clamp(min=4 * eps) * beta
    zero, one = torch.zeros_like(beta), torch.ones_like(beta)
    x = v_old = w = w_old = torch.zeros_like(b)
    v, eta, used, scale = b, beta, zero, zero
    cosine_old, cosine, sine_old, sine = one, one, zero, zero
    active = beta > 0
    for _ in range(iterations):
        if not active.any():
            break
        v = torch.where(active, v / beta, 0.0)
        Av = product(v)
        alpha = (v * Av).sum(1, keepdim=True)
        v_old, v = v, Av - alpha * v - beta * v_old
        beta_old, beta = beta, v.norm(dim=1, keepdim=True)
        scale = torch.maximum(scale, torch.maximum(alpha.abs(), beta))
        pivot = cosine * alpha - cosine_old * sine * beta_old
        diagonal = (pivot.square() + beta.square()).sqrt()
        active = active & (diagonal > 10 * eps * scale)
        w_old, w = w, (v_old - sine_old * beta_old * w_old - (sine * alpha + cosine_old * cosine * beta_old) * w) / diagonal
        cosine_old, cosine, sine_old, sine = cosine, pivot / diagonal, sine, beta / diagonal
        x = torch.where(active, x + cosine * eta * w, x)
        eta, used = -sine * eta, used + active
        active = active & (eta.abs() > goal)
    size = b.norm(dim=1)
    residual = (b - product(x)).norm(dim=1)
    return Solution(x, torch.where(size == 0, 0.0, residual / size), used.squeeze(1))
