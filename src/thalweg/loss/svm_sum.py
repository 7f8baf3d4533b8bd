"""Multi-class hinge loss of Weston and Watkins: every wrong class that comes within the margin of the true one adds to it.

    L_i = sum_{j != y} max(0, s_j - s_y + margin)

Zero is attained, as soon as the true class leads every other by the margin; more lead changes nothing.

To namesakes, per example: `torch.nn.functional.multi_margin_loss(p=1, margin=margin, reduction="none")` is this divided by K (the
number of classes, the true one included), so this = K times PyTorch's. Keras and scikit-learn have no such loss: Keras's
`CategoricalHinge` and scikit-learn's `hinge_loss` take the largest violation, see svm-max.

Worked by hand, margin 1: s = (3.2, 5.1, -1.7), y = 0: max(0, 5.1 - 3.2 + 1) + max(0, -1.7 - 3.2 + 1) = 2.9 + 0 = 2.9.
"""

from collections.abc import Sequence

from thalweg.core.dual import Dual
from thalweg.core.entries import Labels, Loss
from thalweg.loss import _rivals_dual as rivals
from thalweg.loss._margin import MARGIN
from thalweg.loss._rivals import to_scores, violations
from thalweg.loss._scores import Scores, Setting, Values
from thalweg.loss._worked import Lines, Scored, rival_terms, total


def value(scores: Scores, labels: Labels, *, margin: Setting) -> Values:
    """Return the sum of the violations; 0 where there is one class only. Half-precision scores are widened to float32 first.

    >>> import torch
    >>> value(torch.tensor([[3.2, 5.1, -1.7]]), torch.tensor([0]), margin=1.0)
    tensor([2.9000])
    """
    return violations(scores, labels, margin=margin).sum(-1)


def gradient(scores: Scores, labels: Labels, *, margin: Setting) -> Scores:
    """Return 1 for each class that violates the margin and minus their number for the true class; a violation of exactly 0 counts not.

    >>> import torch
    >>> gradient(torch.tensor([[3.2, 5.1, -1.7]]), torch.tensor([0]), margin=1.0)
    tensor([[-1.,  1.,  0.]])
    """
    return to_scores(violations(scores, labels, margin=margin).sign(), labels)


def at_zero(classes: int, *, margin: float) -> float:
    """Return the loss of all-zero scores, margin (K - 1): each wrong class violates by the margin.

    >>> at_zero(10, margin=1.0)
    9.0
    """
    return margin * (classes - 1)


def conjugate(slopes: Scores, labels: Labels, *, margin: float) -> Values:
    """Return l*(a) = -margin * sum b, on 0 <= b_k <= 1: b_k is the slope of wrong class k, the true class has minus their sum.

    >>> import torch
    >>> conjugate(torch.tensor([[-1.5, 1.0, 0.5]]), torch.tensor([0]), margin=1.0)
    tensor([-1.5000])
    """
    return rivals.linear_conjugate(slopes, labels, margin=margin)


def worked(scores: Scored, label: int, *, margin: float, classes: Sequence[str] = ()) -> Lines:
    """Write out each wrong class's violation, and their sum.

    >>> [line.numbers for line in worked([3.2, 5.1, -1.7], 0, margin=1.0)]
    ['max(0, 5.1 − 3.2 + 1)', 'max(0, −1.7 − 3.2 + 1)', '2.9 + 0']
    """
    return total(rival_terms(scores, label, margin=margin, classes=classes), "Σ L_j over j ≠ y")


ENTRY = Loss(
    summary="Multi-class hinge (Weston-Watkins): all margin violations added up",
    formula="L_i = sum_{j != y} max(0, s_j - s_y + margin)",
    reference="Weston and Watkins, Multi-class support vector machines, CSD-TR-98-04, Royal Holloway (1998)",
    knobs=(MARGIN,),
    value=value,
    gradient=gradient,
    at_zero=at_zero,
    worked=worked,
    dual=Dual(conjugate=conjugate, smooth=rivals.separate, balanced=rivals.balanced, shifts=True, kinked=True, offset=rivals.offset),
)
