"""Combinations of axes: all of them as a grid, or some drawn at random."""

import math
from collections.abc import Sequence
from itertools import product
from typing import Any

import torch

from thalweg.core.errors import ConfigError
from thalweg.core.seeds import generator
from thalweg.run.axes import Axis
from thalweg.run.ranges import LARGEST


def grid(axes: Sequence[Axis]) -> list[dict[str, Any]]:
    """Return every combination of the axes' values; the last axis goes fastest.

    Raises `ConfigError` on a range without a number of values and on more than `LARGEST` combinations.

    >>> from thalweg.run.axes import parse_axis
    >>> grid([parse_axis("a", "1,2"), parse_axis("b", "x,y")])
    [{'a': 1, 'b': 'x'}, {'a': 1, 'b': 'y'}, {'a': 2, 'b': 'x'}, {'a': 2, 'b': 'y'}]
    """
    for axis in axes:
        for each in axis.ranges:
            raise ConfigError(f"{axis.name}: a grid needs the number of values in the range {each}; write {each}:5, or search at random.")
    total = math.prod(len(axis.choices) for axis in axes)
    if total > LARGEST:
        raise ConfigError(f"the grid has {total:,} points, more than {LARGEST:,}. Give fewer values, or search at random.")
    return _combined(axes, [axis.choices for axis in axes])


def draw(axes: Sequence[Axis], *, trials: int, seed: int) -> list[dict[str, Any]]:
    """Return `trials` points drawn at random, or every point once where there are no more than that many (see `all_of`).

    Each item of an axis is equally likely, a number within a range uniformly (or log-uniformly) so. What trial number t draws from an axis
    is a pure function of (seed, t, the axis's name): fewer trials are the beginning of more, and another axis changes nothing about this
    one. Where all is discrete no point is drawn twice. Raises `ConfigError` where `trials` is below 1.

    >>> from thalweg.run.axes import parse_axis
    >>> axes = [parse_axis("rate", "1e-4..1:log"), parse_axis("batch", "32,64")]
    >>> draw(axes, trials=2, seed=0) == draw(axes, trials=3, seed=0)[:2]
    True
    """
    if trials < 1:
        raise ConfigError(f"trials must be at least 1; got {trials}.")
    everything = all_of(axes, most=trials)
    if everything is not None:
        return everything
    endless = any(not each.whole for axis in axes for each in axis.ranges)
    drawn: list[dict[str, Any]] = []
    seen: set[str] = set()
    attempt = 0
    while len(drawn) < trials:
        point = _combined(axes, [(axis.at(*_two_numbers(seed, attempt, axis.name)),) for axis in axes])[0]
        attempt += 1
        if endless or repr(point) not in seen:
            seen.add(repr(point))
            drawn.append(point)
    return drawn


def all_of(axes: Sequence[Axis], *, most: int) -> list[dict[str, Any]] | None:
    """Return every point there is if they are at most `most`, else None.

    >>> from thalweg.run.axes import parse_axis
    >>> all_of([parse_axis("batch", "32,64")], most=1), all_of([parse_axis("batch", "32,64")], most=2)
    (None, [{'batch': 32}, {'batch': 64}])
    """
    lines = [line for axis in axes if (line := axis.everything(most)) is not None]
    if len(lines) < len(axes) or math.prod(map(len, lines)) > most:
        return None
    return _combined(axes, lines)


def _combined(axes: Sequence[Axis], lines: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    names = [axis.name for axis in axes]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"{name} is given twice.")
    return [dict(zip(names, values, strict=True)) for values in product(*lines)]


def _two_numbers(seed: int, attempt: int, name: str) -> tuple[float, float]:
    which, where = torch.rand(2, dtype=torch.float64, generator=generator(seed, "draw", attempt, name)).tolist()
    return which, where
