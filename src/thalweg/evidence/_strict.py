"""Numbers for strict JSON: what is not finite has no value."""

import math
from collections.abc import Iterable
from typing import SupportsFloat


def number(value: SupportsFloat) -> float | None:
    """Return `value` as a float, or None where it is NaN or infinite.

    >>> number(2), number(float("nan"))
    (2.0, None)
    """
    plain = float(value)
    return plain if math.isfinite(plain) else None


def numbers(values: Iterable[SupportsFloat]) -> tuple[float | None, ...]:
    """Return `number` of each value."""
    return tuple(number(value) for value in values)
