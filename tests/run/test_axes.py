"""Axes: the grammar of several values, as text and in Python."""

import numpy as np
import pytest

from thalweg.core.errors import ConfigError
from thalweg.core.knobs import Choice, Integers, Number
from thalweg.run.axes import Axis, Kind, parse_axis, word_or_number
from thalweg.run.ranges import between

RATE = Number(name="rate", default=0.1, low=0, low_open=True, meaning="step size")
WIDTHS = Integers(name="widths", default=(), shortest=0, meaning="units")
OF_RATE = Kind(read=lambda value: RATE.parse(value) if isinstance(value, str) else RATE.check(value))
OF_WIDTHS = Kind(read=lambda value: WIDTHS.parse(value) if isinstance(value, str) else WIDTHS.check(value), listed=True)


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("0.1", (0.1,)),
        ("0.1,0.3,1", (0.1, 0.3, 1)),
        ("0..1:lin:5", (0.0, 0.25, 0.5, 0.75, 1.0)),
        ("0,1e-5..1e-2:log:4", (0, 1e-5, 1e-4, 1e-3, 1e-2)),
        ("0, 1e-5..1e-2:log:3", (0, 1e-5, 0.000316227766017, 1e-2)),
        ("sgd,momentum,adam", ("sgd", "momentum", "adam")),
        ("../runs/first", ("../runs/first",)),
    ],
)
def test_the_grammar_by_hand(text: str, choices: tuple[object, ...]) -> None:
    assert parse_axis("x", text) == Axis(name="x", choices=choices)


def test_sixteen_values_from_end_to_end() -> None:
    values = parse_axis("rate", "1e-3..1e0:log:16", OF_RATE).choices
    np.testing.assert_allclose(values, np.geomspace(1e-3, 1, 16), rtol=1e-11)
    assert (len(values), values[0], values[-1]) == (16, 1e-3, 1.0)


def test_ranges_without_a_number_of_values_are_kept_for_random_search() -> None:
    axis = parse_axis("rate", "0.5,1e-4..1e-1:log", OF_RATE)
    assert (axis.choices, axis.ranges) == ((0.5,), (between(1e-4, 1e-1, log=True),))
    assert axis.varies
    assert not parse_axis("rate", "0.5", OF_RATE).varies


def test_lists_are_separated_by_semicolons() -> None:
    assert parse_axis("widths", "256,128;64", OF_WIDTHS).choices == ((256, 128), (64,))
    assert parse_axis("widths", "256,128", OF_WIDTHS).choices == ((256, 128),)
    assert parse_axis("widths", "64;", OF_WIDTHS).choices == ((64,), ())


def test_python_values_sequences_and_ranges() -> None:
    assert parse_axis("rate", 0.3, OF_RATE).choices == (0.3,)
    assert parse_axis("rate", [1, between(2, 4, 3)], OF_RATE).choices == (1.0, 2.0, 3.0, 4.0)
    assert parse_axis("rate", np.array([0.5, 0.25])).choices == (0.5, 0.25)
    assert parse_axis("optimiser", ("sgd", "adam")).choices == ("sgd", "adam")
    assert parse_axis("optimiser", {"name": "sgd"}).choices == ({"name": "sgd"},)
    assert parse_axis("widths", [256, 128], OF_WIDTHS).choices == ((256, 128),)
    assert parse_axis("widths", [(256, 128), 64], OF_WIDTHS).choices == ((256, 128), (64,))
    assert parse_axis("clip", None).choices == (None,)


def test_whole_numbers() -> None:
    whole = Kind(whole=True)
    assert parse_axis("history", "1..16:log:5", whole).choices == (1, 2, 4, 8, 16)
    assert all(isinstance(value, int) for value in parse_axis("history", "1..9:3", whole).choices)
    assert parse_axis("history", "1..9", whole).ranges[0].whole


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0.1,x", r"^rate, item 2 of '0.1,x': rate must be a number in \(0, inf\); got 'x'\.$"),
        ("x", r"^rate must be a number in \(0, inf\); got 'x'\.$"),
        ("0.1,,1", "^rate, item 2 of '0.1,,1': there is nothing between two commas"),
        ("0.1,", "^rate, item 2 of '0.1,': there is nothing between two commas, or after the last one"),
        ("", "^rate: there is nothing"),
        ("0.1,1e-1", "^rate: the value 0.1 occurs twice"),
        ("0..1:3", r"^rate must be a number in \(0, inf\); got 0\.0"),
        ("0..1", r"^rate must be a number in \(0, inf\); got 0\.0"),
        ("0.1,2..1:log:3", r"^rate, item 2 of '0.1,2..1:log:3': the range 2..1:log:3 must have finite ends"),
        ("0.1..1:log:3:4", "^rate: a range is written low..high:count"),
    ],
)
def test_errors_say_where_and_what_is_allowed(text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        parse_axis("rate", text, OF_RATE)


def test_no_values_at_all() -> None:
    with pytest.raises(ConfigError, match="rate needs at least one value"):
        parse_axis("rate", [])


def test_a_range_of_words_is_refused_by_the_knob() -> None:
    mode = Choice(name="mode", default="zero", choices=("zero", "edge"), meaning="border")
    with pytest.raises(ConfigError, match="mode must be one of zero, edge; got 0"):
        parse_axis("mode", "0..1:5", Kind(read=mode.check))


def test_equal_numbers_are_the_same_value_and_yes_is_not_one() -> None:
    with pytest.raises(ConfigError, match="occurs twice"):
        parse_axis("x", [1, 1.0])
    assert parse_axis("x", [1, True]).choices == (1, True)


def test_items_of_which_nothing_is_known() -> None:
    assert [repr(word_or_number(item)) for item in ("3", "3.0", "1e400", "x", None)] == ["3", "3.0", "'1e400'", "'x'", "None"]
