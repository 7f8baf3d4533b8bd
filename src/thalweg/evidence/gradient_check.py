"""Gradient check: the analytic gradient against centred differences in every parameter tensor, kinks left out."""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import torch
from scipy.special import erfinv
from torch import Tensor

from thalweg.core.display import Displayed
from thalweg.core.entries import Evidence, Objective
from thalweg.core.errors import ConfigError
from thalweg.core.knobs import Integer
from thalweg.core.progress import Progress, Silent
from thalweg.core.subject import Subject
from thalweg.core.tree import Params
from thalweg.evidence._gradient_words import said
from thalweg.evidence._orders import Orders, orders
from thalweg.evidence._probes import Probe, Watched, directions, judged, numeric_slope
from thalweg.evidence._rough import rough_slopes

Proximal = Callable[[Params, Tensor], Params]
Verdict = Literal["passed", "failed", "undecided"]
EPS = torch.finfo(torch.float64).eps
MISS = 0.01
"""How likely all directions may miss a wrong coordinate of the size given as `resolution`."""


@dataclass(frozen=True, kw_only=True)
class TensorCheck:
    """One parameter tensor: its probes and what they say together.

    `floor` is the root mean square of its gradient, the slope that a random direction has. `held` coordinates lie on a kink of a penalty
    and were left out. `largest` is the largest relative difference, with its error bar as a share of the same scale. `resolution` is the
    relative error that its random directions find, but for one time in a hundred, in a single coordinate whose gradient is `floor`.
    """

    name: str
    size: int
    held: int
    floor: float
    verdict: Verdict
    largest: float | None
    bar: float | None
    resolution: float | None
    probes: tuple[Probe, ...]


@dataclass(frozen=True, kw_only=True, repr=False)
class GradientCheck(Displayed):
    """The check of every tensor, and errors against the step along one direction through all of them.

    `noise` is the measured rounding noise of the objective's `value`. `proximal`: penalties have a part that is not smooth, whose slope was
    read off their proximal step. `examples` and `mode` say over what, where that is known.
    """

    verdict: Verdict
    value: float
    noise: float
    tensors: tuple[TensorCheck, ...]
    orders: Orders
    samples: int
    evaluations: int
    proximal: bool
    seed: int
    examples: int | None = None
    mode: str | None = None

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return asdict(self)

    def sentences(self) -> tuple[str, ...]:
        """Return the verdict, the largest difference, what a wrong coordinate's chances are, the kinks, and the orders."""
        return said(self)


def measure(
    objective: Objective,
    params: Params,
    *,
    samples: int = 2,
    steps: int = 6,
    proximal: Proximal | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> GradientCheck:
    """Compare the gradient at one member's parameters [1, ...] with centred differences, in every parameter tensor.

    Along a line of unit length v the analytic slope a = gradient . v is held against the numeric n, which is

        D(h) = (L(theta + h v) - L(theta - h v)) / 2h,    R(h) = (16 D(h/4) - D(h)) / 15,    n = R where its estimated error is smallest

    for `steps` steps h, each a quarter of the one before, and smaller ones where they are needed. Each tensor is probed along `samples`
    Gaussian directions through all its coordinates, its `samples` steepest coordinates and as many random ones. A probe *differs* where
    |a - n| is larger than its error bar: what is left of truncation, plus the rounding noise of L, measured, over h, plus the rounding
    of a (`thalweg.evidence._differences`). No threshold is set by hand. It decides nothing where the bar exceeds 0.1 % of the slope. The
    relative difference is |a - n| / max(|a|, |n|, floor), with floor the root mean square of the tensor's gradient.

    Steps at which a piecewise operation (hinge, relu, max-pooling, |w|) chooses otherwise than at theta are not used; probes without two
    smooth steps are excluded and counted. A tensor fails where a probe differs; it is undecided where none decides.

    Gradients of an `Objective` are of the smooth part, its values of the whole. Where penalties have another part, `proximal(params,
    step)` is their proximal step, and its slope (w - prox_t(w)) / t is added to the gradient before it is compared; coordinates on its
    kink are left out. So the value, the gradient and the proximal step are all held against one another.

    Raises `ConfigError` on parameters or operations in less than float64, on several members, on values or gradients that are not
    finite, and where two evaluations at the same parameters differ.

    Reference: CS231n, Neural networks part 3: gradient checks; Press et al., Numerical Recipes, 2007, section 5.7.

    >>> check = example()
    >>> check.verdict, check.tensors[0].probes[-1].analytic, round(check.tensors[0].probes[-1].numeric, 9)
    ('passed', 1.25, 1.25)
    """
    _check(params)
    shown = progress or Silent()
    probes = sum(min(samples, t.numel()) + min(2 * samples, t.numel()) for t in params.values())
    shown.begin("gradient check", probes * steps, "differences")
    try:
        watched = Watched(objective, params, seen=shown.advance)
        return _checked(watched, _slopes(watched), samples=samples, steps=steps, proximal=proximal, seed=seed)
    finally:
        shown.end()


def _checked(watched: Watched, slopes: Params, *, samples: int, steps: int, proximal: Proximal | None, seed: int) -> GradientCheck:
    rough, held = ({}, {}) if proximal is None else rough_slopes(watched.params, proximal)
    whole = {name: slope + rough.get(name, 0.0) for name, slope in slopes.items()}
    noise = watched.noise(seed)
    tensors = tuple(
        _tensor(watched, name, slope, held.get(name), noise=noise, samples=samples, steps=steps, seed=seed) for name, slope in whole.items()
    )
    clear = min(tensors, key=_kinks).name
    course = orders(watched, whole, held, clear=clear, noise=noise, seed=seed)
    verdicts = [tensor.verdict for tensor in tensors]
    return GradientCheck(
        verdict="failed" if "failed" in verdicts else "undecided" if "undecided" in verdicts else "passed",
        value=watched.value, noise=noise, tensors=tensors, orders=course, samples=samples, evaluations=watched.evaluations,
        proximal=proximal is not None, seed=seed,
    )  # fmt: skip


def _check(params: Params) -> None:
    for name, tensor in params.items():
        if tensor.dtype != torch.float64:
            kind = str(tensor.dtype).removeprefix("torch.")
            raise ConfigError(
                f"{name} is in {kind}; a gradient check needs float64, or differences of the loss are rounding: make the objective in fp64."
            )
        if len(tensor) != 1:
            raise ConfigError(f"a gradient check takes one member, parameters [1, ...]; got {name} {list(tensor.shape)}.")


def _slopes(watched: Watched) -> Params:
    value, slopes = watched.objective.value_and_gradient(watched.params)
    again, marks = watched.at({}, 0.0)
    if not math.isfinite(watched.value):
        raise ConfigError(f"the objective is {watched.value} at these weights; a gradient check needs a finite value.")
    for name, other in (("value", again), ("value_and_gradient", float(value[0]))):
        if abs(other - watched.value) > 1e-10 * max(1.0, abs(watched.value)):
            raise ConfigError(
                f"the objective is not a function of its weights: value says {watched.value!r}, {name} then {other!r}. Draw the same noise "
                "(dropout) at every evaluation, or check in evaluation mode."
            )
    if marks != watched.marks:
        raise ConfigError("two evaluations at the same weights choose differently at a kink: draw the same noise at every evaluation.")
    for name, slope in slopes.items():
        if not bool(slope.isfinite().all()):
            raise ConfigError(f"the gradient of {name} is not finite at these weights.")
    return {name: slope.detach() for name, slope in slopes.items()}


def _tensor(
    watched: Watched, name: str, slope: Tensor, held: Tensor | None, *, noise: float, samples: int, steps: int, seed: int
) -> TensorCheck:
    weight = watched.params[name]
    left_out = torch.zeros_like(weight, dtype=torch.bool) if held is None else held
    free = int((~left_out).sum())
    floor = float(slope[~left_out].square().mean().sqrt()) if free else 0.0
    rounding = 256 * EPS * float(slope.abs().max())
    first = 2.0**-4 * 2.0 ** math.ceil(math.log2(max(1.0, float(weight.square().mean().sqrt()))))
    probes = []
    for kind, direction in directions(weight, slope, left_out, name=name, samples=samples if free else 0, seed=seed):
        found, kinks = numeric_slope(watched, {name: direction}, noise=noise, first=first, steps=steps)
        analytic = float((slope * direction).sum())
        probes.append(judged(kind, direction, analytic, found, kinks, floor=floor, rounding=rounding))
    return _summed(name, weight.numel(), free, floor, tuple(probes))


def _summed(name: str, size: int, free: int, floor: float, probes: tuple[Probe, ...]) -> TensorCheck:
    verdicts = {probe.verdict for probe in probes}
    relative = [(probe.relative, probe) for probe in probes if probe.relative is not None and probe.verdict != "blurred"]
    largest, worst = max(relative, key=lambda pair: pair[0], default=(None, None))
    decided = [probe for probe in probes if probe.kind == "direction" and probe.verdict == "agrees" and probe.relative is not None]
    bars = [probe.bar for probe in decided if probe.bar is not None]
    resolution = None
    if bars and floor > 0:
        resolution = max(bars) * math.sqrt(free) / (floor * math.sqrt(2) * float(erfinv(MISS ** (1 / len(bars)))))
    return TensorCheck(
        name=name, size=size, held=size - free, floor=floor,
        verdict="failed" if "differs" in verdicts else "passed" if "agrees" in verdicts else "undecided",
        largest=largest, bar=None if worst is None or worst.bar is None else worst.bar / _scale(worst, floor), resolution=resolution,
        probes=probes,
    )  # fmt: skip


def _kinks(tensor: TensorCheck) -> tuple[float, ...]:
    """Return a key that is smallest for the tensor whose probes met kinks least and could be measured at the largest steps."""
    steps = [probe.step or 0.0 for probe in tensor.probes if probe.kind == "direction"]
    return (float(tensor.floor == 0.0), float(sum(bool(probe.kinks) for probe in tensor.probes)), -min(steps, default=0.0))


def _scale(probe: Probe, floor: float) -> float:
    return max(abs(probe.analytic), abs(probe.numeric or 0.0), floor)


def inspect(subject: Subject, *, progress: Progress | None = None, samples: int = 2, steps: int = 6) -> GradientCheck:
    """Check the gradient that a subject's weights are trained with, in double precision, whatever it is looked at in."""
    exact = subject.cast(torch.float64)
    penalties = getattr(exact.objective, "penalties", None)
    rough = penalties is not None and any(entry.proximal is not None for entry, _ in penalties.entries)
    found = measure(
        exact.objective,
        exact.params,
        samples=samples,
        steps=steps,
        proximal=penalties.proximal if penalties is not None and rough else None,
        seed=exact.seed,
        progress=progress,
    )
    return replace(found, examples=exact.examples, mode=exact.mode)


class _Bowl:
    """L(w) = w^2 / 2 + w^4 / 16, whose gradient is w + w^3 / 4."""

    penalised = frozenset[str]()

    def value(self, params: Params) -> Tensor:
        return (params["w"] ** 2 / 2 + params["w"] ** 4 / 16).sum(1)

    def value_and_gradient(self, params: Params) -> tuple[Tensor, Params]:
        return self.value(params), {"w": params["w"] + params["w"] ** 3 / 4}

    def hessian_vector(self, params: Params, vectors: Params) -> Params:
        return {"w": (1 + 0.75 * params["w"] ** 2) * vectors["w"]}


def example() -> GradientCheck:
    """Return the check of w^2/2 + w^4/16 at (2, 1): slopes 4 and 5/4."""
    return measure(_Bowl(), {"w": torch.tensor([[2.0, 1.0]], dtype=torch.float64)}, samples=1)


ENTRY = Evidence(
    summary="the analytic gradient against centred differences in every parameter tensor, kinks left out",
    formula="|a - n| / max(|a|, |n|, floor), n = (16 D(h/4) - D(h)) / 15, D(h) = (L(W + h v) - L(W - h v)) / 2h",
    reference="Press et al., Numerical Recipes, 2007, section 5.7; Moré and Wild, Estimating computational noise, SISC 2011",
    knobs=(
        Integer(name="samples", default=2, low=1, high=1000, meaning="directions, steepest and random coordinates a tensor each"),
        Integer(name="steps", default=6, low=3, high=16, meaning="step lengths a line, each a quarter of the one before"),
    ),
    measure=measure,
    example=example,
    inspect=inspect,
    place=10,
)
