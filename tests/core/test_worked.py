"""Numbers for reading, and formulas with numbers in the place of letters."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.arithmetic import of_numbers, read

from thalweg.core.worked import OneWeight, added, number, one_weight, weighted, written


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (-1.5, "−1.5"),
        (0.1 + 0.2, "0.3"),
        (0.999, "0.999"),
        (0.99999, "0.99999"),
        (1 / 3, "0.3333"),
        (-20 / 3, "−6.667"),
        (2000 / 3, "666.67"),
        (9999.7, "9999.7"),
        (250000.0, "250000"),
        (1e6, "1e6"),
        (1234567.89, "1.235e6"),
        (1e-4, "0.0001"),
        (1e-8, "1e−8"),
        (-1 / 3e9, "−3.333e−10"),
        (0.99999999, "1"),
        (5e-324, "4.941e−324"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "nan"),
    ],
)
def test_numbers_for_reading(value, text):
    assert number(value) == text


@given(value=st.floats(min_value=1e-300, max_value=1e300))
def test_a_number_stands_for_the_one_that_was_rounded(value):
    shown = read(number(value).replace("−", "-"))
    assert shown.low * (1 - 1e-9) <= value <= shown.high * (1 + 1e-9)
    assert number(-value) == f"−{number(value)}"


@pytest.mark.parametrize(
    ("formula", "letters", "numbers"),
    [
        ("a − b + c", {"a": -1.0, "b": -2.0, "c": -3.0}, "−1 − (−2) + (−3)"),
        ("max(0, a, −b)", {"a": -1.0, "b": 2.0}, "max(0, −1, −2)"),
        ("a · b²", {"a": 2.0, "b": -3.0}, "2 · (−3)²"),
        ("a²", {"a": 1e-9}, "(1e−9)²"),
        ("a^t", {"a": 0.9, "t": 3.0}, "0.9^3"),
        ("a / (√(m\u0302) + b)", {"a": -1.0, "m\u0302": 4.0, "b": 1.0}, "−1 / (√(4) + 1)"),
        ("exp(a) · a_old", {"a": -1.0, "a_old": 2.0}, "exp(−1) · 2"),
        ("s_other + a", {"a": 1.0}, "s_other + 1"),
    ],
)
def test_letters_become_numbers(formula, letters, numbers):
    assert written("x", formula, 0.0, letters).numbers == numbers


def test_a_sum_of_nothing_is_zero():
    assert (added("L", "Σ", []).numbers, added("L", "Σ", []).value) == ("0", 0.0)


def test_rounded_numbers_are_intervals():
    assert of_numbers("0.5 · 2 − 1").low < 0 < of_numbers("0.5 · 2 − 1").high
    assert of_numbers("max(0, −1)") == of_numbers("0")
    assert not of_numbers("1 − 3").low <= 2 <= of_numbers("1 − 3").high


def test_a_weight_has_its_own_entries_of_the_state():
    tree = {"w": torch.arange(12.0).reshape(2, 2, 3)}
    state = {"velocity": {"w": 10 * tree["w"]}, "count": torch.tensor([4, 5])}
    picked = one_weight({"w": -tree["w"]}, tree, state, name="w", place=(1, 0, 2), penalised={"b"})
    assert picked == OneWeight(value=-8.0, gradient=8.0, state={"velocity": 80.0, "count": 5}, penalised=False)


def test_a_score_is_a_weighted_sum():
    line = weighted("s", "W · x + b", [(-0.5, -2.0), (3.0, -1.0)], -0.25)
    assert line.numbers == "−0.5 · (−2) + 3 · (−1) + (−0.25)"
    assert line.value == -0.5 * -2.0 + 3.0 * -1.0 - 0.25
    assert weighted("s", "b", [], -1.0).numbers == "−1"
