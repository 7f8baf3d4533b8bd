"""Forward: a module's outputs with one member's tensors, in a fixed mode, with the same noise at every call."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.func import functional_call

from thalweg.core.tree import Params
from thalweg.run.module_objective import member, seed_noise


@dataclass(frozen=True, eq=False, kw_only=True)
class Forward:
    """The outputs of a module as a pure function of one member's parameters; `others` are its buffers and fixed parameters.

    In training mode buffers are copied, because a forward pass writes to them, noise is seeded by `noise(place)` of the batch, and the
    global random state is left as it was.
    """

    module: nn.Module
    others: Params
    training: bool
    noise: Callable[[int], int]

    def __call__(self, params: Params, inputs: Any, place: int) -> Any:
        """Return the outputs of the batch at a place: `inputs` are a tensor, arguments in a tuple or list, or keywords in a mapping."""
        self.module.train(self.training)
        own = {name: tensor.clone() for name, tensor in self.others.items()} if self.training else self.others
        arguments, keywords = _call(inputs)
        with torch.random.fork_rng(devices=[], enabled=self.training):
            if self.training:
                seed_noise(torch.device("cpu"), self.noise(place))
            return functional_call(self.module, {**params, **own}, arguments, keywords)


def each_candidate(
    losses: Callable[[Params], Float[Tensor, " examples"]],
) -> Callable[[Params], Float[Tensor, "candidates examples"]]:
    """Return the losses of many candidates [candidates, ...], given those of one; without a graph."""

    def every(params: Params) -> Float[Tensor, "candidates examples"]:
        with torch.no_grad():
            return torch.stack([losses(member(params, index)) for index in range(len(next(iter(params.values()))))])

    return every


def _call(inputs: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    if isinstance(inputs, Mapping):
        return (), dict(inputs)
    return (tuple(inputs), {}) if isinstance(inputs, list | tuple) else ((inputs,), {})
