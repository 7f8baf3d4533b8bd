"""Squared multi-class hinge loss of Weston and Watkins: the violations are squared, then added up.

    L_i = sum_{j != y} max(0, s_j - s_y + margin)^2

Its slope is continuous: large violations weigh more, small ones hardly. Scaling the margin by c and the scores by c scales it by c^2.

To namesakes, per example: `torch.nn.functional.multi_margin_loss(p=2, margin=margin, reduction="none")` is this divided by K, so
this = K times PyTorch's. Keras and scikit-learn have no such loss: their `SquaredHinge` and `squared_hinge` are one-versus-all, see
svm-ova-squared.

Worked by hand, margin 1: s = (3.2, 5.1, -1.7), y = 0: 2.9^2 + 0 = 8.41.
"""

from collections.abc import Sequence

from thalweg.core.dual import Dual
from thalweg.core.entries import Labels, Loss
from thalweg.loss import _rivals_dual as rivals
from thalweg.loss._margin import MARGIN
from thalweg.loss._rivals import to_scores, violations
from thalweg.loss._scores import Scores, Setting, Values
from thalweg.loss._worked import Lines, Scored, rival_terms, squared, total


def value(scores: Scores, labels: Labels, *, margin: Setting) -> Values:
    """Return the sum of the squared violations; 0 where there is one class only. Half-precision scores are widened to float32 first.

    >>> import torch
    >>> value(torch.tensor([[3.2, 5.1, -1.7]]), torch.tensor([0]), margin=1.0)
    tensor([8.4100])
    """
    return violations(scores, labels, margin=margin).square().sum(-1)


def gradient(scores: Scores, labels: Labels, *, margin: Setting) -> Scores:
    """Return twice its violation for each wrong class and minus their sum for the true one.

    >>> import torch
    >>> gradient(torch.tensor([[3.2, 5.1, -1.7]]), torch.tensor([0]), margin=1.0)
    tensor([[-5.8000,  5.8000,  0.0000]])
    """
    return to_scores(2 * violations(scores, labels, margin=margin), labels)


def at_zero(classes: int, *, margin: float) -> float:
    """Return the loss of all-zero scores, margin^2 (K - 1).

    >>> at_zero(10, margin=2.0)
    36.0
    """
    return margin**2 * (classes - 1)


def curvature(classes: int, *, margin: float) -> float:
    """Return the bound 2 K on the curvature by the scores: of 2 sum_j (e_j - e_y)(e_j - e_y)^T, where all violate the margin.

    >>> curvature(10, margin=1.0)
    20.0
    """
    return 2.0 * classes if classes > 1 else 0.0


def conjugate(slopes: Scores, labels: Labels, *, margin: float) -> Values:
    """Return l*(a) = sum (b_k^2 / 4 - margin b_k), on b_k >= 0: b_k is the slope of wrong class k, the true class has minus their sum.

    >>> import torch
    >>> conjugate(torch.tensor([[-3.0, 2.0, 1.0]]), torch.tensor([0]), margin=1.0)
    tensor([-1.7500])
    """
    b = rivals.wrong(slopes, labels)
    return (b.square() / 4 - margin * b).sum(1)


def worked(scores: Scored, label: int, *, margin: float, classes: Sequence[str] = ()) -> Lines:
    """Write out each wrong class's squared violation, and their sum.

    >>> [line.numbers for line in worked([3.2, 5.1, -1.7], 0, margin=1.0)]
    ['max(0, 5.1 − 3.2 + 1)²', 'max(0, −1.7 − 3.2 + 1)²', '8.41 + 0']
    """
    return total(squared(rival_terms(scores, label, margin=margin, classes=classes)), "Σ L_j over j ≠ y")


ENTRY = Loss(
    summary="Squared multi-class hinge (Weston-Watkins): squared margin violations added up",
    formula="L_i = sum_{j != y} max(0, s_j - s_y + margin)^2",
    reference="Dogan, Glasmachers and Igel, A unified view on multi-class support vector classification, JMLR 17(45) (2016)",
    knobs=(MARGIN,),
    value=value,
    gradient=gradient,
    at_zero=at_zero,
    worked=worked,
    curvature=curvature,
    dual=Dual(conjugate=conjugate, smooth=rivals.separate_squared, balanced=rivals.balanced, shifts=True, kinked=False),
)
