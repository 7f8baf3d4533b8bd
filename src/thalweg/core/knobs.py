"""Knobs: the settings of a catalogue entry, each with its range, default and meaning.

One declaration serves the command line, recipes, the lab's controls, the documentation and every error text. A knob reads text
(`parse`) and checks a value (`check`); both raise `ConfigError` with the range that is allowed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from thalweg.core.errors import ConfigError, nearest


@dataclass(frozen=True, kw_only=True)
class Number:
    """A real setting in an interval; one value per member in a population.

    >>> Number(name="rate", default=0.1, low=0, low_open=True, meaning="step size").check(-1)
    Traceback (most recent call last):
    ...
    thalweg.core.errors.ConfigError: rate must be a number in (0, inf); got -1.
    """

    name: str
    default: int | float
    meaning: str
    low: int | float = -math.inf
    high: int | float = math.inf
    low_open: bool = False
    high_open: bool = False
    noun: ClassVar[str] = "a number"

    @property
    def allowed(self) -> str:
        """The interval as text: `[0, 1)`; an infinite end is open."""
        left = "(" if self.low_open or self.low == -math.inf else "["
        right = ")" if self.high_open or self.high == math.inf else "]"
        return f"{self.noun} in {left}{self.low:g}, {self.high:g}{right}"

    def check(self, value: Any) -> Any:
        """Return `value` as this knob's type, or raise `ConfigError`."""
        number = self._number(value)
        above = number > self.low if self.low_open else number >= self.low
        below = number < self.high if self.high_open else number <= self.high
        if not (above and below and -math.inf < number < math.inf):
            raise self._error(value)
        return number

    def parse(self, text: str) -> Any:
        """Read the value from a word of the command line."""
        try:
            return self.check(float(text))
        except ValueError:
            raise self._error(text) from None

    def _number(self, value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._error(value)
        try:
            return float(value)
        except OverflowError:
            raise self._error(value) from None

    def _error(self, value: Any) -> ConfigError:
        return ConfigError(f"{self.name} must be {self.allowed}; got {value!r}.")


@dataclass(frozen=True, kw_only=True)
class Integer(Number):
    """A whole number in an interval; shared by all members."""

    noun: ClassVar[str] = "a whole number"

    def parse(self, text: str) -> Any:
        """Read the value from a word of the command line; `100` and `1e2` are the same."""
        try:
            return self.check(int(text))
        except ValueError:
            return super().parse(text)

    def _number(self, value: Any) -> Any:
        whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        if isinstance(value, bool) or not whole:
            raise self._error(value)
        return int(value)


@dataclass(frozen=True, kw_only=True)
class Integers:
    """A list of whole numbers, written `256,128` on the command line."""

    name: str
    default: tuple[int, ...]
    meaning: str
    low: int = 1
    shortest: int = 1

    @property
    def allowed(self) -> str:
        """What may be given, as text."""
        return f"a list of at least {self.shortest} whole number(s) >= {self.low}, as 256,128"

    def check(self, value: Any) -> tuple[int, ...]:
        """Return `value` as a tuple of whole numbers, or raise `ConfigError`."""
        items = (value,) if isinstance(value, int) and not isinstance(value, bool) else value
        if not isinstance(items, Sequence) or isinstance(items, str | bytes) or len(items) < self.shortest:
            raise self._error(value)
        if any(isinstance(item, bool) or not isinstance(item, int) or item < self.low for item in items):
            raise self._error(value)
        return tuple(items)

    def parse(self, text: str) -> tuple[int, ...]:
        """Read `256,128`; an empty text is the empty list."""
        try:
            return self.check(tuple(int(word) for word in text.split(",") if word.strip()))
        except ValueError:
            raise self._error(text) from None

    def _error(self, value: Any) -> ConfigError:
        return ConfigError(f"{self.name} must be {self.allowed}; got {value!r}.")


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One word out of a list."""

    name: str
    default: str
    meaning: str
    choices: tuple[str, ...]

    @property
    def allowed(self) -> str:
        """What may be given, as text."""
        return f"one of {', '.join(self.choices)}"

    def check(self, value: Any) -> str:
        """Return `value` if it is one of the words, or raise `ConfigError` with the nearest."""
        if value not in self.choices:
            raise ConfigError(f"{self.name} must be {self.allowed}; got {value!r}.{nearest(str(value), self.choices)}")
        return str(value)

    def parse(self, text: str) -> str:
        """Read the word."""
        return self.check(text)


@dataclass(frozen=True, kw_only=True)
class Flag:
    """Yes or no."""

    name: str
    default: bool
    meaning: str
    allowed: ClassVar[str] = "true or false"

    def check(self, value: Any) -> bool:
        """Return `value` if it is a boolean, or raise `ConfigError`."""
        if not isinstance(value, bool):
            raise ConfigError(f"{self.name} must be {self.allowed}; got {value!r}.")
        return value

    def parse(self, text: str) -> bool:
        """Read `true`, `false`, `yes`, `no`, `1` or `0`."""
        words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
        return self.check(words.get(text.lower(), text))


@dataclass(frozen=True, kw_only=True)
class Text:
    """Free text, such as an import path."""

    name: str
    default: str
    meaning: str
    allowed: ClassVar[str] = "text"

    def check(self, value: Any) -> str:
        """Return `value` if it is text, or raise `ConfigError`."""
        if not isinstance(value, str):
            raise ConfigError(f"{self.name} must be {self.allowed}; got {value!r}.")
        return value

    def parse(self, text: str) -> str:
        """Return the text itself."""
        return text


Knob = Number | Integer | Integers | Choice | Flag | Text
