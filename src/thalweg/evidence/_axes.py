"""Axes of a sweep: each setting that varied, with its values laid out on a line of numbers or a row of words."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np

MISSING = "–"
"""The word for a candidate that does not have the setting."""

CELLS = 12
"""Up to this many values each is a cell of its own; more are gathered in `BINS` cells of equal width."""

BINS = 8


@dataclass(frozen=True, kw_only=True)
class Axis:
    """A setting that varied: its distinct values, numbers ascending, words in the order of appearance.

    `scale`: `linear` and `log` put numbers where they belong; `even` puts them at equal distances in their order, which suits zero beside
    1e-4, 1e-3, ... and settings that some candidates do not have; `words` does so with anything that is no number. `explained` is the
    share of the figure's variance over candidates that goes with the axis (epsilon squared: eta squared corrected for the number of
    cells), None where it cannot be told.
    """

    name: str
    values: tuple[Any, ...]
    scale: Literal["linear", "log", "even", "words"]
    explained: float | None = None

    @property
    def numeric(self) -> bool:
        """Whether the values are numbers."""
        return self.scale != "words"

    def position(self, value: Any) -> float:
        """Return where on the axis a value lies, in the axis's own units; equal steps are equal distances."""
        if self.scale in ("even", "words"):
            return float(self.values.index(value))
        return math.log10(value) if self.scale == "log" else float(value)

    @property
    def edges(self) -> tuple[float, ...]:
        """Positions of the borders of the cells; empty where every value is a cell of its own."""
        if len(self.values) <= CELLS or self.scale in ("even", "words"):
            return ()
        ends = self.position(self.values[0]), self.position(self.values[-1])
        return tuple(float(edge) for edge in np.linspace(*ends, BINS + 1))

    def cell(self, value: Any) -> int:
        """Return the number of the cell that a value lies in; a border belongs to the cell above it."""
        if not self.edges:
            return self.values.index(value)
        return int(np.clip(np.searchsorted(self.edges, self.position(value), side="right") - 1, 0, BINS - 1))

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells in words: a value each, or from border to border, with as few digits as tell the borders apart."""
        if not self.edges:
            return tuple(word(value) for value in self.values)
        edges = [10**edge if self.scale == "log" else edge for edge in self.edges]
        writings = ([word(edge, digits=digits) for edge in edges] for digits in range(2, 17))
        borders = next(words for words in writings if len(set(words)) == len(words))
        return tuple(f"{low} to {high}" for low, high in pairwise(borders))


def axis(name: str, values: Sequence[Any]) -> Axis:
    """Lay out the values that a setting took, one a candidate; `MISSING` where a candidate has none.

    Numbers lie on a logarithmic axis where all are positive, span at least a factor 10 and have their median nearer to the middle of
    the logarithms than to the middle of the numbers; numbers with a zero are laid out evenly where those above zero are so spaced.

    >>> axis("rate", [0.1, 0.001, 0.01]).scale, axis("depth", [1, 2, 3]).scale, axis("l2", [0, 1e-4, 1e-3, 1e-2]).scale
    ('log', 'linear', 'even')
    """
    distinct = tuple(dict.fromkeys(values))
    known = [value for value in distinct if value != MISSING]
    if not known or not all(_is_number(value) for value in known):
        return Axis(name=name, values=distinct, scale="words")
    ordered = tuple(sorted(known))
    if len(known) < len(distinct):
        return Axis(name=name, values=(MISSING, *ordered), scale="even")
    above = [value for value in ordered if value > 0]
    if not _log_spaced(above):
        return Axis(name=name, values=ordered, scale="linear")
    if len(above) == len(ordered):
        return Axis(name=name, values=ordered, scale="log")
    return Axis(name=name, values=ordered, scale="even" if len(ordered) <= CELLS else "linear")


def word(value: Any, *, digits: int = 6) -> str:
    """Return a setting as text: numbers short, lists as 256,128, True as true.

    >>> word(0.001), word(0.00025), word((256, 128)), word(True), word(None)
    ('0.001', '2.5e-4', '256,128', 'true', 'none')
    """
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _short(value, digits)
    return ",".join(word(item) for item in value) if isinstance(value, list | tuple) else str(value)


def _short(value: float, digits: int) -> str:
    if value == 0 or not math.isfinite(value) or 1e-3 <= abs(value) < 1e6:
        return f"{value:.{digits}g}"
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}" if "." in mantissa else f"{mantissa}e{int(exponent)}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _log_spaced(values: Sequence[int | float]) -> bool:
    if len(values) < 2 or values[-1] < 10 * values[0]:
        return False
    if len(values) == 2:
        return True
    middle = float(np.median(values))
    linear = (middle - values[0]) / (values[-1] - values[0])
    logarithmic = math.log(middle / values[0]) / math.log(values[-1] / values[0])
    return abs(logarithmic - 0.5) < abs(linear - 0.5)
