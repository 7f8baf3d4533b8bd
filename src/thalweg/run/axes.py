"""Axes: options that take several values.

An option of a sweep is one value (`0.1`), a list (`0.1,0.3,1`), a range with the number of its values (`1e-3..1e0:log:16` in equal
ratios, `0..1:lin:5` or shorter `0..1:5` in equal steps; both ends included), or a list of these (`0,1e-5..1e-2:log:3`). A range without
a number of values (`1e-4..1e-1:log`) is for random search. Where a value may itself hold commas (`--widths 256,128`) a semicolon stands
between values: `256,128;64`. In Python a value, a sequence of values and `between(...)` are understood as well; where a value is itself
a list, `[256, 128]` is one and `[[256, 128], [64]]` are two.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from thalweg.core.errors import ConfigError
from thalweg.run.ranges import Range, of_whole_numbers, parse_range


def word_or_number(item: Any) -> Any:
    """Read an item of which nothing is known: a whole number, a finite number, or else the word as it is.

    >>> [word_or_number(item) for item in ("3", "1e-3", "adam", "nan", 0.5)]
    [3, 0.001, 'adam', 'nan', 0.5]
    """
    if not isinstance(item, str):
        return item
    for number in (int, float):
        try:
            value = number(item)
        except ValueError:
            continue
        return value if math.isfinite(value) else item
    return item


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How the items of an option are read: `read` makes a value of a text or a value, or raises `ConfigError`.

    `whole`: ranges hold whole numbers only. `listed`: a value may hold commas, so that a semicolon stands between values.
    """

    read: Callable[[Any], Any] = word_or_number
    whole: bool = False
    listed: bool = False


@dataclass(frozen=True, kw_only=True)
class Axis:
    """An option with its values: single ones, and ranges of which only a random search has use. No value occurs twice."""

    name: str
    choices: tuple[Any, ...] = ()
    ranges: tuple[Range, ...] = ()

    def __post_init__(self) -> None:
        seen = set()
        for choice in self.choices:
            if _key(choice) in seen:
                raise ConfigError(f"{self.name}: the value {choice!r} occurs twice; give every value once.")
            seen.add(_key(choice))

    @property
    def varies(self) -> bool:
        """Whether the option has more than one value."""
        return len(self.choices) > 1 or bool(self.ranges)

    def everything(self, most: int) -> tuple[Any, ...] | None:
        """Return all values there are, or None where they are without end or a range holds more than `most`."""
        if any(not each.whole or each.high - each.low >= most for each in self.ranges):
            return None
        found = [*self.choices, *(value for each in self.ranges for value in range(int(each.low), int(each.high) + 1))]
        return tuple({_key(value): value for value in found}.values())

    def at(self, which: float, where: float) -> Any:
        """Return the value at two numbers in [0, 1): `which` choice or range, all equally likely, and `where` in the range."""
        items = [*self.choices, *self.ranges]
        item = items[int(which * len(items))]
        return item.at(where) if isinstance(item, Range) else item


def parse_axis(name: str, given: Any, kind: Kind | None = None) -> Axis:
    """Read an option of a sweep: a text in the grammar above, a value, a `Range`, or a sequence of values and ranges.

    Raises `ConfigError` saying which item is wrong.

    >>> parse_axis("l2", "0,1e-5..1e-2:log:3").choices
    (0, 1e-05, 0.000316227766017, 0.01)
    >>> parse_axis("optimiser", "sgd,adam").choices
    ('sgd', 'adam')
    """
    kind = kind or Kind()
    items = _items(given, kind)
    if not items:
        raise ConfigError(f"{name} needs at least one value; got {given!r}.")
    choices: list[Any] = []
    ranges: list[Range] = []
    for place, item in enumerate(items, 1):
        try:
            some, found = _read(item, kind)
        except ConfigError as error:
            message = str(error) if str(error).startswith(name) else f"{name}: {error}"
            raise ConfigError(message if len(items) == 1 else f"{name}, item {place} of {given!r}: {error}") from None
        choices += some
        ranges += found
    return Axis(name=name, choices=tuple(choices), ranges=tuple(ranges))


def _items(given: Any, kind: Kind) -> list[Any]:
    if isinstance(given, str):
        return [item.strip() for item in given.split(";" if kind.listed else ",")]
    if isinstance(given, Mapping | bytes) or not isinstance(given, Iterable):
        return [given]
    items = [item.item() if isinstance(item, np.generic) else item for item in given]
    alone = kind.listed and not any(isinstance(item, list | tuple) for item in items)
    return [items] if alone else items  # [256, 128] is one value, as the text 256,128 is


def _read(item: Any, kind: Kind) -> tuple[list[Any], list[Range]]:
    """Return an item's single values, or its range; both ends of a range must be values themselves."""
    if item == "" and not kind.listed:
        raise ConfigError("there is nothing between two commas, or after the last one; give a value, or leave the comma out.")
    found = parse_range(item) if isinstance(item, str) and not kind.listed else item
    if not isinstance(found, Range):
        return [kind.read(item)], []
    found = of_whole_numbers(found) if kind.whole else found
    if found.count is not None:
        return [kind.read(value) for value in found.values()], []
    kind.read(found.low), kind.read(found.high)
    return [], [found]


def _key(value: Any) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return repr(float(value)) if number else repr(value)
