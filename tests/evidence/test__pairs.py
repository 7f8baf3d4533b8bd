import math

import numpy as np
import pytest
from scipy.stats import ttest_rel

from thalweg.evidence._pairs import Agreement, accuracy_difference, agreement, loss_difference, pair


def test_agreement_by_hand():
    first, second = np.array([1, 1, 0, 0, 1], bool), np.array([1, 0, 1, 0, 1], bool)
    seen = agreement(first, second)
    assert seen == Agreement(both=2, only_first=1, only_second=1, neither=1)
    assert seen.count == 5


def test_interval_of_bonett_and_price_by_hand():
    found = accuracy_difference(Agreement(both=80, only_first=3, only_second=9, neither=8))
    middle = (10 - 4) / 102
    reach = 1.959963984540054 * math.sqrt((14 / 102 - middle**2) / 102)
    assert found.value == 0.06
    assert (found.low, found.high) == pytest.approx((middle - reach, middle + reach), rel=1e-12)
    assert found.error == pytest.approx(math.sqrt(12 - 36 / 100) / 100, rel=1e-12)


def test_the_error_is_that_of_the_mean_of_the_paired_differences():
    rng = np.random.default_rng(0)
    first, second = rng.random(200) < 0.7, rng.random(200) < 0.8
    found = accuracy_difference(agreement(first, second))
    apart = second.astype(float) - first
    assert found.value == pytest.approx(apart.mean(), abs=1e-15)
    assert found.error == pytest.approx(apart.std() / math.sqrt(200), rel=1e-12)


def test_the_interval_covers_the_true_difference_as_often_as_it_says():
    rng = np.random.default_rng(1)
    cells = np.array([0.85, 0.02, 0.06, 0.07])
    draws = rng.multinomial(80, cells, size=4000).tolist()
    intervals = [accuracy_difference(Agreement(both=a, only_first=b, only_second=c, neither=d)) for a, b, c, d in draws]
    covered = np.mean([one.low <= 0.04 <= one.high for one in intervals])
    assert 0.94 < covered < 0.99  # three standard errors of 4000 draws are 0.01; the interval is known to err on the wide side


def test_equal_answers_leave_an_interval_about_zero_and_extremes_stay_in_range():
    same = accuracy_difference(Agreement(both=10, only_first=0, only_second=0, neither=0))
    assert same.value == 0
    assert same.low == -same.high < 0
    apart = accuracy_difference(Agreement(both=0, only_first=0, only_second=9, neither=0))
    assert apart.value == apart.high == 1
    none = accuracy_difference(Agreement(both=0, only_first=0, only_second=0, neither=0))
    assert (none.value, none.low, none.reason) == (None, None, "there are no examples")


def test_loss_difference_is_the_paired_t_interval():
    rng = np.random.default_rng(2)
    first, second = rng.normal(1, 0.3, 50), rng.normal(0.8, 0.3, 50)
    found, oracle = loss_difference(first, second), ttest_rel(second, first)
    interval = oracle.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), rel=1e-10)
    assert found.value / found.error == pytest.approx(oracle.statistic, rel=1e-10)


def test_loss_difference_at_its_limits():
    assert loss_difference(np.array([1.0]), np.array([3.0])).value == 2
    assert loss_difference(np.array([1.0]), np.array([3.0])).reason == "one example has no spread"
    assert loss_difference(np.array([1.0, np.inf]), np.array([1.0, 2.0])).reason == "a loss is not finite"
    assert loss_difference(np.zeros(0), np.zeros(0)).reason == "there are no examples"


def test_large_losses_in_single_precision_are_subtracted_in_double():
    first, second = np.array([1e4, 1e4], np.float32), np.array([1e4 + 1, 1e4 + 3], np.float32)
    assert loss_difference(first, second).value == 2


def test_a_pair_counts_class_by_class_and_compares_like_losses_only():
    labels = np.array([0, 0, 1, 1])
    right = np.array([1, 0, 1, 1], bool), np.array([1, 1, 0, 1], bool)
    losses = np.array([0.1, 1.0, 0.2, 0.3]), np.array([0.1, 0.2, 0.9, 0.3])
    found = pair((0, 1), right, losses, labels, classes=3, same_loss=True)
    assert [(one.both, one.only_first, one.only_second, one.neither) for one in found.classes] == [(1, 0, 1, 0), (1, 1, 0, 0), (0, 0, 0, 0)]
    assert found.loss.value == pytest.approx(-0.025)
    unlike = pair((0, 1), right, losses, labels, classes=3, same_loss=False)
    assert (unlike.loss.value, unlike.loss.reason) == (None, "the runs measure different losses")
    assert unlike.accuracy == found.accuracy
