"""Squared one-versus-all hinge loss: the violations of K two-class machines are squared, then added up.

    L_i = sum_k max(0, margin - t_k s_k)^2,    t_k = +1 for the true class, -1 for the others

Once differentiable everywhere; a common shift of the scores changes it, as with svm-ova.

To namesakes, at margin 1: Keras's `SquaredHinge` on targets t is the mean over classes, so this = K times Keras's.
`LinearSVC(loss="squared_hinge", C=C, fit_intercept=False)`, scikit-learn's default, on N examples minimises its mean plus the penalty
`l2` of strength 1/(2 C N), `SGDClassifier(loss="squared_hinge", alpha=a)` its mean plus `l2` of strength a/2, intercepts free (three
classes or more; with two, scikit-learn fits one machine where this has two). PyTorch has no such loss.

Worked by hand, margin 1: s = (3.2, 5.1, -1.7), y = 0: 0 + 6.1^2 + 0 = 37.21.
"""

from collections.abc import Sequence

from thalweg.core.dual import Dual
from thalweg.core.entries import Labels, Loss
from thalweg.loss import _sides_dual as sides
from thalweg.loss._margin import MARGIN
from thalweg.loss._one_versus_all import directions, violations
from thalweg.loss._scores import Scores, Setting, Values
from thalweg.loss._worked import Lines, Scored, side_terms, squared, total


def value(scores: Scores, labels: Labels, *, margin: Setting) -> Values:
    """Return the sum of the K squared violations. Half-precision scores are widened to float32 first.

    >>> import torch
    >>> value(torch.tensor([[3.2, 5.1, -1.7]]), torch.tensor([0]), margin=1.0)
    tensor([37.2100])
    """
    return violations(scores, directions(scores, labels), margin=margin).square().sum(-1)


def gradient(scores: Scores, labels: Labels, *, margin: Setting) -> Scores:
    """Return -2 t_k times each class's violation.

    >>> import torch
    >>> gradient(torch.tensor([[0.5, 5.1, -1.7]]), torch.tensor([0]), margin=1.0)
    tensor([[-1.0000, 12.2000,  0.0000]])
    """
    signs = directions(scores, labels)
    return 2 * signs * violations(scores, signs, margin=margin)


def at_zero(classes: int, *, margin: float) -> float:
    """Return the loss of all-zero scores, margin^2 K.

    >>> at_zero(10, margin=2.0)
    40.0
    """
    return margin**2 * classes


def curvature(classes: int, *, margin: float) -> float:
    """Return the bound on the curvature by the scores, 2: each class's score bends by itself.

    >>> curvature(10, margin=1.0)
    2.0
    """
    return 2.0


def conjugate(slopes: Scores, labels: Labels, *, margin: float) -> Values:
    """Return l*(a) = sum (b_k^2 / 4 - margin b_k), on b_k >= 0 with a_k = -t_k b_k.

    >>> import torch
    >>> conjugate(torch.tensor([[-2.0, 1.0, 0.0]]), torch.tensor([0]), margin=1.0)
    tensor([-1.7500])
    """
    b = sides.sizes(slopes, labels)
    return (b.square() / 4 - margin * b).sum(1)


def worked(scores: Scored, label: int, *, margin: float, classes: Sequence[str] = ()) -> Lines:
    """Write out each class's squared violation, and their sum.

    >>> [line.numbers for line in worked([3.2, 5.1, -1.7], 0, margin=1.0)]
    ['max(0, 1 − 3.2)²', 'max(0, 1 + 5.1)²', 'max(0, 1 + (−1.7))²', '0 + 37.21 + 0']
    """
    return total(squared(side_terms(scores, label, margin=margin, classes=classes)), "Σ L_k over all k")


ENTRY = Loss(
    summary="Squared one-versus-all hinge: one two-class machine a class, squared violations added up",
    formula="L_i = sum_k max(0, margin - t_k s_k)^2, t_k = +1 for the true class, else -1",
    reference="Tang, Deep learning using linear support vector machines, ICML workshop on representation learning (2013)",
    knobs=(MARGIN,),
    value=value,
    gradient=gradient,
    at_zero=at_zero,
    worked=worked,
    curvature=curvature,
    dual=Dual(conjugate=conjugate, smooth=sides.squared, balanced=sides.balanced, shifts=False, kinked=False),
)
