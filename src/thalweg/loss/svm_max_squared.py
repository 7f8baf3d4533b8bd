"""Squared multi-class hinge loss of Crammer and Singer: the largest violation, squared.

    L_i = max(0, margin + max_{j != y} s_j - s_y)^2

The square removes the kink at zero; the one where two wrong classes tie remains.

To namesakes: none in PyTorch, scikit-learn or Keras (`LinearSVC(multi_class="crammer_singer")` has the plain form only, whatever
`loss` says); at margin 1 it is the square of each example's term in scikit-learn's `hinge_loss`.

Worked by hand, margin 1: s = (3.2, 5.1, -1.7), y = 0: 2.9^2 = 8.41; s = (2.2, 2.5, -3.1), y = 2: 6.6^2 = 43.56.
"""

from collections.abc import Sequence

from thalweg.core.dual import Dual
from thalweg.core.entries import Labels, Loss
from thalweg.loss import _rivals_dual as rivals
from thalweg.loss._margin import MARGIN
from thalweg.loss._rivals import at_class, to_scores, violations, worst
from thalweg.loss._scores import Scores, Setting, Values
from thalweg.loss._worked import Lines, Scored, largest, rival_terms, squared


def value(scores: Scores, labels: Labels, *, margin: Setting) -> Values:
    """Return the square of the largest violation; 0 where there is one class only. Half-precision scores are widened to float32 first.

    >>> import torch
    >>> value(torch.tensor([[3.2, 5.1, -1.7], [2.2, 2.5, -3.1]]), torch.tensor([0, 2]), margin=1.0)
    tensor([ 8.4100, 43.5600])
    """
    largest, _ = worst(violations(scores, labels, margin=margin))
    return largest.squeeze(-1).square()


def gradient(scores: Scores, labels: Labels, *, margin: Setting) -> Scores:
    """Return twice the largest violation for its class, minus that for the true class; where several tie, as `torch.max` picks.

    >>> import torch
    >>> gradient(torch.tensor([[2.0, 3.0, -3.0]]), torch.tensor([2]), margin=1.0)
    tensor([[  0.,  14., -14.]])
    """
    violated = violations(scores, labels, margin=margin)
    largest, index = worst(violated)
    return to_scores(at_class(2 * largest, index, violated), labels)


def at_zero(classes: int, *, margin: float) -> float:
    """Return the loss of all-zero scores: margin^2 (0 with a single class, which has no rival).

    >>> at_zero(10, margin=2.0)
    4.0
    """
    return margin**2 * min(classes - 1, 1)


def curvature(classes: int, *, margin: float) -> float:
    """Return the bound on the curvature by the scores, 4: of 2 (e_j - e_y)(e_j - e_y)^T, for the strongest rival j.

    >>> curvature(10, margin=1.0)
    4.0
    """
    return 4.0


def conjugate(slopes: Scores, labels: Labels, *, margin: float) -> Values:
    """Return l*(a) = B^2 / 4 - margin B with B = sum b, on b >= 0: b_k is the slope of wrong class k, the true class has -B.

    >>> import torch
    >>> conjugate(torch.tensor([[-3.0, 2.0, 1.0]]), torch.tensor([0]), margin=1.0)
    tensor([-0.7500])
    """
    total = rivals.wrong(slopes, labels).sum(1)
    return total.square() / 4 - margin * total


def worked(scores: Scored, label: int, *, margin: float, classes: Sequence[str] = ()) -> Lines:
    """Write out each wrong class's squared violation, and the largest.

    >>> [line.numbers for line in worked([3.2, 5.1, -1.7], 0, margin=1.0)]
    ['max(0, 5.1 − 3.2 + 1)²', 'max(0, −1.7 − 3.2 + 1)²', 'max(8.41, 0)']
    """
    return largest(squared(rival_terms(scores, label, margin=margin, classes=classes)))


ENTRY = Loss(
    summary="Squared multi-class hinge (Crammer-Singer): the largest margin violation, squared",
    formula="L_i = max(0, margin + max_{j != y} s_j - s_y)^2",
    reference="Lee and Lin, A study on L2-loss (squared hinge-loss) multiclass SVM, Neural Computation 25(5) (2013), 1302-1323",
    knobs=(MARGIN,),
    value=value,
    gradient=gradient,
    at_zero=at_zero,
    worked=worked,
    curvature=curvature,
    dual=Dual(
        conjugate=conjugate,
        smooth=rivals.largest_squared,
        balanced=rivals.balanced,
        shifts=True,
        kinked=True,
        offset=rivals.offset_of_square,
    ),
)
