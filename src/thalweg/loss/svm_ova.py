"""One-versus-all hinge loss: K two-class support vector machines on the same features, one a class.

    L_i = sum_k max(0, margin - t_k s_k),    t_k = +1 for the true class, -1 for the others

Every score is held against zero rather than against the other scores, so a common shift of the scores changes the loss: the biases
carry meaning here, unlike in svm-sum and svm-max.

To namesakes, at margin 1: Keras's `Hinge` on targets t is the mean over classes, so this = K times Keras's.
`LinearSVC(loss="hinge", C=C, fit_intercept=False)` on N examples minimises its mean plus the penalty `l2` of strength 1/(2 C N),
`SGDClassifier(loss="hinge", alpha=a)` its mean plus `l2` of strength a/2, intercepts free (three classes or more; with two,
scikit-learn fits one machine where this has two). scikit-learn's `hinge_loss` is not this but svm-max. PyTorch has no such loss.

Worked by hand, margin 1: s = (3.2, 5.1, -1.7), y = 0: max(0, 1 - 3.2) + max(0, 1 + 5.1) + max(0, 1 - 1.7) = 0 + 6.1 + 0 = 6.1.
"""

from collections.abc import Sequence

from thalweg.core.dual import Dual
from thalweg.core.entries import Labels, Loss
from thalweg.loss import _sides_dual as sides
from thalweg.loss._margin import MARGIN
from thalweg.loss._one_versus_all import directions, violations
from thalweg.loss._scores import Scores, Setting, Values
from thalweg.loss._worked import Lines, Scored, side_terms, total


def value(scores: Scores, labels: Labels, *, margin: Setting) -> Values:
    """Return the sum of the K violations. Half-precision scores are widened to float32 first.

    >>> import torch
    >>> value(torch.tensor([[3.2, 5.1, -1.7]]), torch.tensor([0]), margin=1.0)
    tensor([6.1000])
    """
    return violations(scores, directions(scores, labels), margin=margin).sum(-1)


def gradient(scores: Scores, labels: Labels, *, margin: Setting) -> Scores:
    """Return -t_k for each class that violates its margin, else 0; a violation of exactly 0 counts not.

    >>> import torch
    >>> gradient(torch.tensor([[0.2, 5.1, -1.7]]), torch.tensor([0]), margin=1.0)
    tensor([[-1.,  1.,  0.]])
    """
    signs = directions(scores, labels)
    return signs * violations(scores, signs, margin=margin).sign()


def at_zero(classes: int, *, margin: float) -> float:
    """Return the loss of all-zero scores, margin K: every class violates by the margin.

    >>> at_zero(10, margin=1.0)
    10.0
    """
    return margin * classes


def conjugate(slopes: Scores, labels: Labels, *, margin: float) -> Values:
    """Return l*(a) = -margin * sum b, on 0 <= b_k <= 1 with a_k = -t_k b_k.

    >>> import torch
    >>> conjugate(torch.tensor([[-1.0, 0.5, 0.0]]), torch.tensor([0]), margin=1.0)
    tensor([-1.5000])
    """
    return -margin * sides.sizes(slopes, labels).sum(1)


def worked(scores: Scored, label: int, *, margin: float, classes: Sequence[str] = ()) -> Lines:
    """Write out each class's violation, and their sum.

    >>> [line.numbers for line in worked([3.2, 5.1, -1.7], 0, margin=1.0)]
    ['max(0, 1 − 3.2)', 'max(0, 1 + 5.1)', 'max(0, 1 + (−1.7))', '0 + 6.1 + 0']
    """
    return total(side_terms(scores, label, margin=margin, classes=classes), "Σ L_k over all k")


ENTRY = Loss(
    summary="One-versus-all hinge: one two-class machine a class, violations added up",
    formula="L_i = sum_k max(0, margin - t_k s_k), t_k = +1 for the true class, else -1",
    reference="Rifkin and Klautau, In defense of one-vs-all classification, JMLR 5 (2004), 101-141",
    knobs=(MARGIN,),
    value=value,
    gradient=gradient,
    at_zero=at_zero,
    worked=worked,
    dual=Dual(conjugate=conjugate, smooth=sides.plain, balanced=sides.balanced, shifts=False, kinked=True, offset=sides.offset),
)
