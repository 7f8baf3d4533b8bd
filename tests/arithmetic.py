"""Works out what a line of written arithmetic says, in letters or in numbers that were rounded for reading.

A rounded number stands for all numbers that round to it, so that arithmetic on it is arithmetic on intervals: a line is right if its value
lies in what comes out.
"""

import math
import re
from dataclasses import dataclass

SPOKEN = {"−": "-", "·": "*", "²": "**2", "^": "**", "√": "sqrt", "ln": "log", "∞": "inf"}
NUMBER = re.compile(r"(\*\*\d+)|(?<![\w.])(\d+(?:\.\d+)?(?:e-?\d+)?)")


def plain(text):
    for sign, word in SPOKEN.items():
        text = text.replace(sign, word)
    return text


@dataclass(frozen=True)
class Between:
    low: float
    high: float

    def corners(self, other, operation):
        other = other if isinstance(other, Between) else Between(other, other)
        values = [operation(a, b) for a in (self.low, self.high) for b in (other.low, other.high)]
        return Between(min(values), max(values))

    def __add__(self, other):
        return self.corners(other, lambda a, b: a + b)

    def __sub__(self, other):
        return self.corners(other, lambda a, b: a - b)

    def __mul__(self, other):
        return self.corners(other, lambda a, b: a * b)

    def __truediv__(self, other):
        assert other.low > 0, "divides by what may be zero"
        return self.corners(other, lambda a, b: a / b)

    def __neg__(self):
        return Between(-self.high, -self.low)

    def __pow__(self, exponent):
        ends = sorted((abs(self.low), abs(self.high)))
        lowest = 0.0 if self.low < 0 < self.high else ends[0]
        assert exponent % 2 == 0 or self.low >= 0
        return Between(lowest**exponent, ends[1] ** exponent)

    def rising(self, function):
        return Between(function(self.low), function(self.high))


def read(literal):
    """All numbers that are shown as `literal`: half a unit of its fourth digit, or of its last where it has more, up and down; 0 is 0."""
    value = float(literal)
    if value == 0:
        return Between(0.0, 0.0)
    digits = max(4, len(literal.split("e")[0].replace(".", "").lstrip("0")))
    half = 0.5 * 10.0 ** (math.floor(math.log10(value)) - digits + 1)
    return Between(value - half, value + half)


WIDE = {
    "max": lambda *sides: Between(max(side.low for side in sides), max(side.high for side in sides)),
    "exp": lambda x: x.rising(math.exp),
    "log": lambda x: x.rising(math.log),
    "sqrt": lambda x: x.rising(math.sqrt),
    "read": read,
}


def of_numbers(numbers):
    """The interval that a line's numbers give; exponents are as they stand."""
    wide = NUMBER.sub(lambda found: found[0] if found[1] else f'read("{found[2]}")', plain(numbers))
    return eval(wide, {"__builtins__": {}}, WIDE)


def of_formula(formula, letters):
    """The number that a formula without sums gives."""
    known = {"max": max, "exp": math.exp, "log": math.log, "sqrt": math.sqrt, **letters}
    return eval(plain(formula), {"__builtins__": {}}, known)


def check_numbers(line):
    """The value of a line lies in what its numbers give; rounding of the intervals' own arithmetic counts for nothing."""
    given = of_numbers(line.numbers)
    slack = 1e-12 * max(1.0, abs(line.value))
    assert given.low - slack <= line.value <= given.high + slack, line
