import math

import numpy as np
import pytest
import torch

from thalweg.doctor.start_loss import cost_of, examine
from thalweg.loss import LOSSES


def test_small_scores_cost_what_the_second_order_says():
    # E L = log C + (v/2)(1 - 1/C) + O(v^2): antithetic draws leave no first order, 64,000 of them an error below 1e-4
    loss, variance = LOSSES.get("softmax"), 0.01
    labels = torch.arange(10).repeat(100)
    cost = cost_of(loss, torch.full((1000,), variance), labels, 10, 0, smoothing=0.0)
    assert cost == pytest.approx(math.log(10) + variance / 2 * 0.9, abs=3e-4)


def test_hinge_of_normal_scores_by_its_closed_form():
    # s_j - s_y ~ N(0, 2v): E max(0, d + 1) = Phi(1/t) + t phi(1/t), t = sqrt(2 v)
    v = 1.5
    t = math.sqrt(2 * v)
    phi, Phi = math.exp(-1 / (2 * t * t)) / math.sqrt(2 * math.pi), 0.5 * (1 + math.erf(1 / t / math.sqrt(2)))
    cost = cost_of(LOSSES.get("svm-sum"), torch.full((2000,), v), torch.zeros(2000, dtype=torch.int64), 10, 0, margin=1.0)
    assert cost == pytest.approx(9 * (Phi + t * phi), rel=0.01)


def test_numbers_at_the_start(well):
    found = {each.name: each.value for each in examine(well).measured}
    assert found["loss at zero scores"] == pytest.approx(math.log(10))
    # W ~ N(0, 0.01^2), pixels standardised: the variance of a score is 1e-4 |x|^2, 64e-4 on average
    assert found["variance of the scores"] == pytest.approx(64e-4, rel=0.2)
    assert abs(found["z"]) < 3


def test_raw_pixels_are_wrong(patient):
    check = examine(patient(prepare=[]))
    assert check.verdict == "wrong"
    assert "where zero scores cost 2.303" in check.sentence
    assert "--prepare standardise" in check.advice


def test_a_start_that_knows_the_classes_is_worth_a_word(patient, monkeypatch):
    one = patient()
    batch = one.batch()

    def knowing(setting, params, buffers, images):
        return torch.nn.functional.one_hot(batch.labels, 10).float().expand(len(setting.members), -1, -1)

    monkeypatch.setattr("thalweg.doctor.start_loss.scores_before_training", knowing)
    check = examine(one)
    assert check.verdict == "worth knowing"
    assert "standard errors from" in check.sentence


def test_not_finite(patient, monkeypatch):
    monkeypatch.setattr(
        "thalweg.doctor.start_loss.scores_before_training",
        lambda setting, *_: torch.full((len(setting.members), 500, 10), np.nan),
    )
    assert examine(patient()).sentence == "The loss before the first step is not finite."
