"""Probes of a gradient: lines through the weights, difference quotients along them, and what was learnt from each."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from thalweg.core.entries import Objective
from thalweg.core.seeds import generator
from thalweg.core.tree import Params
from thalweg.evidence._differences import FACTOR, Slope, extrapolate, noise_of
from thalweg.evidence._winners import Mark, Winners, changed

Kind = Literal["direction", "largest", "random"]
ProbeVerdict = Literal["agrees", "differs", "kink", "blurred"]
MORE = 8
"""Smaller steps that are tried where the first ones met kinks or were too coarse."""

RESOLVED = 1e-3
"""A slope whose error bar is wider than this share of it decides nothing."""


@dataclass(frozen=True, kw_only=True)
class Probe:
    """The analytic slope along one line against the numeric one, with the error bar of their difference.

    `place` is the coordinate [member axis left out], None for a random direction. `relative` is |a - n| / max(|a|, |n|, floor), None where
    a and n are zero within the bar. `kinks` are the operations whose winners changed at some step; numbers are None where all steps
    met one.
    """

    kind: Kind
    place: tuple[int, ...] | None
    analytic: float
    numeric: float | None
    bar: float | None
    relative: float | None
    step: float | None
    kinks: tuple[str, ...]
    verdict: ProbeVerdict


@dataclass(frozen=True)
class Rung:
    """The objective a step up and a step down a line, and the operations that chose differently there."""

    step: float
    up: float
    down: float
    kinks: tuple[str, ...]

    @property
    def quotient(self) -> float:
        """The centred difference quotient."""
        return (self.up - self.down) / (2 * self.step)


class Watched:
    """An objective's value at one member's parameters, with the winners of the evaluation; counts evaluations."""

    def __init__(self, objective: Objective, params: Params, *, seen: Callable[[], None]) -> None:
        self.objective, self.params, self.seen, self.evaluations = objective, params, seen, 0
        self.value, self.marks = self.at({}, 0.0)

    def at(self, direction: Params, step: float) -> tuple[float, list[Mark]]:
        """Return value and winners at params + step * direction; tensors that the direction does not name stay."""
        self.evaluations += 1
        moved = {name: tensor + step * direction[name] if name in direction else tensor for name, tensor in self.params.items()}
        with torch.no_grad(), Winners() as winners:
            value = self.objective.value(moved)
        return float(value[0]), winners.marks

    def rung(self, direction: Params, step: float) -> Rung:
        """Return the values on both sides of the parameters."""
        (up, above), (down, below) = self.at(direction, step), self.at(direction, -step)
        kinks = tuple(dict.fromkeys(changed(self.marks, above) + changed(self.marks, below)))
        self.seen()
        return Rung(step, up, down, kinks if math.isfinite(up) and math.isfinite(down) else (*kinks, "not finite"))

    def noise(self, seed: int) -> float:
        """Return the rounding noise of the value near the parameters."""
        direction = {name: drawn(tensor, seed, "noise", name) for name, tensor in self.params.items()}
        length = math.sqrt(sum(float(each.square().sum()) for each in direction.values()))
        size = max(1.0, math.sqrt(sum(float(each.square().sum()) for each in self.params.values())))
        return noise_of(np.array([self.at(direction, place * 1e-10 * size / length)[0] for place in range(9)]))


def drawn(like: Tensor, seed: int, *address: int | str) -> Tensor:
    return torch.randn(like.shape, generator=generator(seed, "gradient-check", *address), dtype=torch.float64).to(like)


def directions(weight: Tensor, slope: Tensor, held: Tensor, *, name: str, samples: int, seed: int) -> Iterator[tuple[Kind, Tensor]]:
    """Yield directions of length 1: Gaussian ones over the whole tensor, its steepest coordinates, random coordinates; none in `held`."""
    for index in range(samples):
        direction = drawn(weight, seed, "direction", name, index).masked_fill(held, 0.0)
        yield "direction", direction / direction.norm()
    free = (~held.flatten()).nonzero().flatten()
    steepest = free[slope.flatten()[free].abs().argsort(descending=True, stable=True)]
    chosen = steepest[:samples].tolist()
    rest = steepest[samples:]
    order = torch.randperm(len(rest), generator=generator(seed, "gradient-check", "coordinates", name))[:samples]
    for kind, places in (("largest", chosen), ("random", rest[order.to(rest.device)].tolist())):
        for place in places:
            unit = torch.zeros_like(weight)
            unit.view(-1)[place] = 1.0
            yield kind, unit  # type: ignore[misc]


def numeric_slope(watched: Watched, direction: Params, *, noise: float, first: float, steps: int) -> tuple[Slope | None, tuple[str, ...]]:
    """Return the slope along a direction from steps first, first/4, ..., and all operations that met a kink on the way.

    Only steps below the last kink are used. Where fewer than three of `steps` are left, or the smallest of them decides and is still
    too coarse, up to eight smaller ones follow.
    """
    rungs: list[Rung] = []
    best: Slope | None = None
    while len(rungs) < steps + MORE:
        rungs.append(watched.rung(direction, first / FACTOR ** len(rungs)))
        if len(rungs) < steps:
            continue
        smooth = after_last_kink(rungs)
        best = extrapolate([rung.step for rung in smooth], [rung.quotient for rung in smooth], noise=noise)
        coarse = best is not None and best.step == smooth[-1].step and best.error > 1e-2 * RESOLVED * abs(best.value)
        if len(smooth) >= 3 and not coarse:
            break
    return best, tuple(dict.fromkeys(kink for rung in rungs for kink in rung.kinks))


def after_last_kink(rungs: Sequence[Rung]) -> Sequence[Rung]:
    last = max((place for place, rung in enumerate(rungs) if rung.kinks), default=-1)
    return rungs[last + 1 :]


def judged(
    kind: Kind, direction: Tensor, analytic: float, found: Slope | None, kinks: tuple[str, ...], *, floor: float, rounding: float
) -> Probe:
    """Return what a probe says: it differs where |a - n| exceeds the error bar, and decides nothing where the bar is too wide."""
    place = None if kind == "direction" else tuple(int(each) for each in direction[0].nonzero()[0])
    if found is None:
        return Probe(
            kind=kind, place=place, analytic=analytic, numeric=None, bar=None, relative=None, step=None, kinks=kinks, verdict="kink"
        )
    bar, away = found.error + rounding, abs(analytic - found.value)
    scale = max(abs(analytic), abs(found.value), floor)
    zero = abs(analytic) <= bar and abs(found.value) <= bar
    verdict: ProbeVerdict = "differs" if away > bar else "agrees" if zero or bar <= RESOLVED * scale else "blurred"
    return Probe(
        kind=kind, place=place, analytic=analytic, numeric=found.value, bar=bar, relative=None if zero else away / scale,
        step=found.step, kinks=kinks, verdict=verdict,
    )  # fmt: skip
