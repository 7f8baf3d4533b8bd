"""The arithmetic of the softmax loss written out: shifted scores, their powers, probabilities, and the logarithm of one or all of them."""

import math
import sys
from collections.abc import Sequence

from thalweg.core.worked import Line, added, number, written
from thalweg.loss._worked import Lines, Scored, names


def probabilities(scores: Scored, called: Sequence[str]) -> tuple[Lines, Lines, Line, Lines]:
    """Write z_k = s_k - s_max, e_k = exp(z_k), Z = sum e_k and p_k = e_k / Z; the shift changes no p and keeps exp from overflowing.

    >>> shifted, powers, total, shares = probabilities([3.2, 5.1], ("cat", "car"))
    >>> [line.numbers for line in (*shifted, *powers, total, *shares)]
    ['3.2 − 5.1', '5.1 − 5.1', 'exp(−1.9)', 'exp(0)', '0.1496 + 1', '0.1496 / 1.15', '1 / 1.15']
    """
    top = max(scores)
    shifted = tuple(
        written(f"z_{name}", "s_k − s_max", s_k - top, {"s_k": s_k, "s_max": top}) for name, s_k in zip(called, scores, strict=True)
    )
    powers = tuple(written(f"e_{name}", "exp(z_k)", math.exp(z.value), {"z_k": z.value}) for name, z in zip(called, shifted, strict=True))
    total = added("Z", "Σ e_k over all k", [e.value for e in powers])
    shares = tuple(
        written(f"p_{name}", "e_k / Z", e.value / total.value, {"e_k": e.value, "Z": total.value})
        for name, e in zip(called, powers, strict=True)
    )
    return shifted, powers, total, shares


def surprise(symbol: str, letter: str, shifted: Line, total: Line, share: Line) -> Line:
    """Write -ln p, or ln Z - z where p underflows: there the logarithm is taken before the division.

    `letter` is the class's index in the formula, y or k.
    """
    value = math.log(total.value) - shifted.value
    if share.value < sys.float_info.min:
        return written(symbol, f"ln(Z) − z_{letter}", value, {"Z": total.value, f"z_{letter}": shifted.value})
    return written(symbol, f"−ln(p_{letter})", value, {f"p_{letter}": share.value})


def smoothed(surprises: Lines, label: int, called: Sequence[str], *, smoothing: float) -> Lines:
    """Write the smoothed label q and the loss sum q_k L_k, with L_k what the loss were if k were the true class."""
    count = len(called)
    even = smoothing / count
    letters = {"smoothing": smoothing, "K": float(count)}
    right, wrong = ("1 − smoothing + smoothing / K", 1 - smoothing + even), ("smoothing / K", even)
    targets = tuple(written(f"q_{name}", *(right if k == label else wrong), letters) for k, name in enumerate(called))
    pairs = [(q.value, each.value) for q, each in zip(targets, surprises, strict=True)]
    numbers = " + ".join(f"{number(q)} · {number(each)}" for q, each in pairs)
    return (*targets, Line("L", "Σ q_k · L_k over all k", numbers, math.fsum(q * each for q, each in pairs)))


def worked(scores: Scored, label: int, *, smoothing: float, classes: Sequence[str] = ()) -> Lines:
    """Write out shifted scores, powers, their sum, probabilities, and the loss; with smoothing the smoothed label before it.

    >>> [f"{line.symbol} = {line.numbers}" for line in worked([3.2, 5.1], 0, smoothing=0.0)][-3:]
    ['p_0 = 0.1496 / 1.15', 'p_1 = 1 / 1.15', 'L = −ln(0.1301)']
    """
    called = names(scores, classes)
    shifted, powers, total, shares = probabilities(scores, called)
    before = (*shifted, *powers, total, *shares)
    if smoothing == 0:
        return (*before, surprise("L", "y", shifted[label], total, shares[label]))
    each = tuple(surprise(f"L_{name}", "k", z, total, p) for name, z, p in zip(called, shifted, shares, strict=True))
    return (*before, *each, *smoothed(each, label, called, smoothing=smoothing))
