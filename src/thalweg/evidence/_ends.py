"""Ends of a spectrum: the largest and the most negative eigenvalues of a Hessian, each with its residual as error bar."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from thalweg.core.lanczos import Krylov, lanczos

SPACE_BYTES = 2 << 30
"""What the vectors of one Krylov space may take."""

Product = Callable[[Tensor], Tensor]
"""v [1, total] -> H v."""


@dataclass(frozen=True, kw_only=True)
class Eigenvalue:
    """An eigenvalue as found, and the norm of the residual |H v - value v|: an eigenvalue of H lies within it of `value`."""

    value: float
    residual: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Ends:
    """Eigenpairs at both ends; `low` begins with the most negative, `high` with the largest. Vectors are rows of unit length.

    `every`: these are all eigenvalues (in `low`, ascending; `high` then repeats the last ones). `asymmetry` is max |H - H^T| of a dense H.
    """

    low: tuple[Eigenvalue, ...]
    high: tuple[Eigenvalue, ...]
    low_vectors: Float[Tensor, "count total"]
    high_vectors: Float[Tensor, "count total"]
    products: int
    space: Krylov | None = None
    every: tuple[float, ...] | None = None
    asymmetry: float = 0.0

    @property
    def largest(self) -> float:
        """The largest absolute eigenvalue."""
        return max((abs(each.value) for each in (*self.low[:1], *self.high[:1])), default=0.0)


def dense_ends(product: Product, like: Float[Tensor, "1 total"], *, count: int, seen: Callable[[], None]) -> Ends:
    """Return all eigenvalues from the whole matrix, built column by column; residuals are measured on the matrix itself."""
    total = like.shape[1]
    columns = torch.empty(total, total, dtype=like.dtype)
    for index in range(total):
        unit = torch.zeros_like(like)
        unit[0, index] = 1
        columns[index] = product(unit)[0]
        seen()
    symmetric = (columns + columns.T) / 2
    values, vectors = torch.linalg.eigh(symmetric)
    residuals = (symmetric @ vectors - vectors * values).norm(dim=0)
    pairs = [Eigenvalue(value=value, residual=residual) for value, residual in zip(values.tolist(), residuals.tolist(), strict=True)]
    some = min(count, total)
    return Ends(
        low=tuple(pairs[:some]),
        high=tuple(reversed(pairs[-some:])),
        low_vectors=vectors.T[:some],
        high_vectors=vectors.T[-some:].flip(0),
        products=total,
        every=tuple(values.tolist()),
        asymmetry=float((columns - columns.T).abs().max()),
    )


def lanczos_ends(
    product: Product, start: Float[Tensor, "1 total"], *, count: int, tolerance: float, products: int, seen: Callable[[], None]
) -> Ends:
    """Return `count` eigenvalues at both ends of the matrix's spectrum, by Lanczos with full reorthogonalisation.

    It ends when the residuals of all of them are at most `tolerance` times the largest |eigenvalue|, or after so many products: a Ritz
    pair (theta, Q^T u) has the residual rest * |u_last|; those returned are measured with one more product each. The stopping rule is on
    purpose not ARPACK's, which asks for a residual relative to each eigenvalue itself: the low end of a network's spectrum lies near
    zero, where that is never met. One start vector sees one eigenvector of a multiple eigenvalue, so a multiplicity is not counted.

    Reference: Parlett, The Symmetric Eigenvalue Problem, 1998, chapters 11 and 13.
    """
    taken = 0

    def counted(v: Tensor) -> Tensor:
        nonlocal taken
        taken += 1
        seen()
        return product(v)

    def enough(space: Krylov) -> bool:
        values, residuals, _ = ritz(space)
        ends = [*range(min(count, len(values))), *range(max(0, len(values) - count), len(values))]
        return len(values) >= 2 * count and bool((residuals[ends] <= tolerance * np.abs(values).max()).all())

    most = max(2 * count, min(products, SPACE_BYTES // (start.element_size() * start.shape[1])))
    space = lanczos(counted, start, rank=most, enough=enough)
    values, _, u = ritz(space)
    some = min(count, len(values))
    low, high = list(range(some)), list(range(len(values) - 1, len(values) - 1 - some, -1))

    def vectors(places: Sequence[int]) -> Tensor:
        return torch.from_numpy(u[:, places].T.copy()).to(space.Q) @ space.Q[0]

    def pairs(found: Tensor) -> tuple[Eigenvalue, ...]:
        return tuple(_measured(counted, vector[None]) for vector in found)

    low_vectors, high_vectors = vectors(low), vectors(high)
    low_pairs, high_pairs = pairs(low_vectors), pairs(high_vectors)
    return Ends(low=low_pairs, high=high_pairs, low_vectors=low_vectors, high_vectors=high_vectors, products=taken, space=space)


def _measured(product: Product, vector: Float[Tensor, "1 total"]) -> Eigenvalue:
    """Return the Rayleigh quotient of a vector with the residual that one more product shows, rounding and all."""
    unit = vector / vector.norm()
    image = product(unit)
    value = (unit * image).sum()
    return Eigenvalue(value=float(value), residual=float((image - value * unit).norm()))


def ritz(space: Krylov) -> tuple[Float[np.ndarray, " rank"], Float[np.ndarray, " rank"], Float[np.ndarray, "whole rank"]]:
    """Return the Ritz values of a space, ascending, their residuals, and the eigenvectors of T as columns.

    Of a space that closed early only the vectors before that count; the eigenvectors have zeros in the other places.
    """
    T = space.T[0].double().cpu().numpy()
    closed = np.flatnonzero(np.diagonal(T, 1) == 0)
    rank = int(closed[0]) + 1 if len(closed) else len(T)
    values, inner = np.linalg.eigh(T[:rank, :rank])
    vectors = np.zeros((len(T), rank))
    vectors[:rank] = inner
    return values, float(space.rest[0]) * np.abs(inner[-1]), vectors
