import numpy as np
import pytest

from thalweg.evidence import probabilities


def test_softmax_by_hand_and_of_huge_scores():
    values = probabilities.measure(np.array([[np.log(1.0), np.log(2.0), np.log(5.0)], [1e4, -1e4, 1e4]]), defined=True).values
    assert values is not None
    assert values.tolist() == [pytest.approx([0.125, 0.25, 0.625]), [0.5, 0.0, 0.5]]


def test_scores_in_single_precision_are_normalised_in_double():
    values = probabilities.measure(np.random.default_rng(0).normal(size=(50, 10)).astype(np.float32), defined=True).values
    assert values is not None
    assert np.abs(values.sum(1) - 1).max() < 1e-14


def test_hinge_scores_are_no_probabilities():
    record = probabilities.measure(np.zeros((1, 2)), defined=False)
    assert record.row() == {"values": None, "reason": "the loss fits margins, not likelihoods: its scores are no probabilities"}


def test_scores_that_are_not_finite_have_none():
    assert probabilities.measure(np.array([[np.nan, 0.0]]), defined=True).reason == "some scores are not finite"
