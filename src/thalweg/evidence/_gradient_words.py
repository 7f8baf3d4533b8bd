"""What a gradient check says in sentences."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from thalweg.evidence._orders import Order
    from thalweg.evidence.gradient_check import GradientCheck, TensorCheck


def said(check: GradientCheck) -> tuple[str, ...]:
    lines = [_answer(check), *_largest(check), _chances(check), *_excluded(check), _orders(check)]
    if check.proximal:
        lines.append(
            "The penalty's part that is not smooth is in the value but not in the gradient: its slope, read off the proximal step, was "
            f"added; {sum(tensor.held for tensor in check.tensors)} weights on its kink were left out."
        )
    where = "" if check.examples is None else f"over {check.examples:,} examples, the module in {check.mode} mode, "
    lines.append(
        f"Made {where}in double precision with {check.evaluations:,} evaluations, seed {check.seed}; the rounding noise of the objective "
        f"{check.value:.6g} is {check.noise:.1e}."
    )
    return tuple(lines)


def _answer(check: GradientCheck) -> str:
    probes = [probe for tensor in check.tensors for probe in tensor.probes]
    count, agreeing = len(check.tensors), sum(probe.verdict == "agrees" for probe in probes)
    if check.verdict == "failed":
        wrong = [tensor for tensor in check.tensors if tensor.verdict == "failed"]
        names = ", ".join(tensor.name for tensor in wrong[:4]) + (" and others" if len(wrong) > 4 else "")
        return f"The gradient is wrong in {len(wrong)} of {count} parameter tensors: {names}."
    if check.verdict == "undecided":
        open_ones = [tensor.name for tensor in check.tensors if tensor.verdict == "undecided"]
        names = ", ".join(open_ones[:4]) + (" and others" if len(open_ones) > 4 else "")
        return (
            f"The check is undecided for {len(open_ones)} of {count} parameter tensors ({names}): no probe of theirs stays clear of kinks "
            "with an error bar below 0.1 %; nothing contradicts the gradient."
        )
    return (
        f"The gradient agrees with centred differences in all {count} parameter tensors, {agreeing} of {len(probes)} probes, "
        "each within its error bar."
    )


def _largest(check: GradientCheck) -> tuple[str, ...]:
    known: list[tuple[float, TensorCheck]] = [(each.largest, each) for each in check.tensors if each.largest is not None]
    if not known:
        return ("All slopes probed are zero within their error bars, or undecided.",)
    largest, worst = max(known, key=lambda pair: pair[0])
    bar = f" with an error bar of {worst.bar:.1e}" if worst.bar is not None else ""
    return (
        f"The largest relative difference |a - n| / max(|a|, |n|, floor) is {largest:.1e}{bar}, in {worst.name}; "
        "floor is the root mean square of the tensor's gradient.",
    )


def _chances(check: GradientCheck) -> str:
    known: list[tuple[float, TensorCheck]] = [(each.resolution, each) for each in check.tensors if each.resolution is not None]
    if not known:
        return "How small an error would be seen cannot be said: no random direction decided."
    coarsest, tensor = max(known, key=lambda pair: pair[0])
    pairs = [(min(2 * check.samples, each.size - each.held), each.size - each.held) for each in check.tensors]
    shares = [done / size for done, size in pairs if size]
    return (
        f"In a single coordinate with a gradient of typical size, a relative error of {coarsest:.1e} ({tensor.name}; smaller in the other "
        f"tensors) would be missed by all random directions with a chance of 1 %; coordinates probed one by one are {min(shares):.2g} "
        "of all in the largest tensor."
    )


def _excluded(check: GradientCheck) -> tuple[str, ...]:
    met: Counter[tuple[str, str]] = Counter()
    for tensor in check.tensors:
        for probe in tensor.probes:
            met.update((operation, tensor.name) for operation in probe.kinks)
    if not met:
        return ("No probe met a kink.",)
    probes = [probe for tensor in check.tensors for probe in tensor.probes]
    lost, blurred = (sum(probe.verdict == word for probe in probes) for word in ("kink", "blurred"))
    shown = ", ".join(f"{operation} in {count} of {name}" for (operation, name), count in met.most_common(4))
    more = f" and {len(met) - 4} more" if len(met) > 4 else ""
    touched = sum(bool(probe.kinks) for probe in probes)
    return (
        f"{touched} of {len(probes)} probes met a kink or a switch of formulas (winners changed: {shown}{more}) and were measured at "
        f"smaller steps; {lost} were excluded because no steps below were left, {blurred} because their error bar was too wide.",
    )


def _orders(check: GradientCheck) -> str:
    course = check.orders
    found = [
        f"{name} differences fall as h^{order.exponent:.3f} (theory {theory}) between h = {order.low:.1e} and {order.high:.1e}"
        for name, order, theory in _pairs(course.forward_order, course.centred_order)
        if order is not None
    ]
    if not found:
        return f"Along a random direction in {course.along} no order can be fitted: {course.reason}."
    rest = f"; {course.reason}" if course.reason else ""
    return f"Along a random direction in {course.along}, errors of {' and of '.join(found)}{rest}."


def _pairs(forward: Order | None, centred: Order | None) -> tuple[tuple[str, Order | None, int], ...]:
    return (("forward", forward, 1), ("centred", centred, 2))
