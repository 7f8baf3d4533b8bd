"""Combinations: the grid in its order, and draws that are seeded, distinct and of the right law."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest

from thalweg.core.errors import ConfigError
from thalweg.run.axes import Axis, Kind, parse_axis
from thalweg.run.combinations import all_of, draw, grid

WORDS = parse_axis("optimiser", "sgd,adam")
RATE = parse_axis("rate", "1e-4..1:log")


@settings(deadline=None)
@given(sizes=st.lists(st.integers(1, 4), max_size=4))
def test_the_last_axis_goes_fastest(sizes: list[int]) -> None:
    axes = [Axis(name=f"a{place}", choices=tuple(range(size))) for place, size in enumerate(sizes)]
    points = grid(axes)
    assert [tuple(point.values()) for point in points] == list(itertools.product(*map(range, sizes)))
    assert len(points) == math.prod(sizes)
    assert all(list(point) == [axis.name for axis in axes] for point in points)


def test_a_grid_needs_numbers_of_values_and_has_an_end() -> None:
    with pytest.raises(ConfigError, match=r"rate: a grid needs the number of values in the range 0.0001..1:log; write 0.0001..1:log:5"):
        grid([WORDS, RATE])
    long = [parse_axis(name, "0..1:100") for name in "abc"]
    with pytest.raises(ConfigError, match="the grid has 1,000,000 points, more than 100,000"):
        grid(long)
    with pytest.raises(ConfigError, match="optimiser is given twice"):
        grid([WORDS, WORDS])


def test_draws_are_a_function_of_seed_trial_and_name() -> None:
    points = draw([WORDS, RATE], trials=20, seed=3)
    assert points == draw([WORDS, RATE], trials=20, seed=3)
    assert points[:7] == draw([WORDS, RATE], trials=7, seed=3)
    assert points != draw([WORDS, RATE], trials=20, seed=4)
    other = draw([parse_axis("momentum", "0..0.9"), RATE], trials=20, seed=3)
    assert [point["rate"] for point in points] == [point["rate"] for point in other]


def test_numbers_are_log_uniform_and_items_equally_likely() -> None:
    """2000 draws; at these fixed seeds the p-values are far from what chance would rarely give."""
    points = draw([parse_axis("x", "0,1e-4..1:log")], trials=2000, seed=0)
    values = np.array([point["x"] for point in points])
    assert abs((values == 0).mean() - 0.5) < 0.04  # 3.6 standard deviations
    drawn = np.log10(values[values > 0])
    assert kstest(drawn, "uniform", args=(-4, 4)).pvalue > 0.01
    assert ((drawn >= -4) & (drawn <= 0)).all()


@settings(deadline=None, max_examples=30)
@given(sizes=st.lists(st.integers(1, 4), min_size=1, max_size=3), trials=st.integers(1, 70), seed=st.integers(0, 5))
def test_discrete_points_are_drawn_without_replacement(sizes: list[int], trials: int, seed: int) -> None:
    axes = [Axis(name=f"a{place}", choices=tuple(range(size))) for place, size in enumerate(sizes)]
    points = [tuple(point.values()) for point in draw(axes, trials=trials, seed=seed)]
    everything = [tuple(point.values()) for point in grid(axes)]
    assert len(set(points)) == len(points) == min(trials, len(everything))
    assert set(points) <= set(everything)
    if trials >= len(everything):
        assert points == everything


def test_ranges_of_whole_numbers_are_discrete() -> None:
    axis = parse_axis("history", "3,1..4", Kind(whole=True))
    assert {point["history"] for point in draw([axis], trials=3, seed=1)} <= {1, 2, 3, 4}
    assert sorted(point["history"] for point in draw([axis], trials=50, seed=1)) == [1, 2, 3, 4]
    assert all_of([axis], most=3) is None
    assert all_of([parse_axis("seed", "0..1000000000", Kind(whole=True))], most=5) is None
    assert all_of([WORDS, RATE], most=10**6) is None
    assert all_of([], most=1) == draw([], trials=1, seed=0) == grid([]) == [{}]


def test_trials_are_at_least_one() -> None:
    with pytest.raises(ConfigError, match="trials must be at least 1; got 0"):
        draw([WORDS], trials=0, seed=0)
