"""Ticks: where an axis has its labels, and what they say."""

import html
import math
import re
from collections.abc import Sequence
from typing import Any

from thalweg.views._marks import Axis

SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_FORMAT = re.compile(r"\.(\d+)(~?)([%gf])")


def words(text: Any) -> str:
    """Return a text of plotly's as it shows: lines joined, marks as themselves.

    >>> words("a &lt;b&gt;<br>c"), words(None)
    ('a <b> c', '')
    """
    return "" if text is None else html.unescape(str(text).replace("<br>", " "))


def written(value: int | float, form: str | None) -> str:
    """Return a number by one of the formats that the views use.

    >>> written(0.25, ".0%"), written(0.9, ".1~%"), written(3.0, "d"), written(0.001, ""), written(1200.0, None)
    ('25%', '90%', '3', '0.001', '1,200')
    """
    if form == "d":
        return f"{value:,.0f}"
    if not (found := _FORMAT.fullmatch(form or "")):
        return f"{value:,.6g}".replace("-", "−") if abs(value) >= 1e-4 or value == 0 else f"{value:.3g}".replace("-", "−")
    digits, trim, kind = int(found[1]), found[2], found[3]
    text = f"{100 * value:.{digits}f}" if kind == "%" else f"{value:.{digits}{kind}}"
    if trim and "." in text:
        text = text.rstrip("0").rstrip(".")
    return (text + ("%" if kind == "%" else "")).replace("-", "−")


def even(low: int | float, high: int | float, *, most: int = 6, step: int | float | None = None) -> list[float]:
    """Return round values between two ends, at most about `most`, or those a `step` apart.

    >>> even(0, 1), even(0.2, 3.9, step=1)
    ([0.0, 0.2, 0.4, 0.6, 0.8, 1.0], [1.0, 2.0, 3.0])
    """
    low, high = min(low, high), max(low, high)
    if not high > low:
        return [float(low)]
    if not step or (high - low) / step > 60:
        rough = (high - low) / most
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(nice * power for nice in (1, 2, 5, 10) if nice * power >= 0.999 * rough)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [0.0 if index == 0 else float(round(index * step, 12)) for index in range(first, last + 1)]


def decades(low: int | float, high: int | float, *, stride: int = 1, power: bool = False) -> list[tuple[float, str]]:
    """Return the ticks of a logarithmic axis: powers of ten, with 2 and 5 between them where there would be fewer than two.

    >>> decades(0.05, 20, power=True), decades(2, 9)
    ([(0.1, '10⁻¹'), (1.0, '10⁰'), (10.0, '10¹')], [(2.0, '2'), (5.0, '5')])
    """
    low, high = min(low, high), max(low, high)
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    stride = max(stride, -(-(last - first + 1) // 8))
    if last - first >= 1:
        return [
            (10.0**index, f"10{str(index).translate(SUPERSCRIPT)}" if power else written(10.0**index, None))
            for index in range(first, last + 1, stride)
        ]
    found = [nice * 10.0**index for index in range(first - 1, last + 1) for nice in (1, 2, 5)]
    return [(value, written(value, None)) for value in found if low * 0.999 <= value <= high * 1.001]


def named(places: Sequence[int | float], texts: Sequence[str] | None, form: str | None) -> list[tuple[float, str]]:
    """Return ticks at given places, with their texts or written by a format."""
    said = [written(place, form) for place in places] if texts is None else [words(text) for text in texts]
    return [(float(place), text) for place, text in zip(places, said, strict=True)]


def spanning(title: str, low: float, high: float, *, form: str | None = None) -> Axis:
    """Return an axis between two ends with round values as its ticks.

    >>> spanning("epochs", 0.0, 1.0).ticks[:2]
    ((0.0, '0'), (0.2, '0.2'))
    """
    return Axis(title=title, low=low, high=high, ticks=tuple(named(even(low, high), None, form)))
