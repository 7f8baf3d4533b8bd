"""What the lecture says of losses, measured: facts F1 to F6."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import cross_entropy

from thalweg.loss import LOSSES

SHIFT_INVARIANT = ["softmax", "svm-max", "svm-max-squared", "svm-sum", "svm-sum-squared"]
HINGES = [name for name in LOSSES.names() if name.startswith("svm")]


def of(name, row, label=0, **knobs):
    """The loss of one row of scores, in float64."""
    entry = LOSSES.get(name)
    scores = torch.tensor([row], dtype=torch.float64)
    return entry.value(scores, torch.tensor([label]), **{**entry.defaults(), **knobs}).item()


def lead(size, classes=10):
    """Scores `size` for class 0, 0 for all others."""
    return [size] + [0.0] * (classes - 1)


@pytest.mark.parametrize(
    ("name", "margin", "expected"),
    [
        ("softmax", None, 2.302585092994046),
        ("svm-sum", 1.0, 9.0),
        ("svm-sum", 0.5, 4.5),
        ("svm-max", 0.5, 0.5),
        ("svm-ova", 1.0, 10.0),
        ("svm-ova", 0.5, 5.0),
        ("svm-sum-squared", 2.0, 36.0),
        ("svm-max-squared", 2.0, 4.0),
        ("svm-ova-squared", 2.0, 40.0),
    ],
)
def test_loss_of_ten_classes_before_training(name, margin, expected):  # F1, F2
    knobs = {} if margin is None else {"margin": margin}
    assert of(name, [0.0] * 10, **knobs) == pytest.approx(expected, abs=1e-12)
    entry = LOSSES.get(name)
    assert entry.at_zero(10, **{**entry.defaults(), **knobs}) == pytest.approx(expected, abs=1e-12)


def test_small_random_weights_start_near_log_classes():  # F1: first order in sigma for one draw, second for the mean over W and -W
    source = torch.Generator().manual_seed(0)
    images = torch.randn(200, 30, generator=source, dtype=torch.float64)
    labels = torch.randint(0, 10, (200,), generator=source)
    weight = torch.randn(30, 10, generator=source, dtype=torch.float64)
    entry = LOSSES.get("softmax")
    sizes = np.array([1e-5, 1e-4, 1e-3])

    def excess(sigma):
        return entry.value(sigma * images @ weight, labels, smoothing=0.0).mean().item() - math.log(10)

    single = [abs(excess(sigma)) for sigma in sizes]
    antithetic = [abs(excess(sigma) + excess(-sigma)) / 2 for sigma in sizes]
    # At the coarse end the second order is some 5 % of the first, which tilts the line through two decades by about 0.01.
    assert np.polyfit(np.log(sizes), np.log(single), 1)[0] == pytest.approx(1.0, abs=0.05)
    assert np.polyfit(np.log(sizes), np.log(antithetic), 1)[0] == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize("size", [0.0, 1.0, 10.0, 17.0, 37.0, 40.0, 100.0, 700.0])
def test_softmax_never_reaches_zero(size):  # F3
    value = of("softmax", lead(size))
    assert value > 0
    assert value == pytest.approx(math.log1p(9 * math.exp(-size)), rel=1e-12)


def test_softmax_in_float32_stays_positive_where_the_usual_formula_gives_zero():  # F3
    scores = torch.tensor([lead(40.0), lead(80.0)])
    labels = torch.tensor([0, 0])
    assert (LOSSES.get("softmax").value(scores, labels, smoothing=0.0) > 0).all()
    assert (cross_entropy(scores, labels, reduction="none") == 0).all()
    assert cross_entropy(scores[:1].double(), labels[:1]).item() == 0


@pytest.mark.parametrize("name", HINGES)
def test_hinges_reach_zero_at_the_margin_and_stay_there(name):  # F3
    ahead = [1.0] + [-1.0] * 9  # leads by 2, and each score is on its side of zero by 1
    assert of(name, ahead) == 0.0
    assert of(name, [700.0 * score for score in ahead]) == 0.0
    assert of(name, [0.99 / 2 * score for score in ahead]) > 0


@pytest.mark.parametrize("size", [50.0, 1e4])
def test_no_loss_has_an_upper_bound(size):  # F3
    assert of("softmax", lead(-size)) == pytest.approx(size + math.log(9), rel=1e-12)
    assert of("svm-sum", lead(-size)) == pytest.approx(9 * (size + 1), rel=1e-12)
    assert of("svm-max", lead(-size)) == pytest.approx(size + 1, rel=1e-12)


@pytest.mark.parametrize("name", SHIFT_INVARIANT)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(row=st.lists(st.floats(-50, 50), min_size=2, max_size=6), shift=st.floats(-1e4, 1e4))
def test_a_common_shift_of_the_scores_changes_nothing(name, row, shift):  # F4
    # Adding 1e4 rounds each score by up to 1e-12; the squares multiply that by a lead of up to 100, a few classes add up.
    assert of(name, [score + shift for score in row]) == pytest.approx(of(name, row), rel=1e-9, abs=1e-9)


def test_one_versus_all_does_feel_a_shift():  # F4: its biases mean something
    assert of("svm-ova", [2.0, -2.0]) == 0.0
    assert of("svm-ova", [12.0, 8.0]) == 9.0


def test_only_softmax_tells_a_narrow_win_from_a_wide_one():  # F4
    wide, narrow = [10.0, -100.0, -100.0], [10.0, 9.0, 9.0]
    assert (of("svm-sum", wide), of("svm-sum", narrow)) == (0.0, 0.0)
    assert of("softmax", wide) == pytest.approx(2 * math.exp(-110), rel=1e-12)
    assert of("softmax", narrow) == pytest.approx(0.551445, abs=5e-7)


def test_halving_the_scores_flattens_the_probabilities():  # F4: the gradient plus the label is p
    labels = torch.tensor([0, 0])
    scores = torch.tensor([[1.0, -2.0, 0.0], [0.5, -1.0, 0.0]], dtype=torch.float64)
    slope = LOSSES.get("softmax").gradient(scores, labels, smoothing=0.0)
    probabilities = slope + torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64)
    expected = torch.tensor([[0.7054, 0.0351, 0.2595], [0.5465, 0.1220, 0.3315]], dtype=torch.float64)
    torch.testing.assert_close(probabilities, expected, rtol=0, atol=5.1e-5)


@pytest.mark.parametrize("name", HINGES)
def test_where_a_hinge_is_zero_larger_weights_are_as_good(name):  # F5: W is not unique; softmax always gains
    images = torch.tensor([[1.0, 0.0], [0.0, 1.0]], dtype=torch.float64)
    labels = torch.tensor([0, 1])
    weight = torch.tensor([[1.0, -1.0], [-1.0, 1.0]], dtype=torch.float64)
    entry = LOSSES.get(name)
    softmax = LOSSES.get("softmax")
    for factor in (1.0, 2.0, 1000.0):
        assert (entry.value(factor * images @ weight, labels, margin=1.0) == 0).all()
    assert (softmax.value(2 * images @ weight, labels, smoothing=0.0) < softmax.value(images @ weight, labels, smoothing=0.0)).all()


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5, 0.9])
def test_cross_entropy_is_entropy_plus_divergence(smoothing):  # F6: H(q, p) = H(q) + KL(q || p)
    source = np.random.default_rng(0)
    scores = source.normal(size=(20, 5)) * 3
    labels = source.integers(0, 5, size=20)
    p = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    q = (1 - smoothing) * np.eye(5)[labels] + smoothing / 5
    logs = np.log(np.where(q > 0, q, 1))
    entropy = -(q * logs).sum(1)
    divergence = (q * (logs - np.log(p))).sum(1)
    value = LOSSES.get("softmax").value(torch.tensor(scores), torch.tensor(labels), smoothing=smoothing)
    np.testing.assert_allclose(value.numpy(), entropy + divergence, rtol=1e-12, atol=1e-12)
    assert (entropy == 0).all() == (smoothing == 0)
