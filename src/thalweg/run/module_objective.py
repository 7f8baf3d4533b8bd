"""The objective of any module, through autograd, a member at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.func import functional_call

from thalweg.core.entries import Loss
from thalweg.core.tree import Params
from thalweg.run.batches import Batches
from thalweg.run.penalties import Knobs, Penalties

Graph = tuple[list[Tensor], list[Tensor]]
"""Leaves and the gradient at them, with the graph that made it."""


@dataclass(eq=False)
class ModuleObjective:
    """Mean loss of a module's scores plus penalty.

    `buffers` [members, ...] (batch-norm's statistics) move with every evaluation that asks for the gradient, as in a training loop; over a
    whole training set batch-norm sees one chunk at a time. `noise(member)` seeds dropout. `autocast`: bfloat16 inside the module.
    The graph of the last Hessian-vector product is kept while `params` stays the same object and the batch is one chunk.
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
    _kept: tuple[Params, list[Graph]] | None = field(default=None, repr=False)

    @property
    def penalised(self) -> frozenset[str]:
        """Names of the parameters that penalties and decay act on."""
        return self.penalties.names

    def value(self, params: Params) -> Float[Tensor, " members"]:
        """Return mean loss + penalty for any multiple of the run's members; buffers stay as they are."""
        candidates = len(next(iter(params.values())))
        values = []
        with torch.no_grad():
            for candidate in range(candidates):
                owner = candidate * self.members // candidates
                losses = self._losses(member(params, candidate), self._copied_buffers(owner), owner)
                values.append(torch.stack(list(losses)).sum())
        return torch.stack(values).to(_dtype(params)) + self.penalties.value(params)

    def value_and_gradient(self, params: Params) -> tuple[Float[Tensor, " members"], Params]:
        """Return mean loss + penalty and its gradient; batch-norm's statistics move."""
        values, gradients = [], []
        for index in range(self.members):
            value, gradient = self._member_gradient(params, index)
            values.append(value)
            gradients.append(gradient)
        value, gradient = join_values(values).to(_dtype(params)), join(gradients)
        if not self.penalties.entries:
            return value, gradient
        return value + self.penalties.value(params), self.penalties.add_gradient(params, gradient)

    def _member_gradient(self, params: Params, index: int) -> tuple[Tensor, Params]:
        leaves = {name: tensor.detach().requires_grad_() for name, tensor in member(params, index).items()}
        total: Tensor | None = None
        sums: list[Tensor] = []
        for loss in self._losses(leaves, member(self.buffers, index), index):
            slopes = torch.autograd.grad(loss, list(leaves.values()), materialize_grads=True)
            total = loss.detach() if total is None else total + loss.detach()
            sums = [slope.contiguous() for slope in slopes] if not sums else [a + b for a, b in zip(sums, slopes, strict=True)]
        assert total is not None
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
            self._kept = (params, [graph for each in range(self.members) for graph in self._fresh_graphs(params, each)])
        yield self._kept[1][index]

    def _fresh_graphs(self, params: Params, index: int) -> Iterator[Graph]:
        leaves = {name: tensor.detach().requires_grad_() for name, tensor in member(params, index).items()}
        values = list(leaves.values())
        for loss in self._losses(leaves, self._copied_buffers(index), index):
            slopes = torch.autograd.grad(loss, values, create_graph=True, materialize_grads=True)
            yield values, [slope if slope.requires_grad else slope + 0 * leaf for slope, leaf in zip(slopes, values, strict=True)]

    def _losses(self, params: Params, buffers: Params, index: int) -> Iterator[Tensor]:
        """Yield each chunk's share of the mean loss."""
        seed_noise(_device(params), self.noise(index))
        knobs = {name: value[index] if isinstance(value, Tensor) else value for name, value in self.knobs.items()}
        for images, labels in self.batches.chunks():
            scores = module_scores(self.module, {**params, **buffers}, images, autocast=self.autocast)
            yield self.loss.value(scores, labels, **knobs).sum() / self.batches.examples

    def _copied_buffers(self, index: int) -> Params:
        return {name: tensor.clone() for name, tensor in member(self.buffers, index).items()}


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


def _device(params: Params) -> torch.device:
    return next(iter(params.values())).device


def _dtype(params: Params) -> torch.dtype:
    return next(iter(params.values())).dtype
