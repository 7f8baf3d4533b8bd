"""Softmax loss: the cross-entropy between the label and the softmax of the scores.

    L_i = -log p_y = log(1 + sum_{j != y} exp(s_j - s_y)),    p = softmax(s)

The second form is what is computed, as softplus of the log-sum-exp of the leads s_j - s_y. It neither overflows nor rounds to zero:
the loss of a sure and right answer is small but positive, its infimum 0 is not attained (until exp underflows, at a lead of 745 in
float64, 103 in float32), where log-sum-exp minus s_y gives exactly 0 from a lead of about 37 in float64 and 17 in float32.

Label smoothing e mixes the label with the uniform distribution, q = (1 - e) onehot(y) + e/K, and the loss becomes the cross-entropy
H(q, p) = H(q) + KL(q || p): its minimum H(q) > 0 is attained, at finite scores. All-zero scores cost log K whatever e is.

Per example and at its own scale, factor 1 to all namesakes: `torch.nn.functional.cross_entropy(..., reduction="none",
label_smoothing=e)`; Keras's `SparseCategoricalCrossentropy(from_logits=True)`, and `CategoricalCrossentropy` with `label_smoothing`;
scikit-learn's `log_loss` is its mean over examples (of probabilities, not scores). `LogisticRegression(C=C)` on N examples minimises
the mean of this loss plus the penalty `l2` of strength 1/(2 C N), intercepts free.

Worked by hand: s = (3.2, 5.1, -1.7), y = 0: exp(s) = (24.53, 164.02, 0.18), p_0 = 0.1300, L = -ln 0.1300 = 2.0404 (the lecture's
0.89 is the same number in base 10).
"""

import math

import torch
from torch import Tensor

from thalweg.core.dual import Dual, Smoothed
from thalweg.core.entries import Labels, Loss
from thalweg.core.knobs import Number
from thalweg.loss import _softmax_dual as convex
from thalweg.loss._rivals import leads
from thalweg.loss._scores import Scores, Setting, Values, per_class, true_class, widened
from thalweg.loss._softmax_worked import worked


def value(scores: Scores, labels: Labels, *, smoothing: Setting) -> Values:
    """Return log(1 + sum_{j != y} exp(s_j - s_y)), and with smoothing e that minus e times the mean of s_k - s_y.

    One class: 0. Half-precision scores are widened to float32 first.

    >>> import torch
    >>> value(torch.tensor([[3.2, 5.1, -1.7]]), torch.tensor([0]), smoothing=0.0)
    tensor([2.0404])
    """
    loss = _softplus(leads(scores, labels).logsumexp(-1))
    if not isinstance(smoothing, Tensor) and smoothing == 0:
        return loss
    wide = widened(scores)
    return loss - smoothing * (wide - wide.gather(-1, true_class(wide, labels))).mean(-1)


def _softplus(x: Values) -> Values:
    """Return log(1 + exp(x)) with its derivatives at 0, in functions that give a number the same bits wherever in a tensor it stands.

    `torch.nn.functional.softplus` rounds the last few numbers of a tensor otherwise than those before them, so that a member's figures
    would depend on how many others there are.
    """
    return torch.where(x > 0, x + (-x.clamp_min(0)).exp().log1p(), x.clamp_max(0).exp().log1p())


def gradient(scores: Scores, labels: Labels, *, smoothing: Setting) -> Scores:
    """Return p - q: the softmax of the scores minus the label (smoothed); each row adds up to 0, to rounding of numbers near 1.

    Written out because the CPU kernel of `torch.softmax` goes row by row: on rows of ten that takes up to four times as long (on
    rows of a hundred and more it would be the faster one).

    >>> import torch
    >>> gradient(torch.tensor([[3.2, 5.1, -1.7]]), torch.tensor([0]), smoothing=0.0)
    tensor([[-0.8700,  0.8690,  0.0010]])
    """
    wide = widened(scores)
    powers = (wide - wide.detach().amax(-1, keepdim=True)).exp()
    total = powers.sum(-1, keepdim=True)
    index = true_class(wide, labels)
    if not isinstance(smoothing, Tensor) and smoothing == 0:
        return powers.scatter_add(-1, index, -total) / total
    share = per_class(smoothing)
    return powers.scatter_add(-1, index, (share - 1) * total) / total - share / scores.shape[-1]


def fused(scores: Scores, labels: Labels, *, smoothing: Setting) -> tuple[Values, Scores]:
    """Return value and gradient from one log-softmax: -log p_y, and p with exp(log p_y) - 1 in the true class's place.

    What a training step uses, at a third of the time of both. The value is absolutely right to one rounding of 1: unlike `value`, it is 0
    where the loss is below that. The class axis is walked as the second to last, which is how a linear score lays it out in memory.
    Smoothing is added to both afterwards, so that members without any get the same bits whoever else is there.

    >>> import torch
    >>> fused(torch.tensor([[3.2, 5.1, -1.7]]), torch.tensor([0]), smoothing=0.0)
    (tensor([2.0404]), tensor([[-0.8700,  0.8690,  0.0010]]))
    """
    *members, batch, classes = scores.shape
    likely = widened(scores).transpose(-1, -2).log_softmax(-2)
    flat = likely.view(-1, classes * batch)
    place = torch.arange(batch, device=labels.device).add_(labels, alpha=batch)  # of the true class, in a member's [classes, batch]
    picked = flat.index_select(1, place)
    values = -picked.view(*members, batch)
    smoothed = bool((smoothing != 0).any()) if isinstance(smoothing, Tensor) else smoothing != 0
    if smoothed:
        values = values - smoothing * (values + likely.mean(-2))
    flat.exp_().index_copy_(1, place, picked.expm1())
    if smoothed:
        share = smoothing.unsqueeze(-2) if isinstance(smoothing, Tensor) else smoothing
        flat.view(likely.shape).sub_(share / classes)
        flat.index_add_(1, place, (torch.zeros_like(values) + smoothing).view(-1, batch))
    return values, likely.transpose(-1, -2)


def at_zero(classes: int, *, smoothing: float) -> float:
    """Return the loss of all-zero scores, log K: every class has probability 1/K.

    >>> round(at_zero(10, smoothing=0.0), 6)
    2.302585
    """
    return math.log(classes)


def curvature(classes: int, *, smoothing: float) -> float:
    """Return the bound 1/2 on the curvature by the scores: of diag(p) - p p^T, reached where two classes share the probability.

    >>> curvature(10, smoothing=0.0)
    0.5
    """
    return 0.5


def smooth(scores: Scores, labels: Labels, width: float, *, smoothing: float) -> Smoothed:
    """Return the loss as it is: it has no kinks. Its Hessian by the scores is diag(p) - p p^T."""
    values, slope = fused(scores, labels, smoothing=smoothing)
    probabilities = slope + convex.targets(slope, labels, smoothing=smoothing)
    return Smoothed(value=values, slope=slope, weights=probabilities, rank=probabilities)


ENTRY = Loss(
    summary="Cross-entropy of the softmax: minus the log-probability of the true class",
    formula="L_i = log(1 + sum_{j != y} exp(s_j - s_y))",
    reference="Goodfellow, Bengio and Courville, Deep Learning (2016), section 6.2.2.3; smoothing: Szegedy et al., CVPR 2016, section 7",
    knobs=(
        Number(name="smoothing", default=0.0, low=0, high=1, high_open=True, meaning="share of the label spread evenly over all classes"),
    ),
    value=value,
    gradient=gradient,
    at_zero=at_zero,
    worked=worked,
    fused=fused,
    probabilities=True,
    curvature=curvature,
    dual=Dual(conjugate=convex.conjugate, smooth=smooth, balanced=convex.balanced, shifts=True, kinked=False),
)
