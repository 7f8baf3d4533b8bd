"""Every loss writes its arithmetic out: the last line is the loss, and every line's numbers give its value."""

import math

import pytest
import torch
from tests.arithmetic import check_numbers

from thalweg.core.knobs import Number
from thalweg.loss import LOSSES

every_loss = pytest.mark.parametrize("name", LOSSES.names())

EDGES = [
    [1.0, 1.0, 1.0],
    [2.0, 1.0, 1.0],
    [-2.0, -2.0, 0.5],
    [0.0, 0.0, 0.0],
    [1e4, -1e4, 0.0],
    [1e4, 1e4 - 0.25, 9999.7],
    [30.0, -5.0, 0.0],
    [1e-9, -1e-9, 0.0],
    [700.0, 0.0, -10.0],
]


def settings_of(entry):
    """The defaults, and numbers that are long."""
    other = {knob.name: knob.default + 0.31234567 for knob in entry.knobs if isinstance(knob, Number)}
    return entry.defaults(), other, {name: value / 3 for name, value in other.items()}


def check(entry, scores, label, knobs):
    lines = entry.worked(scores, label, **knobs)
    expected = entry.value(torch.tensor([scores], dtype=torch.float64), torch.tensor([label]), **knobs).item()
    assert lines[-1].symbol == "L"
    assert lines[-1].value == pytest.approx(expected, rel=1e-12, abs=1e-12)  # a dozen roundings; softmax is right to roundings of 1
    for line in lines:
        check_numbers(line)
        assert line.formula
        assert line.numbers.isprintable()


@every_loss
@pytest.mark.parametrize("classes", [1, 2, 3, 10])
@pytest.mark.parametrize("scale", [0.01, 3.0, 1e4])
def test_random_scores(name, classes, scale):
    entry, source = LOSSES.get(name), torch.Generator().manual_seed(0)
    for _ in range(3):
        scores = (scale * torch.randn(classes, generator=source, dtype=torch.float64)).tolist()
        label = int(torch.randint(0, classes, (), generator=source))
        for knobs in settings_of(entry):
            check(entry, scores, label, knobs)


@every_loss
@pytest.mark.parametrize("scores", EDGES)
def test_ties_kinks_and_large_scores(name, scores):
    entry = LOSSES.get(name)
    for label in range(len(scores)):
        for knobs in settings_of(entry):
            check(entry, scores, label, knobs)


@every_loss
def test_classes_are_called_by_their_names_or_their_numbers(name):
    entry = LOSSES.get(name)
    by_number = entry.worked([3.2, 5.1, -1.7], 0, **entry.defaults())
    by_name = entry.worked([3.2, 5.1, -1.7], 0, classes=("cat", "sea lion", "猫"), **entry.defaults())
    assert [line.numbers for line in by_number] == [line.numbers for line in by_name]
    assert any(line.symbol.endswith("_sea lion") for line in by_name)
    assert any(line.symbol.endswith("_1") for line in by_number)


@every_loss
def test_a_score_that_is_not_a_number_shows_in_the_loss(name):
    entry = LOSSES.get(name)
    for place in range(3):
        scores = [0.0, 0.0, 0.0]
        scores[place] = math.nan
        assert math.isnan(entry.worked(scores, 0, **entry.defaults())[-1].value)


def test_as_many_names_as_scores():
    with pytest.raises(ValueError, match="zip"):
        LOSSES.get("softmax").worked([1.0, 2.0], 0, classes=("cat", "car", "frog"), smoothing=0.0)


def written(name, *, label=0, **knobs):
    lines = LOSSES.get(name).worked([3.2, 5.1, -1.7], label, classes=("cat", "car", "frog"), **knobs)
    return [f"{line.symbol} = {line.formula} = {line.numbers} = {line.value:.4g}" for line in lines]


def test_svm_sum_of_the_lectures_cat():
    assert written("svm-sum", margin=1.0) == [
        "L_car = max(0, s_j − s_y + margin) = max(0, 5.1 − 3.2 + 1) = 2.9",
        "L_frog = max(0, s_j − s_y + margin) = max(0, −1.7 − 3.2 + 1) = 0",
        "L = Σ L_j over j ≠ y = 2.9 + 0 = 2.9",
    ]


def test_softmax_of_the_lectures_cat():
    assert written("softmax", smoothing=0.0) == [
        "z_cat = s_k − s_max = 3.2 − 5.1 = -1.9",
        "z_car = s_k − s_max = 5.1 − 5.1 = 0",
        "z_frog = s_k − s_max = −1.7 − 5.1 = -6.8",
        "e_cat = exp(z_k) = exp(−1.9) = 0.1496",
        "e_car = exp(z_k) = exp(0) = 1",
        "e_frog = exp(z_k) = exp(−6.8) = 0.001114",
        "Z = Σ e_k over all k = 0.1496 + 1 + 0.001114 = 1.151",
        "p_cat = e_k / Z = 0.1496 / 1.151 = 0.13",
        "p_car = e_k / Z = 1 / 1.151 = 0.869",
        "p_frog = e_k / Z = 0.001114 / 1.151 = 0.0009679",
        "L = −ln(p_y) = −ln(0.13) = 2.04",
    ]


def test_where_a_probability_underflows_the_logarithm_is_taken_before_the_division():
    lines = LOSSES.get("softmax").worked([0.0, 1e4], 0, smoothing=0.0)
    assert (lines[-1].formula, lines[-1].numbers, lines[-1].value) == ("ln(Z) − z_y", "ln(1) − (−10000)", 1e4)


def test_smoothing_shows_the_label_that_it_makes():
    assert written("softmax", smoothing=0.3)[-4:] == [
        "q_cat = 1 − smoothing + smoothing / K = 1 − 0.3 + 0.3 / 3 = 0.8",
        "q_car = smoothing / K = 0.3 / 3 = 0.1",
        "q_frog = smoothing / K = 0.3 / 3 = 0.1",
        "L = Σ q_k · L_k over all k = 0.8 · 2.04 + 0.1 · 0.1404 + 0.1 · 6.94 = 2.34",
    ]
