"""Evaluation: the four figures of a part of the data at one W, in evaluation mode, and batch-norm statistics made anew."""

from collections.abc import Callable, Iterable, Iterator

import torch
from torch import Tensor, nn

from thalweg.core.entries import Loss
from thalweg.core.tree import Params
from thalweg.run.batches import Batch
from thalweg.run.module_objective import member, module_scores
from thalweg.run.penalties import Knobs, Penalties
from thalweg.run.record import Figures


def figures(
    module: nn.Module,
    params: Params,
    buffers: Params,
    chunks: Iterable[Batch],
    *,
    loss: Loss,
    knobs: Knobs,
    penalties: Penalties,
    autocast: bool,
    seen: Callable[[int], None],
) -> Figures:
    """Return mean data loss, penalty, total and accuracy of the first member; `seen(n)` is told as chunks are done."""
    module.eval()
    tensors = {**member(params, 0), **member(buffers, 0)}
    total = torch.zeros((), dtype=torch.float64)
    right = examples = 0
    with torch.no_grad():  # not inference_mode: chunks that are kept serve the gradient as well
        for images, labels in chunks:
            scores = module_scores(module, tensors, images, autocast=autocast)
            total += loss.value(scores, labels, **knobs).cpu().double().sum()
            right += int((scores.argmax(1) == labels).sum())
            examples += len(labels)
            seen(len(labels))
        penalty = float(penalties.value(params)[0])
    return Figures.of(float(total) / examples, penalty, right / examples)


def renewed_statistics(module: nn.Module, params: Params, buffers: Params, batches: Iterator[Batch], *, autocast: bool) -> Params:
    """Return batch-norm statistics of the given weights: the plain mean over `batches` in training mode.

    An average of weights was never itself trained, so the running statistics of the path do not belong to it.
    """
    layers = [layer for layer in module.modules() if isinstance(layer, nn.modules.batchnorm._BatchNorm) and layer.track_running_stats]
    if not layers:
        return buffers
    fresh = {name: tensor.clone() for name, tensor in buffers.items()}
    for name, tensor in fresh.items():
        if name.endswith(("running_mean", "running_var", "num_batches_tracked")):
            tensor.fill_(1.0 if name.endswith("running_var") else 0.0)
    momenta = [layer.momentum for layer in layers]
    for layer in layers:
        layer.momentum = None
    module.train()
    tensors: dict[str, Tensor] = {**member(params, 0), **member(fresh, 0)}
    try:
        with torch.no_grad():
            for images, _ in batches:
                module_scores(module, tensors, images, autocast=autocast)
    finally:
        for layer, momentum in zip(layers, momenta, strict=True):
            layer.momentum = momentum
        module.eval()
    return fresh
