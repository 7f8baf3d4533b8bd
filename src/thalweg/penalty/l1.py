"""L1 penalty (lasso): the sum of the weights' magnitudes.

    R(W) = strength * sum |W|,    prox_{step R}(w) = sign(w) max(0, |w| - step strength)

It has a kink at zero, which is what makes weights vanish: the proximal step (soft threshold) leaves exact zeros, where steps along a
subgradient jump over zero and leave small numbers. So the smooth part is nothing and its gradient zero; all the work is in `proximal`.
Of w = (1, 0, 0, 0) and (1/4, 1/4, 1/4, 1/4) it prefers neither: both have sum |w| = 1.

To namesakes: Keras's `regularizers.L1(strength)` has factor 1 (and uses the subgradient). scikit-learn, for a mean loss over N
examples: `LogisticRegression` with an L1 penalty and C has strength 1/(C N), `SGDClassifier(penalty="l1", alpha=a)` has a.
PyTorch's optimisers have no such setting.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Penalty
from thalweg.penalty._knobs import STRENGTH
from thalweg.penalty._parts import Setting, soft_threshold, sum_magnitudes


def value(weight: Float[Tensor, "members ..."], *, strength: Setting) -> Float[Tensor, " members"]:
    """Return strength * sum |W|.

    >>> value(torch.tensor([[1.0, 0.0, 0.0, 0.0], [0.25, 0.25, 0.25, 0.25]]), strength=1.0)
    tensor([1., 1.])
    """
    return strength * sum_magnitudes(weight)


def gradient(weight: Float[Tensor, "members ..."], *, strength: Setting) -> Float[Tensor, "members ..."]:
    """Return zeros: no part of this penalty is smooth."""
    return torch.zeros_like(weight)


def proximal(weight: Float[Tensor, "members ..."], step: Float[Tensor, " members"], *, strength: Setting) -> Float[Tensor, "members ..."]:
    """Return the minimiser of |u - w|^2 / 2 + step * strength * sum |u|: each weight moves towards 0 by step * strength and stops there.

    >>> proximal(torch.tensor([[3.0, -0.5, -2.0]]), torch.tensor([0.5]), strength=2.0)
    tensor([[ 2.,  0., -1.]])
    """
    return soft_threshold(weight, step * strength)


def coefficients(*, strength: float) -> tuple[float, float]:
    """Return (strength, 0).

    >>> coefficients(strength=0.5)
    (0.5, 0.0)
    """
    return strength, 0.0


ENTRY = Penalty(
    summary="Sum of magnitudes: makes weights exactly zero",
    formula="R(W) = strength * sum |W|",
    reference="Tibshirani, Regression shrinkage and selection via the lasso, JRSS B 58(1) (1996), 267-288",
    knobs=(STRENGTH,),
    value=value,
    gradient=gradient,
    proximal=proximal,
    coefficients=coefficients,
)
