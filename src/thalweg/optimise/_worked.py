"""The arithmetic of one weight's step written out, in the pieces that several optimisers share; each piece is one line.

A buffer's line has what it was before as its symbol with `_old`; W is the weight.
"""

import math
from collections.abc import Mapping

from thalweg.core.entries import Settings
from thalweg.core.worked import Line, OneWeight, number, written


def slope(weight: OneWeight) -> Line:
    """Write g = dL/dW, the number that the objective gave."""
    return Line("g", "dL/dW", number(weight.gradient), weight.gradient)


def velocity(weight: OneWeight, settings: Settings, g: Line) -> Line:
    """Write v = momentum * v_old + g.

    >>> g = Line("g", "dL/dW", "−2", -2.0)
    >>> velocity(OneWeight(value=1.0, gradient=-2.0, state={"velocity": 3.0}), {"momentum": 0.9}, g).numbers
    '0.9 · 3 + (−2)'
    """
    momentum, old = settings["momentum"], weight.state["velocity"]
    return written("v", "momentum · v_old + g", momentum * old + g.value, {"momentum": momentum, "v_old": old, "g": g.value})


def running_mean(symbol: str, old: float, fresh: Line, share: str, settings: Settings) -> Line:
    """Write m = keep * m_old + (1 - keep) * g, with `share` the knob that says how much is kept.

    >>> running_mean("m", 0.5, Line("g", "dL/dW", "−2", -2.0), "beta1", {"beta1": 0.9}).numbers
    '0.9 · 0.5 + (1 − 0.9) · (−2)'
    """
    keep = settings[share]
    letters = {share: keep, f"{symbol}_old": old, fresh.symbol: fresh.value}
    return written(symbol, f"{share} · {symbol}_old + (1 − {share}) · {fresh.symbol}", keep * old + (1 - keep) * fresh.value, letters)


def mean_square(symbol: str, old: float, fresh: Line, share: str, settings: Settings) -> Line:
    """Write s = keep * s_old + (1 - keep) * g^2, with `share` the knob that says how much is kept.

    >>> mean_square("s", 4.0, Line("g", "dL/dW", "−2", -2.0), "decay", {"decay": 0.75})
    Line(symbol='s', formula='decay · s_old + (1 − decay) · g²', numbers='0.75 · 4 + (1 − 0.75) · (−2)²', value=4.0)
    """
    keep = settings[share]
    letters = {share: keep, f"{symbol}_old": old, fresh.symbol: fresh.value}
    value = keep * old + (1 - keep) * fresh.value * fresh.value
    return written(symbol, f"{share} · {symbol}_old + (1 − {share}) · {fresh.symbol}²", value, letters)


def scaled(top: Line, square: Line, settings: Settings) -> Line:
    """Write d = top / (sqrt(square) + epsilon).

    >>> scaled(Line("g", "dL/dW", "6", 6.0), Line("s", "", "", 4.0), {"epsilon": 1.0})
    Line(symbol='d', formula='g / (√(s) + epsilon)', numbers='6 / (√(4) + 1)', value=2.0)
    """
    epsilon = settings["epsilon"]
    letters = {top.symbol: top.value, square.symbol: square.value, "epsilon": epsilon}
    formula = f"{top.symbol} / (√({square.symbol}) + epsilon)"
    return written("d", formula, top.value / (math.sqrt(square.value) + epsilon), letters)


def before(weight: OneWeight) -> Line:
    """Write W_old, the weight that the step begins with."""
    return Line("W_old", "W", number(weight.value), weight.value)


def decayed(weight: OneWeight, settings: Settings) -> Line:
    """Write W_decayed = (1 - rate * decay) * W_old."""
    rate, decay = settings["rate"], settings["decay"]
    letters = {"rate": rate, "decay": decay, "W_old": weight.value}
    return written("W_decayed", "(1 − rate · decay) · W_old", (1 - rate * decay) * weight.value, letters)


def moved(start: Line, direction: Line, settings: Settings) -> Line:
    """Write W = W_old - rate * direction, from wherever the step starts.

    >>> moved(Line("W_old", "W", "1", 1.0), Line("g", "dL/dW", "−2", -2.0), {"rate": 0.1})
    Line(symbol='W', formula='W_old − rate · g', numbers='1 − 0.1 · (−2)', value=1.2)
    """
    letters: Mapping[str, float] = {start.symbol: start.value, "rate": settings["rate"], direction.symbol: direction.value}
    value = start.value - settings["rate"] * direction.value
    return written("W", f"{start.symbol} − rate · {direction.symbol}", value, letters)
