"""Ranges: intervals that an option goes through, in equal steps or in equal ratios, or from which a random search draws."""

import math
import re
from dataclasses import dataclass, replace

import numpy as np

from thalweg.core.errors import ConfigError

LARGEST = 100_000
"""The most values in a range, and the most points in a grid."""

_LOOKS_LIKE = re.compile(r"[+-]?\.?\d[^:]*\.\.")
_WRITTEN = "a range is written low..high:count or low..high:log:count (for random search without the count), as 1e-3..1e0:log:16"


@dataclass(frozen=True, kw_only=True)
class Range:
    """The numbers from `low` to `high`, both included: `count` of them, or (None) as many as a random search draws.

    `log`: neighbours have equal ratios rather than equal differences, and a random search draws log-uniformly. `whole`: whole numbers
    only. Values are rounded to 12 significant digits, so that a power of ten is written as one. Raises `ConfigError` where the ends are
    not in order, the logarithm of the low end does not exist, or there are not `count` different values.
    """

    low: int | float
    high: int | float
    count: int | None = None
    log: bool = False
    whole: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ConfigError(f"the range {self} must have finite ends, the lower one first.")
        if self.log and self.low <= 0:
            raise ConfigError(f"the range {self} goes by ratios, so it must begin above 0; write 0 beside it, as 0,1e-5..1e-2:log:4.")
        if self.count is not None and not 2 <= self.count <= LARGEST:
            raise ConfigError(f"the range {self} must have from 2 to {LARGEST:,} values, both ends included; got {self.count}.")
        if self.whole and not (float(self.low).is_integer() and float(self.high).is_integer()):
            raise ConfigError(f"the range {self} must have whole numbers as ends.")
        if self.whole and self.count is not None and len(set(self.values())) < self.count:
            raise ConfigError(f"the range {self} does not hold {self.count} different whole numbers so spaced; ask for fewer.")

    def __str__(self) -> str:
        """Return the range as it is written on a command line."""
        scale = ":log" if self.log else ""
        return f"{self.low:.12g}..{self.high:.12g}{scale}{'' if self.count is None else f':{self.count}'}"

    def values(self) -> tuple[int | float, ...]:
        """Return the `count` values, ascending; the ends are exactly `low` and `high`.

        >>> Range(low=1e-3, high=1, count=4, log=True).values()
        (0.001, 0.01, 0.1, 1.0)
        >>> Range(low=1, high=16, count=5, log=True, whole=True).values()
        (1, 2, 4, 8, 16)
        """
        assert self.count is not None
        spaced = (np.geomspace if self.log else np.linspace)(float(self.low), float(self.high), self.count).tolist()
        if self.whole:
            return tuple(round(value) for value in spaced)
        return (float(self.low), *(_rounded(value) for value in spaced[1:-1]), float(self.high))

    def at(self, share: float) -> int | float:
        """Return the value below which a share of what is drawn lies: low + share (high - low), or low (high / low)^share.

        Whole numbers are the nearest to a value of the range widened by 1/2 at both ends, so that all are equally likely (`log`: as
        likely as the log-uniform law has it from n - 1/2 to n + 1/2).

        >>> Range(low=1e-4, high=1, log=True).at(0.5)
        0.01
        >>> [Range(low=1, high=4, whole=True).at(share) for share in (0.0, 0.24, 0.26, 0.99)]
        [1, 1, 2, 4]
        """
        low, high = (self.low - 0.5, self.high + 0.5) if self.whole else (self.low, self.high)
        value = math.exp(math.log(low) + share * (math.log(high) - math.log(low))) if self.log else low + share * (high - low)
        inside = min(max(_rounded(value), self.low), self.high)
        return round(inside) if self.whole else float(inside)


def between(low: int | float, high: int | float, count: int | None = None, *, log: bool = False) -> Range:
    """Return the numbers from `low` to `high`, both included, for an option of a sweep; without `count` for random search only.

    >>> between(0, 1, 5).values()
    (0.0, 0.25, 0.5, 0.75, 1.0)
    """
    return Range(low=low, high=high, count=count, log=log)


def parse_range(text: str) -> Range | None:
    """Read `low..high[:lin|:log][:count]`; None for a text that is no range. Raises `ConfigError` on one that is badly written.

    >>> str(parse_range("0..1:lin:5")), parse_range("../runs/first")
    ('0..1:5', None)
    """
    if not _LOOKS_LIKE.match(text):
        return None
    ends, *words = text.split(":")
    low, _, high = ends.partition("..")
    log = bool(words) and words[0] == "log"
    if words and words[0] in ("lin", "log"):
        words = words[1:]
    if len(words) > 1 or not all(word.isdecimal() for word in words):
        raise ConfigError(f"{_WRITTEN}; got {text!r}.")
    try:
        numbers = float(low), float(high)
    except ValueError:
        raise ConfigError(f"{_WRITTEN}; got {text!r}.") from None
    return Range(low=numbers[0], high=numbers[1], count=int(words[0]) if words else None, log=log)


def of_whole_numbers(given: Range) -> Range:
    """Return the same range, of whole numbers only.

    >>> of_whole_numbers(between(1, 4, 2)).values()
    (1, 4)
    """
    return replace(given, whole=True)


def _rounded(value: float) -> float:
    return float(f"{value:.12g}")
