"""Elastic net: a mixture of the L1 and the L2 penalty.

    R(W) = strength * (mix * sum |W| + (1 - mix) * sum W^2),    with `half`: ... + (1 - mix)/2 * sum W^2

mix = 1 is l1, mix = 0 is l2. The gradient is that of the squares; the magnitudes are left to the proximal step, which makes exact
zeros. Among weights that score alike it keeps groups together where l1 alone has no preference.

To namesakes: with `half`, strength = alpha and mix = l1_ratio it is the penalty of scikit-learn's
`SGDClassifier(penalty="elasticnet")` and `ElasticNet`, and glmnet's with lambda and alpha; for `LogisticRegression(l1_ratio=mix, C=C)`
and a mean loss over N examples strength = 1/(C N), with `half`. Keras's `regularizers.L1L2(l1=strength * mix, l2=strength * (1 - mix))`
is the form without `half`. PyTorch's optimisers have no such setting.
"""

from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Penalty
from thalweg.core.knobs import Number
from thalweg.penalty import l1, l2
from thalweg.penalty._knobs import HALF, STRENGTH
from thalweg.penalty._parts import Setting


def value(weight: Float[Tensor, "members ..."], *, strength: Setting, mix: Setting, half: bool) -> Float[Tensor, " members"]:
    """Return strength * (mix * sum |W| + (1 - mix) * sum W^2), the second part halved on request.

    >>> import torch
    >>> value(torch.tensor([[1.0, 0.0, 0.0, 0.0], [0.25, 0.25, 0.25, 0.25]]), strength=1.0, mix=0.5, half=False)
    tensor([1.0000, 0.6250])
    """
    return l1.value(weight, strength=strength * mix) + l2.value(weight, strength=strength * (1 - mix), half=half)


def gradient(weight: Float[Tensor, "members ..."], *, strength: Setting, mix: Setting, half: bool) -> Float[Tensor, "members ..."]:
    """Return the gradient of the squares: 2 strength (1 - mix) W, or one half of it.

    >>> import torch
    >>> gradient(torch.tensor([[1.0, -2.0]]), strength=1.0, mix=0.5, half=False)
    tensor([[ 1., -2.]])
    """
    return l2.gradient(weight, strength=strength * (1 - mix), half=half)


def proximal(
    weight: Float[Tensor, "members ..."], step: Float[Tensor, " members"], *, strength: Setting, mix: Setting, half: bool
) -> Float[Tensor, "members ..."]:
    """Return the proximal step of the magnitudes: soft threshold by step * strength * mix; `half` concerns the squares only.

    >>> import torch
    >>> proximal(torch.tensor([[3.0, -0.5, -2.0]]), torch.tensor([1.0]), strength=2.0, mix=0.5, half=False)
    tensor([[ 2.,  0., -1.]])
    """
    return l1.proximal(weight, step, strength=strength * mix)


def coefficients(*, strength: float, mix: float, half: bool) -> tuple[float, float]:
    """Return strength * mix and strength * (1 - mix), the second halved on request.

    >>> coefficients(strength=1.0, mix=0.25, half=False)
    (0.25, 0.75)
    """
    return strength * mix, l2.coefficients(strength=strength * (1 - mix), half=half)[1]


ENTRY = Penalty(
    summary="Mixture of L1 and L2: exact zeros, and groups of weights kept together",
    formula="R(W) = strength * (mix * sum |W| + (1 - mix) * sum W^2)",
    reference="Zou and Hastie, Regularization and variable selection via the elastic net, JRSS B 67(2) (2005), 301-320",
    knobs=(
        STRENGTH,
        Number(name="mix", default=0.5, low=0, high=1, meaning="share of the L1 part: 1 is l1, 0 is l2"),
        HALF,
    ),
    value=value,
    gradient=gradient,
    proximal=proximal,
    coefficients=coefficients,
)
