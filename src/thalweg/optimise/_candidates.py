"""Candidates: many settings of the parameters for each member, evaluated as one population; the best one stays.

Candidates lie member after member: the c-th candidate of member m is row m * candidates + c.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Objective
from thalweg.core.tree import Params, along, transform


class Kept(NamedTuple):
    """What a round of candidates left: parameters, the loss where the round began, the loss now, evaluations made."""

    params: Params
    start: Float[Tensor, " members"]
    best: Float[Tensor, " members"]
    evaluations: Float[Tensor, " members"]


def unevaluated(params: Params) -> Float[Tensor, " members"]:
    """Return the best loss among none, one per member: infinity."""
    tensor = next(iter(params.values()))
    return tensor.new_full((len(tensor),), math.inf)


def repeat(params: Params, candidates: int) -> Params:
    """Return every member `candidates` times over, member after member.

    >>> repeat({"w": torch.tensor([[1.0], [2.0]])}, 2)["w"].flatten().tolist()
    [1.0, 1.0, 2.0, 2.0]
    """
    return transform(lambda p: p.repeat_interleave(candidates, dim=0), params)


def noise(params: Params, candidates: int, generators: Sequence[torch.Generator]) -> Params:
    """Draw standard normal numbers in the shape of `repeat(params, candidates)`, each member's from its own generator."""
    own = list(generators)

    def draw(p: Tensor) -> Tensor:
        shape = (candidates, *p.shape[1:])
        drawn = [torch.randn(shape, generator=each, dtype=p.dtype, device=each.device) for each in own]
        return torch.cat(drawn).to(p.device)

    return transform(draw, params)


def keep_best(objective: Objective, params: Params, best: Float[Tensor, " members"], proposals: Params) -> Kept:
    """Evaluate all proposals in one call and move each member to its lowest one, where that is lower than `best`.

    `best` is the loss at `params`; where it is infinite (nothing evaluated yet) it is evaluated first. Ties stay; a proposal whose
    loss is not a number never wins.
    """
    members = len(best)
    first = bool(best.isinf().any())
    start = torch.where(best.isinf(), objective.value(params).to(best), best) if first else best
    losses = objective.value(proposals).to(best).reshape(members, -1)
    lowest, winner = losses.nan_to_num(nan=math.inf, posinf=math.inf).min(dim=1)
    better = lowest < start.nan_to_num(nan=math.inf, posinf=math.inf)
    row = torch.arange(members, device=winner.device) * losses.shape[1] + winner
    moved = transform(lambda p, q: torch.where(along(better, p), q[row], p), params, proposals)
    return Kept(moved, start, torch.where(better, lowest, start), torch.full_like(start, losses.shape[1] + first))
