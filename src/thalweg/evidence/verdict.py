"""Verdict: minimum, maximum, saddle, degenerate or no critical point, with the tolerances that decided and the direction that proves it."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import torch
from torch import Tensor

from thalweg.core.display import Displayed
from thalweg.core.entries import Evidence, Objective
from thalweg.core.knobs import Integer, Number
from thalweg.core.progress import Progress, Silent
from thalweg.core.subject import Subject, Unsuited
from thalweg.core.tree import Params, norm
from thalweg.evidence._blocks import BlockProduct, noise
from thalweg.evidence._descent import Descent, descend
from thalweg.evidence._ends import Eigenvalue, Ends, dense_ends, lanczos_ends
from thalweg.evidence._quadratic import Quadratic
from thalweg.evidence._symmetry import flat_shifts, without_shifts
from thalweg.evidence._words import made_over

Kind = Literal["minimum", "maximum", "saddle", "degenerate", "not critical"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Verdict(Displayed):
    """What a point is, and what decided it.

    Critical is a gradient norm of at most `gradient_tolerance`. Eigenvalues within +-`zero` count as zero. `negative` and `positive` count
    those beyond it where the spectrum is whole (`exact`); else those that were found, so that an index is at least that. `flat` counts
    the zero ones (None where they were not counted), of which `shifts` are exact symmetries of the objective. `shape` is what the Hessian
    alone would say of a point whose gradient were zero.
    """

    kind: Kind
    shape: Kind
    value: float
    gradient_norm: float
    gradient_tolerance: float
    zero: float
    lowest: Eigenvalue
    highest: Eigenvalue
    negative: int
    positive: int
    flat: int | None
    shifts: int
    exact: bool
    parameters: int
    products: int
    descent: Descent | None
    examples: int = 0
    mode: str = "evaluation"
    precision: str = "fp64"

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return asdict(self)

    def sentences(self) -> tuple[str, ...]:
        """Return the verdict, what decided it, and the proof of a saddle."""
        return (*_said(self), made_over(self.examples, self.mode, self.precision))


def measure(
    objective: Objective,
    params: Params,
    *,
    gradient_tolerance: float = 1e-3,
    curvature_tolerance: float = 1e-5,
    shifts: tuple[str, str | None] | None = None,
    products: int = 200,
    dense: int = 1000,
    count: int = 10,
    seed: int = 0,
    progress: Progress | None = None,
) -> Verdict:
    """Judge one member's parameters [1, ...] by the gradient's norm and the eigenvalues of the Hessian.

    The point is critical where |g| <= `gradient_tolerance`. An eigenvalue counts as zero within `curvature_tolerance` times the largest
    |eigenvalue|, or within its own residual where that is larger. Then

        minimum     all eigenvalues positive, up to exact symmetries       maximum     all negative, likewise
        saddle      one is negative and one positive; the index counts the negative ones
        degenerate  some are zero without a symmetry that explains it, and no two have opposite signs: second derivatives do not decide

    `shifts` names weight and bias of a last linear map whose rows may be shifted alike (softmax): those of these directions along which
    the objective as a whole, penalty included, is flat are known zeros, and the Hessian is judged on their complement. Up to `dense`
    parameters the spectrum is whole. Beyond, Lanczos gives both ends: a negative eigenvalue that is found is certain within its residual,
    but that none is found is evidence, not proof, and zero ones are then not counted. The saddle's proof: the objective along the
    eigenvector of the most negative eigenvalue, in whose direction it is seen to fall.

    Reference: Nocedal & Wright, Numerical Optimization, 2006, theorems 2.2 to 2.4; Dauphin et al., Identifying and attacking the saddle
    point problem, NeurIPS 2014.

    >>> verdict = example()
    >>> verdict.kind, verdict.negative, verdict.descent.lowered > 0
    ('saddle', 1, True)
    """
    value, gradient = objective.value_and_gradient(params)
    size = float(norm(gradient)[0])
    product = BlockProduct(objective, params, tuple(params))
    known = flat_shifts(product, params, shifts, objective.value)
    ends = _spectrum(product, params, known, products=products, dense=dense, count=count, seed=seed, progress=progress or Silent())
    zero = curvature_tolerance * ends.largest
    negative, positive, flat = _counts(ends, zero)
    shape = _shape(ends, zero, known=sum(known.values()))
    critical = math.isfinite(size) and size <= gradient_tolerance
    descent = None
    if ends.low[0].value < -max(zero, ends.low[0].residual):
        lowest = ends.low[0].value
        descent = descend(objective, params, gradient, value=float(value[0]), curvature=lowest, vector=ends.low_vectors[:1])
    return Verdict(
        kind=shape if critical else "not critical", shape=shape, value=float(value[0]), gradient_norm=size,
        gradient_tolerance=gradient_tolerance, zero=zero, lowest=ends.low[0], highest=ends.high[0], negative=negative, positive=positive,
        flat=flat, shifts=sum(known.values()), exact=ends.every is not None, parameters=product.like.shape[1], products=ends.products,
        descent=descent,
    )  # fmt: skip


def _spectrum(
    product: BlockProduct,
    params: Params,
    known: Mapping[str, int],
    *,
    products: int,
    dense: int,
    count: int,
    seed: int,
    progress: Progress,
) -> Ends:
    """Return the whole spectrum of a small Hessian, the ends of a large one without the shifts that are known to be flat.

    These get the start's own Rayleigh quotient as eigenvalue, which lies between the ends of the rest: rounding that strays into them does
    not come back as a zero.
    """
    total = product.like.shape[1]
    progress.begin("curvature", total if total <= dense else products, "products")
    try:
        if total <= dense:
            return dense_ends(product, product.like, count=total, seen=progress.advance)
        start = without_shifts(noise(product.like, seed, "verdict"), params, known)
        middle = (start * product(start)).sum() / (start * start).sum()

        def inner(vector: Tensor) -> Tensor:
            outside = without_shifts(vector, params, known)
            return without_shifts(product(outside), params, known) + middle * (vector - outside)

        return lanczos_ends(inner, start, count=count, tolerance=1e-3, products=products, seen=progress.advance)
    finally:
        progress.end()


def _counts(ends: Ends, zero: float) -> tuple[int, int, int | None]:
    """Return how many eigenvalues are negative, positive and zero; of an incomplete spectrum those that are certain, and None."""
    if ends.every is not None:
        negative, positive = (sum(sign * each > zero for each in ends.every) for sign in (-1, 1))
        return negative, positive, len(ends.every) - negative - positive
    pairs = {each.value: each for each in (*ends.low, *ends.high)}.values()
    negative, positive = (sum(sign * each.value > max(zero, each.residual) for each in pairs) for sign in (-1, 1))
    return negative, positive, None


def _shape(ends: Ends, zero: float, *, known: int) -> Kind:
    """Return what the eigenvalues say, `known` zeros being exact symmetries."""
    lowest, highest = ends.low[0], ends.high[0]
    down, up = lowest.value < -max(zero, lowest.residual), highest.value > max(zero, highest.residual)
    if down and up:
        return "saddle"
    if not down and not up:
        return "degenerate"
    if ends.every is not None:
        unexplained = sum(abs(each) <= zero for each in ends.every) - known
    else:  # the shifts were left out
        unexplained = sum(abs(each.value) <= max(zero, each.residual) for each in (ends.low if up else ends.high))
    if unexplained > 0:
        return "degenerate"
    return "minimum" if up else "maximum"


def inspect(
    subject: Subject,
    *,
    progress: Progress | None = None,
    gradient_tolerance: float = 1e-3,
    curvature_tolerance: float = 1e-5,
    products: int = 200,
    dense: int = 1000,
) -> Verdict:
    """Judge a subject's weights, over the examples that it is looked at on."""
    if subject.rough:
        raise Unsuited(
            f"penalty {', '.join(subject.rough)} is not smooth, so that gradient and Hessian do not decide; for linear scores a "
            "certificate does."
        )
    found = measure(
        subject.objective, subject.params, gradient_tolerance=gradient_tolerance, curvature_tolerance=curvature_tolerance,
        shifts=subject.shifts, products=products, dense=dense, seed=subject.seed, progress=progress,
    )  # fmt: skip
    return replace(found, examples=subject.examples, mode=subject.mode, precision=subject.precision)


def _said(verdict: Verdict) -> list[str]:
    names = {"minimum": "a minimum", "maximum": "a maximum", "saddle": "a saddle", "degenerate": "a degenerate critical point"}
    gradient = f"the gradient's norm is {verdict.gradient_norm:.3g}, the tolerance {verdict.gradient_tolerance:.3g}"
    if verdict.kind == "not critical":
        shape = names[verdict.shape].replace(" critical point", " point")
        words = [f"Not a critical point: {gradient}. By its curvature alone the place looks like {shape}."]
    else:
        words = [f"The point is {names[verdict.kind]}: {gradient}."]
    words.append(_counted(verdict))
    if not verdict.zero:
        words.append("All second derivatives are zero here: the objective is made of flat pieces, as hinges are, and they decide nothing.")
    if verdict.shifts:
        known = "One zero direction is" if verdict.shifts == 1 else f"{verdict.shifts} zero directions are"
        words.append(f"{known} known exactly: shifting all classes' scores alike changes no loss, and no penalty forbids it.")
    if verdict.descent is not None:
        words.append(_proved(verdict.descent))
    elif not verdict.exact:
        words.append(
            f"No negative eigenvalue was found in {verdict.products} products of the Hessian with vectors: strong evidence that there is "
            "none, no proof."
        )
    return words


def _counted(verdict: Verdict) -> str:
    low, high = verdict.lowest, verdict.highest
    ends = f"the lowest {low.value:.6g} ± {low.residual:.1g}, the largest {high.value:.6g} ± {high.residual:.1g}"
    if verdict.exact:
        counts = f"{verdict.negative} are negative, {verdict.flat} zero, {verdict.positive} positive"
        return f"Of all {verdict.parameters:,} eigenvalues of the Hessian {counts} ({ends}; within ±{verdict.zero:.1g} counts as zero)."
    index = f" At least {verdict.negative} are negative." if verdict.negative else ""
    return f"Of the Hessian's {verdict.parameters:,} eigenvalues {ends}; within ±{verdict.zero:.1g} counts as zero.{index}"


def _proved(descent: Descent) -> str:
    if not descent.lowered:
        return "Along the direction of the most negative curvature no length was found at which the loss is lower: it may be rounding."
    return (
        f"Moving by {abs(descent.best):.3g} along the direction of the most negative curvature lowers the objective from "
        f"{descent.start:.6g} by {descent.lowered:.3g}."
    )


def example() -> Verdict:
    """Return the verdict on the saddle (1/2)(3 x^2 + y^2 - 2 z^2) at its centre."""
    return measure(Quadratic([3.0, 1.0, -2.0]), {"w": torch.zeros(1, 3, dtype=torch.float64)})


ENTRY = Evidence(
    summary="minimum, maximum, saddle, degenerate or no critical point, with what decided it",
    formula="|grad| <= tolerance; signs of the eigenvalues of the Hessian; loss(W + t v) < loss(W) along v of negative curvature",
    reference="Nocedal and Wright, Numerical Optimization, 2006, section 2.1; Dauphin et al., NeurIPS 2014",
    knobs=(
        Number(name="gradient_tolerance", default=1e-3, low=0, meaning="gradient norm up to which a point is critical"),
        Number(
            name="curvature_tolerance", default=1e-5, low=0, high=1, meaning="eigenvalues up to this share of the largest count as zero"
        ),
        Integer(name="products", default=200, low=2, meaning="most Hessian-vector products for the verdict"),
        Integer(name="dense", default=1000, low=0, meaning="up to so many parameters the whole matrix decides"),
    ),
    measure=measure,
    example=example,
    inspect=inspect,
    place=30,
)
