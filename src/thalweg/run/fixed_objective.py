"""The objective over data that stay the same: what evidence asks of any module, with the graphs of its Hessian kept."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
from jaxtyping import Float
from torch import Tensor

from thalweg.core.tree import Params
from thalweg.run.module_objective import Graph, join, member
from thalweg.run.penalties import Penalties
from thalweg.run.second_derivatives import QuickTwice

GRAPH_BYTES = 3 << 30
"""What kept graphs may take; batches beyond are differentiated anew for every product."""


@dataclass(eq=False)
class FixedObjective:
    """Mean loss over fixed batches plus penalty: a pure function of one member's parameters.

    `share(params, batch)` is the share of one of `batches` batches in the mean, its sum of losses / the number of all examples, so that
    the sum over batches is the same however the examples are split. `hessian_vector` differentiates the product of the gradient with a
    vector; on a graph of the gradient that is kept this is twice as fast as a fresh double backward, so those that fit into
    `graph_bytes` are kept while `params` is the same object.
    """

    share: Callable[[Params, int], Tensor]
    batches: int
    penalties: Penalties
    graph_bytes: int = GRAPH_BYTES
    _kept: tuple[Params, list[Graph]] | None = field(default=None, repr=False)

    @property
    def penalised(self) -> frozenset[str]:
        """Names of the parameters that penalties act on."""
        return self.penalties.names

    def value(self, params: Params) -> Float[Tensor, " candidates"]:
        """Return the objective of any number of candidates."""
        candidates = len(next(iter(params.values())))
        with torch.no_grad():
            means = [self._mean(member(params, index)) for index in range(candidates)]
        return torch.stack(means) + self.penalties.value(params)

    def _mean(self, params: Params) -> Tensor:
        return torch.stack([self.share(params, batch) for batch in range(self.batches)]).sum()

    def value_and_gradient(self, params: Params) -> tuple[Float[Tensor, " members"], Params]:
        """Return the objective and its gradient at one member's parameters."""
        total, sums = _nothing(params), {name: torch.zeros_like(tensor) for name, tensor in member(params, 0).items()}
        for batch in range(self.batches):
            leaves = _leaves(params)
            share = self.share(leaves, batch)
            slopes = torch.autograd.grad(share, list(leaves.values()), materialize_grads=True)
            total = total + share.detach()
            sums = {name: before + slope for (name, before), slope in zip(sums.items(), slopes, strict=True)}
        return total[None] + self.penalties.value(params), self.penalties.add_gradient(params, join([sums]))

    def hessian_vector(self, params: Params, vectors: Params) -> Params:
        """Return the Hessian at one member's parameters times a vector."""
        vector = list(member(vectors, 0).values())
        sums = [torch.zeros_like(tensor) for tensor in vector]
        for leaves, slopes in self._graphs(params):
            parts = torch.autograd.grad(slopes, leaves, vector, retain_graph=True, materialize_grads=True)
            sums = [before + part for before, part in zip(sums, parts, strict=True)]
        return self.penalties.add_hessian_vector(params, vectors, join([dict(zip(params, sums, strict=True))]))

    def _graphs(self, params: Params) -> Iterator[Graph]:
        if self._kept is None or self._kept[0] is not params:
            self._kept = None  # the old graphs go before new ones come
            room = self.graph_bytes // max(1, _saved_bytes(lambda: self._graph(params, 0)))
            self._kept = (params, [self._graph(params, batch) for batch in range(min(self.batches, room))])
        yield from self._kept[1]
        for batch in range(len(self._kept[1]), self.batches):
            yield self._graph(params, batch)

    def _graph(self, params: Params, batch: int) -> Graph:
        leaves = _leaves(params)
        values = list(leaves.values())
        with QuickTwice():
            share = self.share(leaves, batch)
        slopes = torch.autograd.grad(share, values, create_graph=True, materialize_grads=True)
        return values, [slope if slope.requires_grad else slope + 0 * leaf for slope, leaf in zip(slopes, values, strict=True)]


def _leaves(params: Params) -> Params:
    return {name: tensor.detach().requires_grad_() for name, tensor in member(params, 0).items()}


def _nothing(params: Params) -> Tensor:
    return next(iter(params.values())).new_zeros(())


def _saved_bytes(make: Callable[[], object]) -> int:
    """Return how many bytes autograd keeps for what `make` computes, storages that are kept twice counted once."""
    seen: dict[int, int] = {}

    def pack(tensor: Tensor) -> Tensor:
        seen[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor.detach()

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        kept = make()
    del kept
    return sum(seen.values())
