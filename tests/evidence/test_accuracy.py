import pytest
from scipy.stats import binom

from thalweg.core.errors import ConfigError
from thalweg.evidence import accuracy


def test_wilson_interval_worked_by_hand():
    # p = 0.5, n = 4, z^2 = 3.841459: centre 0.5, half width 1.959964 / 1.960365 * sqrt(0.0625 + 0.060023) = 0.349961
    share = accuracy.measure(2, 4)
    assert (share.value, share.low, share.high) == (0.5, pytest.approx(0.150039, abs=1e-6), pytest.approx(0.849961, abs=1e-6))


def test_all_right_still_has_a_width_and_stays_within_one():
    share = accuracy.measure(10, 10)
    assert share.low == pytest.approx(10 / (10 + 1.959964**2), abs=1e-6)  # Wilson's closed form at p = 1: n / (n + z^2)
    assert share.high == 1.0


def test_interval_covers_the_true_share_about_as_often_as_it_says():
    true, count = 0.8, 200
    shares = [accuracy.measure(right, count) for right in range(count + 1)]
    covered = sum(binom.pmf(right, count, true) for right, share in enumerate(shares) if share.low <= true <= share.high)
    assert 0.93 < covered < 0.97


def test_no_examples_have_no_accuracy_and_say_so():
    share = accuracy.measure(0, 0)
    assert (share.value, share.low, share.high) == (None, None, None)
    assert share.reason == "there are no examples"


def test_more_right_than_there_are_is_an_error():
    with pytest.raises(ConfigError, match="between 0 and the number of examples, 3; got 4"):
        accuracy.measure(4, 3)
