import numpy as np
import pytest

from thalweg.core.errors import ConfigError
from thalweg.evidence import calibration


def test_expected_calibration_error_by_hand():
    # bin (0.8, 1]: confidence 0.9, right 1/2, gap 0.4; bin (0.4, 0.6]: confidence 0.6, right 1/2, gap 0.1; both hold half of the answers
    record = calibration.example()
    assert record.error == pytest.approx(0.25)
    assert [one.count for one in record.bins] == [0, 0, 2, 0, 2]


def test_confidence_of_a_bin_edge_belongs_to_the_lower_bin_and_certainty_to_the_last():
    record = calibration.measure(np.array([[0.5, 0.5], [1.0, 0.0]]), np.array([0, 0]), bins=2)
    assert [one.count for one in record.bins] == [1, 1]


def test_error_equals_the_definition_summed_bin_by_bin():
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.ones(4), size=500)
    labels = rng.integers(0, 4, 500)
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels
    expected = 0.0
    for low in np.arange(10) / 10:
        inside = (confidence > low) & (confidence <= low + 0.1)
        if inside.any():
            expected += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    assert calibration.measure(probabilities, labels).error == pytest.approx(expected, abs=1e-12)


def test_answers_drawn_from_their_own_probabilities_are_calibrated():
    rng = np.random.default_rng(1)
    probabilities = rng.dirichlet(np.ones(3), size=20_000)
    labels = (probabilities.cumsum(1) < rng.random((20_000, 1))).sum(1)
    assert calibration.measure(probabilities, labels).error < 0.02  # about 2000 answers a bin: standard error about 0.01


def test_no_examples_have_no_error():
    record = calibration.measure(np.zeros((0, 3)), np.zeros(0, np.int64))
    assert (record.error, record.reason) == (None, "there are no examples")


def test_fewer_than_one_bin_is_an_error():
    with pytest.raises(ConfigError, match="bins must be a whole number >= 1; got 0"):
        calibration.measure(np.ones((1, 1)), np.array([0]), bins=0)
