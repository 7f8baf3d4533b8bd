"""Ranges: ends, spacing, whole numbers, and the law that a random search draws by."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.core.errors import ConfigError
from thalweg.run.ranges import Range, between, of_whole_numbers, parse_range


def test_values_by_hand() -> None:
    assert between(0, 1, 5).values() == (0.0, 0.25, 0.5, 0.75, 1.0)
    assert between(1e-3, 1, 4, log=True).values() == (0.001, 0.01, 0.1, 1.0)
    assert between(-1, 1, 2).values() == (-1.0, 1.0)
    assert of_whole_numbers(between(1, 10, 4, log=True)).values() == (1, 2, 5, 10)


@settings(deadline=None)
@given(low=st.floats(1e-12, 1e3), ratio=st.floats(1.01, 1e9), count=st.integers(2, 40))
def test_equal_ratios_and_equal_steps_as_numpy_has_them(low: float, ratio: float, count: int) -> None:
    high = low * ratio
    logarithmic, linear = between(low, high, count, log=True).values(), between(low, high, count).values()
    np.testing.assert_allclose(logarithmic, np.logspace(np.log10(low), np.log10(high), count), rtol=1e-10)
    np.testing.assert_allclose(linear, low + (high - low) * np.arange(count) / (count - 1), rtol=1e-10)
    assert (logarithmic[0], logarithmic[-1], linear[0], linear[-1]) == (low, high, low, high)


@pytest.mark.parametrize(
    ("text", "low", "high", "count", "log"),
    [
        ("1e-3..1e0:log:16", 1e-3, 1.0, 16, True),
        ("0..1:lin:5", 0.0, 1.0, 5, False),
        ("0..1:5", 0.0, 1.0, 5, False),
        ("1e-4..1e-1:log", 1e-4, 1e-1, None, True),
        ("-1...5", -1.0, 0.5, None, False),
        (".5..2", 0.5, 2.0, None, False),
    ],
)
def test_the_grammar(text: str, low: float, high: float, count: int | None, log: bool) -> None:
    assert parse_range(text) == Range(low=low, high=high, count=count, log=log)


@settings(deadline=None)
@given(low=st.floats(1e-6, 1), high=st.floats(2, 1e6), count=st.none() | st.integers(2, 99), log=st.booleans())
def test_what_a_range_writes_is_read_back(low: float, high: float, count: int | None, log: bool) -> None:
    written = Range(low=float(f"{low:.6g}"), high=float(f"{high:.6g}"), count=count, log=log)
    assert parse_range(str(written)) == written


@pytest.mark.parametrize("text", ["adam", "0.1", "../runs/first", "relu..tanh", "thalweg.score:build"])
def test_words_are_no_ranges(text: str) -> None:
    assert parse_range(text) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1..x", "a range is written low..high:count"),
        ("0..1:log:5:2", "a range is written low..high:count"),
        ("0..1:cube", "a range is written low..high:count"),
        ("1..0:3", r"the range 1..0:3 must have finite ends, the lower one first"),
        ("1..inf:3", "finite ends"),
        ("0..1:log:3", "must begin above 0"),
        ("0..1:1", "must have from 2 to 100,000 values, both ends included; got 1"),
        ("0..1:100001", "got 100001"),
    ],
)
def test_errors_say_what_is_allowed(text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        parse_range(text)


def test_ranges_of_whole_numbers_have_as_many_as_they_say() -> None:
    with pytest.raises(ConfigError, match="does not hold 5 different whole numbers"):
        of_whole_numbers(between(1, 3, 5))
    with pytest.raises(ConfigError, match="must have whole numbers as ends"):
        of_whole_numbers(between(0.5, 3, 2))


def test_drawing_by_hand() -> None:
    decades = between(1e-4, 1, log=True)
    assert [decades.at(share) for share in (0.0, 0.25, 0.5, 0.75)] == [1e-4, 1e-3, 1e-2, 1e-1]
    assert between(-2, 2).at(0.75) == 1.0
    dice = of_whole_numbers(between(1, 6))
    shares = (np.arange(600) + 0.5) / 600
    assert np.bincount([int(dice.at(share)) for share in shares]).tolist() == [0, *[100] * 6]


def test_whole_numbers_are_drawn_log_uniformly() -> None:
    """P(n) = log((n + 1/2) / (n - 1/2)) / log(8.5 / 0.5)."""
    shares = (np.arange(20_000) + 0.5) / 20_000
    eight = of_whole_numbers(between(1, 8, log=True))
    counts = np.bincount([int(eight.at(share)) for share in shares])[1:]
    number = np.arange(1, 9)
    np.testing.assert_allclose(counts / 20_000, np.log((number + 0.5) / (number - 0.5)) / np.log(17), atol=2 / 20_000)


@settings(deadline=None)
@given(share=st.floats(0, 1, exclude_max=True), log=st.booleans(), whole=st.booleans())
def test_what_is_drawn_lies_within(share: float, log: bool, whole: bool) -> None:
    value = Range(low=1, high=30, log=log, whole=whole).at(share)
    assert 1 <= value <= 30
    assert isinstance(value, int if whole else float)
