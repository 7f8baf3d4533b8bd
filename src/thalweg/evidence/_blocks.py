"""Blocks of a Hessian: the square part that belongs to some parameters, its ends, its trace and its density."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Objective
from thalweg.core.lanczos import lanczos
from thalweg.core.seeds import generator
from thalweg.core.tree import Params, flatten, unflatten
from thalweg.evidence._ends import Eigenvalue, Ends, dense_ends, ritz

Seen = Callable[[], None]


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A mean over random probes with its standard error; `error` is 0 where it was computed exactly."""

    value: float
    error: float
    probes: int


@dataclass(frozen=True, kw_only=True)
class Block:
    """The spectrum of one block of the Hessian: of a layer, or of all parameters.

    `low` and `high` begin with the most negative and the largest eigenvalue. `nodes` and `weights` are the density: it has the share
    `weights[i]` of all eigenvalues at `nodes[i]`. `exact`: computed from the whole matrix, so that nodes are the eigenvalues themselves.
    """

    name: str
    parameters: int
    exact: bool
    low: tuple[Eigenvalue, ...]
    high: tuple[Eigenvalue, ...]
    trace: Estimate
    nodes: tuple[float, ...]
    weights: tuple[float, ...]
    products: int

    @property
    def negative(self) -> float:
        """The share of the eigenvalues below zero by the density; what is within rounding of zero, 1e-8 of the largest, counts as zero."""
        zero = 1e-8 * max((abs(node) for node in self.nodes), default=0.0)
        return float(sum(weight for node, weight in zip(self.nodes, self.weights, strict=True) if node < -zero))


class BlockProduct:
    """The product of a block of the Hessian with a row vector over the block's parameters."""

    def __init__(self, objective: Objective, params: Params, names: Sequence[str]) -> None:
        self.objective, self.params = objective, params
        self.own = {name: params[name] for name in names}
        self.like = flatten(self.own)
        self.zeros = {name: torch.zeros_like(tensor) for name, tensor in params.items() if name not in self.own}

    def __call__(self, vector: Float[Tensor, "1 total"]) -> Float[Tensor, "1 total"]:
        """Return the block times a vector."""
        own = unflatten(vector, self.own)
        every = {name: own.get(name, self.zeros.get(name)) for name in self.params}
        product = self.objective.hessian_vector(self.params, every)  # type: ignore[arg-type]
        return flatten({name: product[name] for name in self.own})


def dense_block(name: str, product: BlockProduct, *, count: int, seen: Seen) -> Block:
    ends = dense_ends(product, product.like, count=count, seen=seen)
    assert ends.every is not None
    total = len(ends.every)
    trace = Estimate(value=float(np.sum(ends.every)), error=0.0, probes=0)
    return Block(
        name=name, parameters=total, exact=True, low=ends.low, high=ends.high, trace=trace, nodes=ends.every, weights=(1 / total,) * total,
        products=ends.products,
    )  # fmt: skip


def sampled_block(name: str, product: BlockProduct, ends: Ends, *, probes: int, steps: int, seed: int, seen: Seen) -> Block:
    total = product.like.shape[1]
    nodes: list[float] = []
    weights: list[float] = []
    traces, taken = [], ends.products

    def counted(vector: Tensor) -> Tensor:
        nonlocal taken
        taken += 1
        seen()
        return product(vector)

    for probe in range(probes):
        signs = torch.randint(0, 2, product.like.shape, generator=generator(seed, "probe", name, probe)).to(product.like) * 2 - 1
        values, _, vectors = ritz(lanczos(counted, signs, rank=steps))
        nodes += values.tolist()
        weights += (vectors[0] ** 2 / probes).tolist()
        traces.append(total * float((vectors[0] ** 2) @ values))
    error = float(np.std(traces, ddof=1) / np.sqrt(probes)) if probes > 1 else 0.0
    return Block(
        name=name, parameters=total, exact=False, low=ends.low, high=ends.high,
        trace=Estimate(value=float(np.mean(traces)), error=error, probes=probes), nodes=tuple(nodes), weights=tuple(weights),
        products=taken,
    )  # fmt: skip


def noise(like: Tensor, seed: int, name: str) -> Tensor:
    return torch.randn(like.shape, generator=generator(seed, "spectrum", name), dtype=torch.float64).to(like)
