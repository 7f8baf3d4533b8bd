"""Arithmetic written out: a quantity, its formula, the formula with its numbers, and what comes out.

    m = 0.9 · m_old + 0.1 · g  =  0.9 · 0.5 + 0.1 · (−2)  =  0.25

Losses and optimisers write their own arithmetic as such lines (`Loss.worked`, `Optimiser.worked`), so that whoever teaches with them
shows it and computes nothing. Everything is plain text: `·`, `−`, `√(…)`, `²`, `^`, `Σ`, `max`, `exp`, `ln`.
"""

import math
import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from torch import Tensor

from thalweg.core.tree import Params

_LETTER = re.compile("[A-Za-z][A-Za-z0-9_\u0302]*")  # U+0302 is the hat of m̂


@dataclass(frozen=True)
class Line:
    """One quantity: `symbol` = `formula` = `numbers` = `value`.

    `formula` is in letters, `numbers` the same with numbers for them, rounded for reading; `value` is not rounded. A symbol ends in the
    class that it is of: `L_car`. What a quantity was before the step is its symbol with `_old`: `v_old`.
    """

    symbol: str
    formula: str
    numbers: str
    value: float


@dataclass(frozen=True, kw_only=True)
class OneWeight:
    """One weight as a step of an optimiser finds it: its value, its slope, its own entries of the state, whether a decay acts on it.

    `gradient` is what the objective says, the smooth part of a penalty included. `state` is from before the step, by the names that the
    optimiser gave: `{"first": 0.05, "second": 0.002, "count": 3}`.

    `Optimiser.worked(weight, settings)` makes the step's lines of it, settings as plain numbers, the rate after the schedule: the gradient,
    every entry of the state as it is after the step, the direction, a decay, and last the new weight, before a proximal step that may
    follow. None where a step mixes weights, or searches.
    """

    value: float
    gradient: float
    state: Mapping[str, float]
    penalised: bool = False


def one_weight(
    params: Params,
    gradient: Params,
    state: Mapping[str, Tensor | Params],
    *,
    name: str,
    place: tuple[int, ...],
    penalised: AbstractSet[str],
) -> OneWeight:
    """Pick the weight at `place` (member first) of the parameter `name`, with all that is its own.

    >>> import torch
    >>> tree = {"w": torch.tensor([[1.0, 2.0]])}
    >>> one_weight(tree, tree, {"velocity": tree, "count": torch.tensor([3])}, name="w", place=(0, 1), penalised={"w"})
    OneWeight(value=2.0, gradient=2.0, state={'velocity': 2.0, 'count': 3}, penalised=True)
    """
    own = {key: entry[name][place] if isinstance(entry, dict) else entry[place[0]] for key, entry in state.items()}
    return OneWeight(
        value=params[name][place].item(),
        gradient=gradient[name][place].item(),
        state={key: entry.item() for key, entry in own.items()},
        penalised=name in penalised,
    )


def number(value: float) -> str:
    """Return a number for reading: as it is where six digits do, else rounded to four, or to two decimals where those are more.

    Below 0.0001 and from a million on with a power of ten. Zero has no sign.

    >>> [number(value) for value in (1.0, -3.1, 0.99999, 2.0404303, 9876.54321, -1.2345678e-5, 1e-8)]
    ['1', '−3.1', '0.99999', '2.04', '9876.54', '−1.235e−5', '1e−8']
    """
    if not math.isfinite(value):
        return f"{value}".replace("-", "−").replace("inf", "∞")
    mantissa, power = f"{abs(value):.11e}".split("e")
    order, digits = int(power), len(mantissa.replace(".", "").rstrip("0"))
    if digits > 6:
        digits = max(4, order + 3) if order < 6 else 4
    if -5 < order < 6:
        text = _trimmed(f"{abs(value):.{max(0, digits - 1 - order)}f}")
    else:
        mantissa, power = f"{abs(value):.{max(0, digits - 1)}e}".split("e")
        text = f"{_trimmed(mantissa)}e{int(power)}".replace("-", "−")
    return f"−{text}" if value < 0 else text


def _trimmed(decimal: str) -> str:
    return decimal.rstrip("0").rstrip(".") if "." in decimal else decimal


def written(symbol: str, formula: str, value: float, letters: Mapping[str, float]) -> Line:
    """Return the line whose numbers are the formula with a number in the place of every letter that has one.

    A negative number is put in brackets unless it begins the formula, a bracket or an argument.

    >>> written("L_car", "max(0, s_j − s_y + margin)", 2.8, {"s_j": -1.5, "s_y": -3.3, "margin": 1.0}).numbers
    'max(0, −1.5 − (−3.3) + 1)'
    >>> written("h", "h_old + g²", 4.25, {"h_old": 0.25, "g": -2.0}).numbers
    '0.25 + (−2)²'
    """

    def put(found: re.Match[str]) -> str:
        if found[0] not in letters:
            return found[0]
        text = number(letters[found[0]])
        before, after = formula[: found.start()].rstrip(), formula[found.end() :]
        raised = after.startswith(("²", "^")) and not text.replace(".", "").isdigit()
        inside = text.startswith("−") and not before.endswith(("(", ",")) and before != ""
        return f"({text})" if raised or inside else text

    return Line(symbol, formula, _LETTER.sub(put, formula), value)


def added(symbol: str, formula: str, parts: Sequence[float]) -> Line:
    """Return the line of a sum; nothing adds up to 0.

    >>> added("L", "Σ L_j over j ≠ y", [2.5, 0.0, -1.0])
    Line(symbol='L', formula='Σ L_j over j ≠ y', numbers='2.5 + 0 + (−1)', value=1.5)
    """
    shown = [number(part) for part in parts] or ["0"]
    rest = [f"({text})" if text.startswith("−") else text for text in shown[1:]]
    return Line(symbol, formula, " + ".join([shown[0], *rest]), sum(parts, 0.0))


def weighted(symbol: str, formula: str, pairs: Sequence[tuple[float, float]], rest: float) -> Line:
    """Return the line of a sum of products and one number more, as a score is.

    >>> weighted("s_car", "W · x + b", [(0.5, 2.0), (-1.0, 3.0)], 0.25)
    Line(symbol='s_car', formula='W · x + b', numbers='0.5 · 2 + (−1) · 3 + 0.25', value=-1.75)
    """

    def bracketed(value: float) -> str:
        return f"({number(value)})" if value < 0 else number(value)

    products = [f"{bracketed(left)} · {bracketed(right)}" for left, right in pairs]
    first = number(pairs[0][0]) + products[0][len(bracketed(pairs[0][0])) :] if pairs else ""
    numbers = " + ".join([first, *products[1:], bracketed(rest)]) if pairs else number(rest)
    return Line(symbol, formula, numbers, math.fsum([*(left * right for left, right in pairs), rest]))
