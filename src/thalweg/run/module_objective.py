"""The objective of any module, through autograd, a member at a time; several members side by side where that is faster."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.func import functional_call

from thalweg.core.entries import Loss
from thalweg.core.tree import Params
from thalweg.run.batches import Batch, Batches, counted
from thalweg.run.crew import Crew
from thalweg.run.penalties import Knobs, Penalties

Answer = TypeVar("Answer")
Graph = tuple[list[Tensor], list[Tensor]]
"""Leaves and the gradient at them, with the graph that made it."""


@dataclass(eq=False)
class ModuleObjective:
    """Mean loss of a module's scores plus penalty.

    `buffers` [members, ...] (batch-norm's statistics) move with every evaluation that asks for the gradient, as in a training loop; over a
    whole training set batch-norm sees one chunk at a time. `noise(member)` seeds dropout. `autocast`: bfloat16 inside the module.
    A member with examples of its own sees only those that count for it; where a batch has fewer than `fewest` of them (two for
    batch-norm) it sees none and its gradient there is zero. The graph of the last Hessian-vector product is kept while `params` stays the
    same object and the batch is one chunk.
    """

    module: nn.Module
    buffers: Params
    batches: Batches
    loss: Loss
    knobs: Knobs
    penalties: Penalties
    noise: Callable[[int], int]
    autocast: bool = False
    members: int = 1
    crew: Crew | None = None
    fewest: int = 1
    _kept: tuple[Params, list[list[Graph]]] | None = field(default=None, repr=False)

    @property
    def penalised(self) -> frozenset[str]:
        """Names of the parameters that penalties and decay act on."""
        return self.penalties.names

    @property
    def module_device(self) -> torch.device:
        """Where the module's parameters are."""
        return next(self.module.parameters()).device

    def value(self, params: Params) -> Float[Tensor, " members"]:
        """Return mean loss + penalty for any multiple of the run's members; buffers stay as they are."""
        candidates = len(next(iter(params.values())))

        def one(module: nn.Module, candidate: int) -> Tensor:
            owner = candidate * self.members // candidates
            with torch.no_grad():
                losses = self._losses(module, member(params, candidate), self._copied_buffers(owner), owner)
                return torch.stack([*losses, _nothing(params)]).sum()

        return torch.stack(self._each(one, candidates)).to(_dtype(params)) + self.penalties.value(params)

    def value_and_gradient(self, params: Params) -> tuple[Float[Tensor, " members"], Params]:
        """Return mean loss + penalty and its gradient; batch-norm's statistics move."""
        answers = self._each(lambda module, index: self._member_gradient(module, params, index), self.members)
        value, gradient = join_values([value for value, _ in answers]).to(_dtype(params)), join([slopes for _, slopes in answers])
        if not self.penalties.entries:
            return value, gradient
        return value + self.penalties.value(params), self.penalties.add_gradient(params, gradient)

    def _member_gradient(self, module: nn.Module, params: Params, index: int) -> tuple[Tensor, Params]:
        leaves = {name: tensor.detach().requires_grad_() for name, tensor in member(params, index).items()}
        total: Tensor | None = None
        sums: list[Tensor] = []
        for loss in self._losses(module, leaves, member(self.buffers, index), index):
            slopes = torch.autograd.grad(loss, list(leaves.values()), materialize_grads=True)
            total = loss.detach() if total is None else total + loss.detach()
            sums = [slope.contiguous() for slope in slopes] if not sums else [a + b for a, b in zip(sums, slopes, strict=True)]
        if total is None:
            return _nothing(params), {name: torch.zeros_like(leaf) for name, leaf in leaves.items()}
        return total, dict(zip(leaves, sums, strict=True))

    def hessian_vector(self, params: Params, vectors: Params) -> Params:
        """Return the Hessian at `params` times `vectors`, by differentiating the gradient's product with them."""
        products = []
        for index in range(self.members):
            vector = list(member(vectors, index).values())
            sums = [torch.zeros_like(tensor) for tensor in vector]
            for leaves, slopes in self._graphs(params, index):
                parts = torch.autograd.grad(slopes, leaves, vector, retain_graph=True, materialize_grads=True)
                sums = [a + b for a, b in zip(sums, parts, strict=True)]
            products.append(dict(zip(params, sums, strict=True)))
        return self.penalties.add_hessian_vector(params, vectors, join(products))

    def _graphs(self, params: Params, index: int) -> Iterator[Graph]:
        if not self.batches.single_chunk:
            yield from self._fresh_graphs(params, index)
            return
        if self._kept is None or self._kept[0] is not params:
            self._kept = (params, [list(self._fresh_graphs(params, each)) for each in range(self.members)])
        yield from self._kept[1][index]

    def _fresh_graphs(self, params: Params, index: int) -> Iterator[Graph]:
        leaves = {name: tensor.detach().requires_grad_() for name, tensor in member(params, index).items()}
        values = list(leaves.values())
        for loss in self._losses(self.module, leaves, self._copied_buffers(index), index):
            slopes = torch.autograd.grad(loss, values, create_graph=True, materialize_grads=True)
            yield values, [slope if slope.requires_grad else slope + 0 * leaf for slope, leaf in zip(slopes, values, strict=True)]

    def _losses(self, module: nn.Module, params: Params, buffers: Params, index: int) -> Iterator[Tensor]:
        """Yield each chunk's share of the mean loss, of the chunks in which the member has enough examples."""
        if self.crew is None:  # side by side, nobody draws noise
            seed_noise(_device(params), self.noise(index))
        knobs = {name: value[index] if isinstance(value, Tensor) else value for name, value in self.knobs.items()}
        counts = self.batches.counts
        count = counts[index] if isinstance(counts, Tensor) else counts
        for batch in self.batches.chunks():
            images, labels, weights = own_examples(batch, index)
            if len(labels) < self.fewest and batch.own is not None:
                continue
            scores = module_scores(module, {**params, **buffers}, images, autocast=self.autocast)
            yield counted(self.loss.value(scores, labels, **knobs), weights).sum() / count

    def _copied_buffers(self, index: int) -> Params:
        return {name: tensor.clone() for name, tensor in member(self.buffers, index).items()}

    def _each(self, act: Callable[[nn.Module, int], Answer], count: int) -> list[Answer]:
        if self.crew is not None:
            return self.crew.each(act, count)
        return [act(self.module, index) for index in range(count)]


def own_examples(batch: Batch, index: int) -> tuple[Tensor, Tensor, Tensor | None]:
    """Return the images and labels of a batch that a member trains on, and how much each counts (None: all the same)."""
    if batch.own is None:
        return batch.images, batch.labels, None
    own = batch.own[index]
    chosen = own != 0 if own.is_floating_point() else own
    counts = own[chosen] if own.is_floating_point() else None
    return batch.images[chosen], batch.labels[chosen], counts


def module_scores(module: nn.Module, tensors: Params, images: Tensor, *, autocast: bool) -> Float[Tensor, "batch classes"]:
    """Return a module's scores of prepared images [N, H, W, C] with the given parameters and buffers."""
    with torch.autocast(images.device.type, dtype=torch.bfloat16, enabled=autocast):
        scores = functional_call(module, tensors, (images.permute(0, 3, 1, 2),))
    return scores.float() if autocast else scores


def member(params: Params, index: int) -> Params:
    """Return one member's tensors, without the member axis."""
    return {name: tensor[index] for name, tensor in params.items()}


def join(members: list[Params]) -> Params:
    """Stack members' tensors along a new first axis; a single member is viewed, not copied."""
    if len(members) == 1:
        return {name: tensor[None] for name, tensor in members[0].items()}
    return {name: torch.stack([one[name] for one in members]) for name in members[0]}


def join_values(values: list[Tensor]) -> Float[Tensor, " members"]:
    """Stack one number per member."""
    return values[0][None] if len(values) == 1 else torch.stack(values)


def seed_noise(device: torch.device, seed: int) -> None:
    """Seed the generator that dropout on this device draws from; `torch.manual_seed` would visit every kind of device, at 0.3 ms a call."""
    if device.type == "cpu":
        torch.default_generator.manual_seed(seed)
    else:
        getattr(torch, device.type).manual_seed(seed)


def _nothing(params: Params) -> Tensor:
    """Return the loss of no examples."""
    return torch.zeros((), dtype=_dtype(params), device=_device(params))


def _device(params: Params) -> torch.device:
    return next(iter(params.values())).device


def _dtype(params: Params) -> torch.dtype:
    return next(iter(params.values())).dtype
