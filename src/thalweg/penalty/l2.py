"""L2 penalty (ridge, weight decay): the sum of the squared weights.

    R(W) = strength * sum W^2,    gradient 2 strength W;    with `half`: strength/2 * sum W^2, gradient strength W

Prefers many small weights to few large ones: of w = (1, 0, 0, 0) and (1/4, 1/4, 1/4, 1/4), which score x = (1, 1, 1, 1) alike, it
takes the second. With strength > 0 a convex loss gets a unique optimum.

To namesakes: plain gradient steps with it are `torch.optim.SGD(weight_decay=2 * strength)`; `weight_decay=strength` with `half` (Adam's
`weight_decay` puts the same gradient through its scaling, AdamW's is no penalty). Keras's `regularizers.L2(strength)` has factor 1.
scikit-learn, for a mean loss over N examples: `LogisticRegression(C=C)` and `LinearSVC(C=C)` have strength 1/(2 C N),
`SGDClassifier(alpha=a)` has a/2; with `half` 1/(C N) and a.
"""

from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Penalty
from thalweg.penalty._knobs import HALF, STRENGTH
from thalweg.penalty._parts import Setting, over_weight, sum_squares


def value(weight: Float[Tensor, "members ..."], *, strength: Setting, half: bool) -> Float[Tensor, " members"]:
    """Return strength * sum W^2, or one half of it.

    >>> import torch
    >>> value(torch.tensor([[1.0, 0.0, 0.0, 0.0], [0.25, 0.25, 0.25, 0.25]]), strength=1.0, half=False)
    tensor([1.0000, 0.2500])
    """
    return (strength / 2 if half else strength) * sum_squares(weight)


def gradient(weight: Float[Tensor, "members ..."], *, strength: Setting, half: bool) -> Float[Tensor, "members ..."]:
    """Return 2 strength W, or strength W.

    >>> import torch
    >>> gradient(torch.tensor([[1.0, -2.0]]), strength=0.5, half=False)
    tensor([[ 1., -2.]])
    """
    return over_weight(strength if half else 2 * strength, weight) * weight


def coefficients(*, strength: float, half: bool) -> tuple[float, float]:
    """Return (0, strength), or one half of it.

    >>> coefficients(strength=0.5, half=True)
    (0.0, 0.25)
    """
    return 0.0, strength / 2 if half else strength


ENTRY = Penalty(
    summary="Sum of squared weights: prefers many small weights",
    formula="R(W) = strength * sum W^2",
    reference="Hoerl and Kennard, Ridge regression, Technometrics 12(1) (1970), 55-67; Krogh and Hertz, NIPS 1991",
    knobs=(STRENGTH, HALF),
    value=value,
    gradient=gradient,
    coefficients=coefficients,
)
