"""Certificate: how far the objective of a linear W is from the best possible one at most, proved by a duality gap."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from thalweg.core.convex import Convex, unsuited
from thalweg.core.design import Weights
from thalweg.core.display import Displayed
from thalweg.core.entries import Evidence
from thalweg.core.errors import ConfigError
from thalweg.core.knobs import Integer
from thalweg.core.progress import Progress, Silent
from thalweg.core.subject import LinearProblem, Subject, Unsuited
from thalweg.core.tree import Params
from thalweg.core.truncated_newton import improve

WIDTHS = (1e-6, 1e-3, 1e-2, 0.1, 1.0)
"""Widths, in margins, over which kinks are rounded off to get slopes from scores; each gives a dual point, and the best one counts."""

UNIT = torch.finfo(torch.float64).eps


@dataclass(frozen=True, kw_only=True, repr=False)
class Certificate(Displayed):
    """Objective, lower bound of the best one, and what follows. Everything in double precision over the whole training part.

    `allowance` bounds the rounding of `primal` and `dual` together; no W has an objective below `dual - allowance`. `distance` is the
    largest possible Euclidean distance of W from the best W, None where the penalty has no square (the best W need not be unique then).
    `source` says where the dual point is from, `scale` by how much its slopes were scaled down.
    """

    primal: float
    dual: float
    allowance: float
    gap: float
    relative: float
    distance: float | None
    source: str
    scale: float
    examples: int
    iterations: int

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return asdict(self)

    def sentences(self) -> tuple[str, ...]:
        """Return how far W is from the best at most, and by what that is proved."""
        said = [
            f"The objective {self.primal:.7g} is at most {self.gap:.3g} ({self.relative:.2g} of it) above the best possible one: none is "
            f"below {self.dual - self.allowance:.7g}."
        ]
        if self.distance is not None:
            said.append(f"W is at most {self.distance:.3g} (Euclidean) away from the best W, which the penalty of squares makes unique.")
        said.append(
            f"Proved by duality over all {self.examples:,} training examples in double precision, with {self.allowance:.1g} allowed "
            f"for rounding; the dual point is {self.source}, its slopes times {self.scale:.4g}."
        )
        return tuple(said)


def measure(
    problem: LinearProblem,
    params: Params,
    *,
    others: Sequence[tuple[str, Params]] = (),
    iterations: int = 10,
    progress: Progress | None = None,
) -> Certificate:
    """Bound how far W, b are from the best objective: P(W, b) - D(a) with the best a that is found. Valid for any W, trained or not.

    The slopes of the losses at the scores lie in the domain of the conjugates; balanced over the examples (biases without penalty) and
    scaled to where D is largest, they are a dual point. Tried are the slopes at W itself, kinks rounded off over several widths, at the
    weights in `others`, and at the end of `iterations` Newton steps that start from W. `weight` [1, K, D], `bias` [1, K].

        P(W, b) = 1/N sum l_i + l1 sum |W| + l2 sum W^2,    D(a) = -1/N sum l_i*(a_i) - sum max(0, |G| - l1)^2 / (4 l2)

    Raises `ConfigError` where loss or penalty are not convex with a known dual, or where there is no penalty. Reference: Boyd and
    Vandenberghe (2004), section 5.5.1; the distance: P(W) - P(W*) >= l2 |W - W*|^2.

    >>> found = example()
    >>> found.gap, found.distance == (found.gap / 0.1) ** 0.5
    (0.025, True)
    """
    convex = Convex.of(problem)
    own = joined(params)
    shown = progress or Silent()
    shown.begin("certificate", 2 + len(others), "dual points")
    best, source = (-math.inf, 1.0, own.new_zeros(len(problem.labels), len(own))), ""
    try:
        candidates = [("the losses' slopes at W", own, widths(convex)), *((f"from {n}", joined(p), widths(convex)) for n, p in others)]
        for name, weights, tried in candidates:
            best, source = _better(convex, best, source, name, weights, tried)
            shown.advance()
        if iterations:
            found = improve(convex, own, gap=1e-9, iterations=iterations, fresh=True)
            name = f"from {iterations} Newton steps that start from W"
            best, source = _better(convex, best, source, name, found.weights, (found.rounding.width,))
            if found.proof.lower > best[0]:  # the best of all its steps, where the last one is not
                best, source = (found.proof.lower, 1.0, best[2]), name
        shown.advance()
    finally:
        shown.end()
    return _record(convex, own, best, source=source, iterations=iterations)


def widths(convex: Convex) -> tuple[float, ...]:
    """Return the widths worth trying: one is enough where there are no kinks in the loss."""
    return WIDTHS if convex.dual.kinked else WIDTHS[:1]


def joined(params: Params) -> Weights:
    """Return W with b as its last column, in float64."""
    return torch.cat([params["weight"][0], params["bias"][0][:, None]], 1).detach().double()


_Best = tuple[float, float, Tensor]


def _better(convex: Convex, best: _Best, source: str, name: str, weights: Weights, tried: Sequence[float]) -> tuple[_Best, str]:
    """Return the better of what is known and the dual points at some weights, with where it is from."""
    scores = convex.design.scores(weights)
    for width in tried:
        slopes = convex.feasible(convex.smooth(scores, width).slope)
        bound = convex.bound(slopes, convex.pulled_back(slopes), search=True)
        if bound.value > best[0]:
            best, source = (bound.value, bound.scale, bound.scale * slopes), name
    return best, source


def _record(convex: Convex, weights: Weights, best: _Best, *, source: str, iterations: int) -> Certificate:
    scores = convex.design.scores(weights)
    primal, (dual, scale, slopes) = convex.primal(scores, weights), best
    allowance = _allowance(convex, weights, scores, slopes, primal=primal)
    gap = max(0.0, primal - dual) + allowance
    return Certificate(
        primal=primal,
        dual=dual,
        allowance=allowance,
        gap=gap,
        relative=gap / primal if primal > 0 else 0.0,
        distance=math.sqrt(gap / convex.l2) if convex.l2 > 0 else None,
        source=source,
        scale=scale,
        examples=len(convex),
        iterations=iterations,
    )


def _allowance(convex: Convex, weights: Weights, scores: Tensor, slopes: Tensor, *, primal: float) -> float:
    """Return a first-order bound of the rounding in P and D: u = 2^-52 times the number of terms of each sum, times their sizes.

    Scores: D + 2 terms, each at most |W_k| |x_i|, weighed by the slopes. G: N terms, in pieces; it enters D by |G| / (2 l2). Means over
    the examples: pairwise sums of 64 terms at most. What is left of the biases' condition, rho = sum a_i / N, is mended by moving slopes
    by as much: that changes the conjugates by at most max |s| |rho|, and G by max |x| |rho|.
    """
    lengths = convex.design.lengths(torch.float64)
    sizes = convex.weighed(slopes).norm(dim=1)
    mean = convex.pulled_back(slopes)
    forward = (convex.design.inputs + 2) * UNIT * float((lengths * sizes).mean()) * float(weights.norm())
    pulled = (len(convex) + 2) * UNIT * float((lengths * sizes).mean())
    rho = 0.0 if convex.penalise_biases else float(mean[:, -1].abs().sum()) + UNIT
    moved = pulled + rho * float(lengths.max())
    beyond = (convex.penalised(mean).abs() - convex.l1).clamp_min(0)
    quadratic = (float(beyond.norm()) * moved + moved**2 / 2) / (2 * convex.l2) if convex.l2 > 0 else 0.0
    tilt = 0.0 if convex.l2 > 0 else moved / convex.l1 * abs(primal)
    return 2 * (forward + quadratic + tilt + 64 * UNIT * abs(primal) + rho * float(scores.abs().max()))


def inspect(subject: Subject, *, progress: Progress | None = None, tighten: int = 10) -> Certificate:
    """Measure the certificate of a linear score on its whole training part, with the weights of other runs as further dual points."""
    problem = subject.linear
    if problem is None:
        raise Unsuited("certificates are for linear scores with a convex loss and a penalty of |W| and W^2; this score is not linear.")
    why = unsuited(problem)
    if why:
        raise Unsuited(f"no certificate: {why}")
    try:
        return measure(problem, subject.params, others=list(subject.others.items()), iterations=tighten, progress=progress)
    except ConfigError as error:
        raise Unsuited(str(error)) from None


def example() -> Certificate:
    """Return a certificate in round numbers: l2 = 0.1, so a gap of 0.4 - 0.375 allows a distance of sqrt(0.025 / 0.1) = 0.5."""
    return Certificate(
        primal=0.4, dual=0.375, allowance=0.0, gap=0.025, relative=0.0625, distance=0.5, source="the losses' slopes at W", scale=1.0,
        examples=2, iterations=0,
    )  # fmt: skip


ENTRY = Evidence(
    summary="how far a linear W is from the best possible one at most, proved by a duality gap",
    formula="P(W) - P(W*) <= P(W) - D(a);  D(a) = -1/N sum l_i*(a_i) - R*(-1/N sum a_i x_i^T)",
    reference="Boyd and Vandenberghe, Convex Optimization (2004), section 5.5.1",
    knobs=(Integer(name="tighten", default=10, low=0, meaning="Newton steps from W towards a better dual point; 0: W's own only"),),
    measure=measure,
    inspect=inspect,
    example=example,
    place=20,
)
