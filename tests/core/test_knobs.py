import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thalweg.core.errors import ConfigError
from thalweg.core.knobs import Choice, Flag, Integer, Integers, Number, Text

RATE = Number(name="rate", default=0.1, low=0, low_open=True, meaning="step size")
SHARE = Number(name="share", default=0.5, low=0, high=1, high_open=True, meaning="share")
COUNT = Integer(name="count", default=3, low=1, meaning="how many")
SOME = Integer(name="some", default=3, low=1, high=9, meaning="a few")
WIDTHS = Integers(name="widths", default=(8,), meaning="widths")
ANY_WIDTHS = Integers(name="widths", default=(8,), shortest=0, meaning="widths")
ACTIVATION = Choice(name="activation", default="relu", choices=("relu", "tanh"), meaning="bend")
FLAG = Flag(name="deep", default=False, meaning="deep or not")


@pytest.mark.parametrize("value", [0, -1, -1e-300, math.nan, math.inf, -math.inf, True, False, "0.1", None, [0.1], 1j, 10**400])
def test_a_number_out_of_its_interval_or_of_another_type_is_refused_with_the_interval(value):
    with pytest.raises(ConfigError) as caught:
        RATE.check(value)
    assert str(caught.value) == f"rate must be a number in (0, inf); got {value!r}."


@pytest.mark.parametrize(("value", "fits"), [(0, True), (1, False), (math.nextafter(1, 0), True), (-1e-9, False), (0.25, True)])
def test_open_and_closed_ends(value, fits):
    assert SHARE.allowed == "a number in [0, 1)"
    if fits:
        assert SHARE.check(value) == value
        assert type(SHARE.check(value)) is float
    else:
        with pytest.raises(ConfigError, match=r"share must be a number in \[0, 1\); got "):
            SHARE.check(value)


@pytest.mark.parametrize("knob", [RATE, SHARE, COUNT, SOME])
@pytest.mark.parametrize("text", ["", "much", "nan", "inf", "-inf", "1e400", "-1", "0x10", "1,5"])
def test_words_that_are_no_number_in_the_interval_are_refused(knob, text):
    with pytest.raises(ConfigError, match=f"^{knob.name} must be a "):
        knob.parse(text)


def test_words_are_read_as_the_knobs_type():
    assert RATE.parse("1e-3") == 1e-3
    assert COUNT.parse("12") == 12
    assert type(COUNT.parse("12")) is int
    assert COUNT.parse("1e2") == 100
    assert COUNT.parse(str(2**53 + 1)) == 2**53 + 1  # a float would round it


@pytest.mark.parametrize("value", [0, 1.5, True, math.inf, math.nan, "3", None])
def test_a_whole_number_is_whole(value):
    with pytest.raises(ConfigError, match=r"count must be a whole number in \[1, inf\); got "):
        COUNT.check(value)


def test_whole_numbers_may_be_large_but_not_beyond_their_end():
    assert COUNT.check(10**400) == 10**400
    assert COUNT.check(4.0) == 4
    assert type(COUNT.check(4.0)) is int
    with pytest.raises(ConfigError, match=r"some must be a whole number in \[1, 9\]; got 10\."):
        SOME.check(10)


def test_lists_of_whole_numbers():
    assert WIDTHS.check([256, 128]) == WIDTHS.parse("256,128") == (256, 128)
    assert WIDTHS.check(64) == (64,)
    assert ANY_WIDTHS.check([]) == ANY_WIDTHS.parse("") == ()


@pytest.mark.parametrize("value", [[], [0], [1.5], [True], True, "256,128", None, {"a": 1}, [[1]], b"ab"])
def test_what_is_no_list_of_whole_numbers_is_refused(value):
    with pytest.raises(ConfigError, match=r"widths must be a list of at least 1 whole number\(s\) >= 1, as 256,128; got "):
        WIDTHS.check(value)


@pytest.mark.parametrize("text", ["", ",", "a", "8,", "8.5", "8,-1"])
def test_words_that_are_no_list_are_refused(text):
    if text == "8,":
        assert WIDTHS.parse(text) == (8,)
        return
    with pytest.raises(ConfigError, match="widths must be a list"):
        WIDTHS.parse(text)


def test_a_choice_names_the_nearest_word():
    assert ACTIVATION.check("tanh") == ACTIVATION.parse("tanh") == "tanh"
    with pytest.raises(ConfigError) as caught:
        ACTIVATION.check("rellu")
    assert str(caught.value) == "activation must be one of relu, tanh; got 'rellu'. Did you mean 'relu'?"
    with pytest.raises(ConfigError, match="got 3"):
        ACTIVATION.check(3)
    with pytest.raises(ConfigError, match=r"got \['relu'\]"):
        ACTIVATION.check(["relu"])


def test_flags():
    assert [FLAG.parse(word) for word in ("true", "Yes", "1", "false", "NO", "0")] == [True, True, True, False, False, False]
    for value in (1, 0, "true", None):
        with pytest.raises(ConfigError, match="deep must be true or false; got "):
            FLAG.check(value)
    with pytest.raises(ConfigError, match="got 'maybe'"):
        FLAG.parse("maybe")


def test_text_is_text():
    knob = Text(name="factory", default="", meaning="path")
    assert knob.check("a:b") == knob.parse("a:b") == "a:b"
    with pytest.raises(ConfigError, match="factory must be text; got 3"):
        knob.check(3)


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_check_and_parse_agree_on_every_float(value):
    def answer(read):
        try:
            return read()
        except ConfigError:
            return None

    assert answer(lambda: SHARE.check(value)) == answer(lambda: SHARE.parse(repr(value)))
    assert (answer(lambda: SHARE.check(value)) is not None) == (0 <= value < 1)
