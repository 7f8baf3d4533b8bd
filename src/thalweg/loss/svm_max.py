"""Multi-class hinge loss of Crammer and Singer: only the wrong class that comes closest to the true one, or beyond it, counts.

    L_i = max(0, margin + max_{j != y} s_j - s_y)

Also called the structured hinge. Never above svm-sum, equal to it where at most one class violates the margin.

To namesakes: scikit-learn's `hinge_loss(y, scores)` with more than two classes is its mean over examples at margin 1, factor 1.
`LinearSVC(multi_class="crammer_singer", C=C, fit_intercept=False)` on N examples minimises its mean plus the penalty `l2` of strength
1/(2 C N). Keras's `CategoricalHinge` has factor 1 at margin 1 where some wrong class scores at least 0; where all wrong scores are
negative it compares s_y with 0 instead, so it is not invariant under a shift of the scores. PyTorch has no such loss
(`multi_margin_loss` adds the violations up, see svm-sum).

Worked by hand, margin 1: s = (3.2, 5.1, -1.7), y = 0: max(0, 1 + 5.1 - 3.2) = 2.9; s = (2.2, 2.5, -3.1), y = 2:
1 + 2.5 + 3.1 = 6.6 (svm-sum: 6.6 + 6.3 = 12.9).
"""

from collections.abc import Sequence

from thalweg.core.dual import Dual
from thalweg.core.entries import Labels, Loss
from thalweg.loss import _rivals_dual as rivals
from thalweg.loss._margin import MARGIN
from thalweg.loss._rivals import at_class, to_scores, violations, worst
from thalweg.loss._scores import Scores, Setting, Values
from thalweg.loss._worked import Lines, Scored, largest, rival_terms


def value(scores: Scores, labels: Labels, *, margin: Setting) -> Values:
    """Return the largest violation; 0 where there is one class only. Half-precision scores are widened to float32 first.

    >>> import torch
    >>> value(torch.tensor([[3.2, 5.1, -1.7], [2.2, 2.5, -3.1]]), torch.tensor([0, 2]), margin=1.0)
    tensor([2.9000, 6.6000])
    """
    largest, _ = worst(violations(scores, labels, margin=margin))
    return largest.squeeze(-1)


def gradient(scores: Scores, labels: Labels, *, margin: Setting) -> Scores:
    """Return 1 for the class of the largest violation, -1 for the true class, 0 where nothing violates the margin.

    Where several classes tie, the one that `torch.max` picks.

    >>> import torch
    >>> gradient(torch.tensor([[2.2, 2.5, -3.1]]), torch.tensor([2]), margin=1.0)
    tensor([[ 0.,  1., -1.]])
    """
    violated = violations(scores, labels, margin=margin)
    largest, index = worst(violated)
    return to_scores(at_class(largest.sign(), index, violated), labels)


def at_zero(classes: int, *, margin: float) -> float:
    """Return the loss of all-zero scores: the margin (0 with a single class, which has no rival).

    >>> at_zero(10, margin=1.0)
    1.0
    """
    return margin * min(classes - 1, 1)


def conjugate(slopes: Scores, labels: Labels, *, margin: float) -> Values:
    """Return l*(a) = -margin * sum b, on b >= 0, sum b <= 1: b_k is the slope of wrong class k, the true class has minus their sum.

    >>> import torch
    >>> conjugate(torch.tensor([[-0.75, 0.5, 0.25]]), torch.tensor([0]), margin=1.0)
    tensor([-0.7500])
    """
    return rivals.linear_conjugate(slopes, labels, margin=margin)


def worked(scores: Scored, label: int, *, margin: float, classes: Sequence[str] = ()) -> Lines:
    """Write out each wrong class's violation, and the largest.

    >>> [line.numbers for line in worked([3.2, 5.1, -1.7], 0, margin=1.0)]
    ['max(0, 5.1 − 3.2 + 1)', 'max(0, −1.7 − 3.2 + 1)', 'max(2.9, 0)']
    """
    return largest(rival_terms(scores, label, margin=margin, classes=classes))


ENTRY = Loss(
    summary="Multi-class hinge (Crammer-Singer): the largest margin violation",
    formula="L_i = max(0, margin + max_{j != y} s_j - s_y)",
    reference="Crammer and Singer, On the algorithmic implementation of multiclass kernel-based vector machines, JMLR 2 (2001), 265-292",
    knobs=(MARGIN,),
    value=value,
    gradient=gradient,
    at_zero=at_zero,
    worked=worked,
    dual=Dual(conjugate=conjugate, smooth=rivals.largest, balanced=rivals.balanced, shifts=True, kinked=True, offset=rivals.offset),
)
