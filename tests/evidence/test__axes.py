import numpy as np
import pytest

from thalweg.evidence._axes import BINS, MISSING, axis, word


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ([1e-3, 1e-2, 1e-1], "log"),
        ([0.1, 0.3, 1.0, 3.0], "log"),
        ([0.01, 0.1], "log"),
        ([0.1, 0.5], "linear"),
        ([10, 20, 30, 40, 50, 60, 70, 80, 90, 100], "linear"),
        ([-1.0, 0.0, 1.0], "linear"),
        ([0, 1e-4, 1e-3, 1e-2], "even"),
        (["adam", "sgd"], "words"),
        ([True, False], "words"),
        ([(256,), (256, 128)], "words"),
        ([0.9, MISSING], "even"),
        ([3], "linear"),
    ],
)
def test_the_scale_follows_from_the_values(values, scale):
    assert axis("x", values).scale == scale


def test_random_draws_keep_the_scale_they_were_drawn_on():
    rng = np.random.default_rng(0)
    assert axis("x", (10 ** rng.uniform(-5, -1, 40)).tolist()).scale == "log"
    assert axis("x", rng.uniform(0.01, 1, 40).tolist()).scale == "linear"


def test_equal_factors_are_equal_distances_on_a_log_axis():
    rate = axis("rate", [0.1, 0.001, 0.01])
    assert rate.values == (0.001, 0.01, 0.1)
    assert [rate.position(value) for value in rate.values] == pytest.approx([-3, -2, -1], abs=1e-12)
    assert (rate.cell(0.01), rate.cells, rate.edges) == (1, ("0.001", "0.01", "0.1"), ())


def test_missing_comes_first_and_numbers_keep_their_order():
    momentum = axis("momentum", [0.9, MISSING, 0.5])
    assert momentum.values == (MISSING, 0.5, 0.9)
    assert [momentum.position(value) for value in momentum.values] == [0, 1, 2]


def test_many_values_are_gathered_in_cells_of_equal_width():
    rates = axis("rate", np.geomspace(1e-4, 1, 30).tolist())
    counts = np.bincount([rates.cell(value) for value in rates.values], minlength=BINS)
    expected, _ = np.histogram(np.log10(rates.values), bins=np.linspace(-4, 0, BINS + 1))
    assert counts.tolist() == expected.tolist()
    assert len(rates.cells) == BINS
    assert (rates.cells[0], rates.cells[-1]) == ("1e-4 to 3.2e-4", "0.32 to 1")


def test_settings_in_words():
    assert [word(value) for value in (False, None, 3, 1e-4, "sgd", (2, 3), 0.0, 2e7)] == [
        "false", "none", "3", "1e-4", "sgd", "2,3", "0", "2e7",
    ]  # fmt: skip
    assert (word(0.00033333, digits=2), word(0.00033333, digits=1), word(1234567.0)) == ("3.3e-4", "3e-4", "1.23457e6")
