"""Gradients against finite differences: how right they are, and how fast the differences approach them."""

from thalweg.claim._bench import Bench
from thalweg.core.claims import Check, Claim, Measured, Plot, absent, below, close, series, stated
from thalweg.core.progress import Progress
from thalweg.evidence import gradient_check
from thalweg.evidence.gradient_check import GradientCheck
from thalweg.loss import LOSSES

TOLERANCE, SMALL = 1e-7, 200


def measure(bench: Bench, progress: Progress) -> Measured:
    """Run the gradient check of Thalweg on every loss with an L2 penalty at a random W; read the orders off the softmax's."""
    data = bench.train.some(SMALL, bench.seed, "gradient")
    checks: list[Check] = []
    orders: list[Check] = []
    plot = None
    kinks = 0
    progress.begin("F8: gradient checks", len(LOSSES.names()), "losses")
    try:
        for name in LOSSES.names():
            objective = data.objective(name, penalty={"l2": {"strength": 0.01}})
            found = gradient_check.measure(objective, data.draw(0.1, bench.seed, "gradient"), seed=bench.seed)
            kinks += sum(probe.verdict == "kink" for tensor in found.tensors for probe in tensor.probes)
            checks += _loss(name, found)
            if name == "softmax":
                orders, plot = _orders(found), _plot(found)
            progress.advance()
    finally:
        progress.end()
    note = (
        f"{len(data)} pictures, float64; centred differences, extrapolated, along random lines and single numbers of W and of b. "
        f"Steps on which a hinge chooses otherwise than at W are not used; {kinks} lines had no other steps and were left out."
    )
    return Measured(checks=(*checks, *orders), notes=(note,), plot=plot)


def _loss(name: str, found: GradientCheck) -> list[Check]:
    known = [tensor.largest for tensor in found.tensors if tensor.largest is not None]
    verdict = stated(f"{name} + L2: verdict", "passed", found.verdict, found.verdict == "passed", tolerance="error bars")
    if not known:
        return [verdict, absent(f"{name} + L2: largest relative error", f"< {TOLERANCE:g}", reason="a kink lies within every step tried")]
    return [verdict, below(f"{name} + L2: largest relative error", TOLERANCE, max(known))]


def _orders(found: GradientCheck) -> list[Check]:
    checks = []
    course = found.orders
    for words, predicted, order in (("forward", 1.0, course.forward_order), ("centred", 2.0, course.centred_order)):
        part = f"{words} differences: slope of the error in h"
        checks.append(
            absent(part, f"{predicted:g}", reason=course.reason) if order is None else close(part, predicted, order.exponent, 0.05)
        )
    return checks


def _plot(found: GradientCheck) -> Plot:
    course = found.orders
    return Plot(
        title="Error of finite differences against their step",
        x="step h",
        y="|difference - gradient|",
        series=(
            series("forward", course.steps, [error or float("nan") for error in course.forward], kind="points"),
            series("centred", course.steps, [error or float("nan") for error in course.centred], kind="points"),
            series("rounding of a difference", course.steps, [course.noise / step for step in course.steps], kind="prediction"),
        ),
        log_x=True,
        log_y=True,
    )


ENTRY = Claim(
    number="F8",
    summary="gradients agree with finite differences",
    claim="An analytic gradient is checked against a numeric one: centred differences are the better ones.",
    caveat="Hinge losses have kinks, at which a difference measures neither side; steps that meet one are counted and left out.",
    formula="(f(x + h) - f(x)) / h = f' + O(h);  (f(x + h) - f(x - h)) / 2h = f' + O(h^2)",
    reference="CS231n notes, Learning: gradient checks",
    measure=measure,
    needs_data=True,
)
