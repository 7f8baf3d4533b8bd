"""Newton-Schulz iteration: the nearest matrix with orthonormal rows or columns, roughly, by products alone."""

import torch
from jaxtyping import Float
from torch import Tensor

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
ITERATIONS = 5
SMALLEST = 1e-7


def orthogonalise(matrices: Float[Tensor, "members rows columns"]) -> Float[Tensor, "members rows columns"]:
    """Return every matrix U S V^T with its singular values S moved near 1: between about 0.7 and 1.2, not exactly 1.

    X <- a X + (b A + c A^2) X with A = X X^T, five times from X = M / |M| (Frobenius), is an odd polynomial of the singular values
    whose steep start (3.44^5 = 485) lifts even small ones; singular values below 1e-3 of the norm stay smaller, zero stays zero.
    The arithmetic is that of the argument's dtype.

    Reference: Jordan, Muon: An optimizer for hidden layers in neural networks, 2024; the same coefficients as `torch.optim.Muon`.
    """
    a, b, c = COEFFICIENTS
    tall = matrices.shape[1] > matrices.shape[2]
    X = matrices.mT if tall else matrices
    X = X / X.flatten(1).norm(dim=1).clamp(min=SMALLEST)[:, None, None]
    for _ in range(ITERATIONS):
        A = X @ X.mT
        X = torch.baddbmm(X, torch.baddbmm(A, A, A, beta=b, alpha=c), X, beta=a)
    return X.mT if tall else X
