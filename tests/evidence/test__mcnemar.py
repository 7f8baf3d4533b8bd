import itertools
import math

import numpy as np
import pytest
from scipy.stats import binomtest, chi2

from thalweg.evidence._mcnemar import cochran, holm, mcnemar


def test_exact_and_mid_p_by_hand():
    test = mcnemar(1, 5)  # P(X <= 1) of six tosses: (1 + 6) / 64; P(X = 1) = 6 / 64
    assert test.exact == pytest.approx(14 / 64, abs=1e-15)
    assert test.mid == pytest.approx(8 / 64, abs=1e-15)


@pytest.mark.parametrize(("b", "c"), [(0, 1), (3, 3), (5, 1), (12, 30), (200, 260)])
def test_exact_p_is_the_binomial_test_and_mid_p_counts_equal_extremes_by_half(b, c):
    test = mcnemar(b, c)
    assert test.exact == pytest.approx(binomtest(b, b + c).pvalue, rel=1e-12)
    likely = np.array([math.comb(b + c, k) / 2 ** (b + c) for k in range(b + c + 1)])
    less, equal = likely < likely[b] * (1 - 1e-9), np.isclose(likely, likely[b], rtol=1e-9)
    assert test.mid == pytest.approx(likely[less].sum() + likely[equal].sum() / 2, rel=1e-9)


def test_the_order_of_the_runs_does_not_matter():
    assert mcnemar(4, 9) == mcnemar(9, 4)


def test_without_an_example_that_tells_them_apart_there_is_no_test():
    test = mcnemar(0, 0)
    assert (test.exact, test.mid) == (None, None)
    assert test.reason == "no example is answered rightly by one run alone"


def test_holm_by_hand_and_never_falls_with_rising_p():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.6]) == pytest.approx([1.0, 1.0])
    assert holm([0.2]) == (0.2,)
    assert holm([]) == ()


def test_holm_rejects_as_the_step_down_procedure_does():
    for values in itertools.product([0.001, 0.012, 0.017, 0.024, 0.3], repeat=3):
        rejected = set()
        for rank, place in enumerate(np.argsort(values, kind="stable")):
            if values[place] > 0.05 / (3 - rank):
                break
            rejected.add(int(place))
        assert {place for place, value in enumerate(holm(values)) if value <= 0.05 + 1e-12} == rejected


def test_tests_that_could_not_be_made_are_not_counted():
    assert holm([0.02, None]) == (0.02, None)


def test_cochran_by_hand():
    right = np.array([[1, 1, 1, 1], [1, 0, 0, 1], [1, 0, 0, 0]], bool)  # G = 4, 2, 1; L = 3, 1, 1, 2
    found = cochran(right)
    assert found.statistic == pytest.approx(2 * (3 * 21 - 49) / (3 * 7 - 15), rel=1e-15)
    assert found.freedom == 2
    assert found.p == pytest.approx(chi2.sf(28 / 6, 2), rel=1e-12)


def test_cochran_of_two_runs_is_mcnemar_without_correction():
    rng = np.random.default_rng(0)
    right = rng.random((2, 300)) < [[0.7], [0.8]]
    b, c = int((right[0] & ~right[1]).sum()), int((~right[0] & right[1]).sum())
    assert cochran(right).statistic == pytest.approx((b - c) ** 2 / (b + c), rel=1e-12)


def test_cochran_is_undefined_where_all_answer_alike():
    found = cochran(np.array([[1, 0], [1, 0], [1, 0]], bool))
    assert (found.statistic, found.p) == (None, None)
    assert found.reason == "all runs are right and wrong on the same examples"
