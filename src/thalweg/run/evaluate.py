"""Evaluation: the four figures of a part of the data at one W a member, in evaluation mode, and batch-norm statistics made anew."""

from collections.abc import Callable, Iterable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from thalweg.core.entries import Loss
from thalweg.core.tree import Params
from thalweg.run.batches import Batch, counted
from thalweg.run.module_objective import join, member, module_scores, own_examples
from thalweg.run.penalties import Knobs
from thalweg.run.record import Figures


def figures(
    scores: Callable[[Tensor], Tensor],
    chunks: Iterable[Batch],
    *,
    loss: Loss,
    knobs: Knobs,
    penalties: Float[Tensor, " members"],
    seen: Callable[[int], None],
) -> tuple[Figures, ...]:
    """Return mean data loss, penalty, total and accuracy of every member; `seen(n)` is told as chunks are done.

    `scores` takes prepared images to all members' scores [members, N, classes]. A member with examples of its own is measured on those,
    and what counts more or less is weighed.

    Of many members the loss comes with its gradient, which for the softmax is three times as fast and right to one rounding of 1.
    """
    total = torch.zeros(len(penalties), dtype=torch.float64)
    right, examples = torch.zeros_like(total), torch.zeros_like(total)
    for images, labels, own in chunks:
        with torch.no_grad():  # not inference_mode: chunks that are kept serve the gradient as well
            answers = scores(images)
            many = len(answers) > 1
            values = loss.value_and_gradient(answers, labels, **knobs)[0] if many else loss.value(answers, labels, **knobs)
            hits = answers.max(-1).indices == labels  # the first of equal ones, as argmax, which takes seven times as long here
        values, hits, mask = values.cpu().double(), hits.cpu(), None if own is None else own.cpu()
        total += counted(values, mask).sum(1)
        right += counted(hits.double(), mask).sum(1)
        examples += len(labels) if mask is None else mask.sum(1)
        seen(len(labels))
    rows = zip(total.tolist(), penalties.tolist(), right.tolist(), examples.tolist(), strict=True)
    return tuple(Figures.of(sums / count, penalty, found / count) for sums, penalty, found, count in rows)


def renewed_statistics(
    module: nn.Module, params: Params, buffers: Params, batches: Callable[[], Iterable[Batch]], *, autocast: bool
) -> Params:
    """Return batch-norm statistics of the given weights: the mean over `batches()` in training mode, each member's over its own examples.

    An average of weights was never itself trained, so the running statistics of the path do not belong to it.
    """
    layers = [layer for layer in module.modules() if isinstance(layer, nn.modules.batchnorm._BatchNorm) and layer.track_running_stats]
    if not layers:
        return buffers
    momenta = [layer.momentum for layer in layers]
    for layer in layers:
        layer.momentum = None
    module.train()
    members = []
    try:
        for place in range(len(next(iter(params.values())))):
            fresh = {name: _unmeasured(name, tensor) for name, tensor in member(buffers, place).items()}
            with torch.no_grad():
                for batch in batches():
                    images, labels, _ = own_examples(batch, place)
                    if len(labels) > 1:
                        module_scores(module, {**member(params, place), **fresh}, images, autocast=autocast)
            members.append(fresh)
    finally:
        for layer, momentum in zip(layers, momenta, strict=True):
            layer.momentum = momentum
        module.eval()
    return join(members)


def _unmeasured(name: str, tensor: Tensor) -> Tensor:
    """Return a buffer as it is before the first batch, where it is a statistic of batch-norm; a copy of any other."""
    fresh = tensor.clone()
    if name.endswith(("running_mean", "running_var", "num_batches_tracked")):
        fresh.fill_(1.0 if name.endswith("running_var") else 0.0)
    return fresh
