import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix

from thalweg.core.errors import ConfigError, DataError
from thalweg.evidence import comparison
from thalweg.evidence.comparison import Contender
from thalweg.run.record import Figures


def contender(name, predicted, **changes):
    given = Contender(name=name, recipe={"seed": 0}, epochs=[], figures={}, predicted=np.array(predicted), losses=np.ones(len(predicted)))
    return replace(given, **changes)


def test_the_example_by_hand():
    record = comparison.example()
    assert [one.right for one in record.accuracies] == [14, 18, 14]
    first, second, third = record.pairs
    assert [(one.first, one.second) for one in record.pairs] == [(0, 1), (0, 2), (1, 2)]
    assert (first.accuracy.value, second.accuracy.value, third.accuracy.value) == (0.2, 0.0, -0.2)
    assert first.test.exact == pytest.approx(14 / 64)
    assert second.test.exact == 1.0
    assert [one.holm for one in record.pairs] == pytest.approx([42 / 64, 1.0, 42 / 64])
    assert first.loss.value == pytest.approx((13 * 0.01 + 1.4 - 5 * 1.39) / 20)
    assert third.loss.value is None
    assert record.best == 1
    assert record.against_first == (first, second)
    assert [setting.name for setting in record.differing] == ["score", "loss"]


def test_pairs_and_matrices_agree_with_scipy_and_scikit_learn_on_random_answers():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 4, 300)
    answers = [np.where(rng.random(300) < share, labels, rng.integers(0, 4, 300)) for share in (0.5, 0.6, 0.7, 0.55)]
    record = comparison.measure([contender(str(k), one) for k, one in enumerate(answers)], labels, list("abcd"))
    assert len(record.pairs) == 6
    for one in record.pairs:
        mine, other = answers[one.first] == labels, answers[one.second] == labels
        b, c = int((mine & ~other).sum()), int((~mine & other).sum())
        assert one.test.exact == pytest.approx(binomtest(b, b + c).pvalue, rel=1e-12)
        assert one.accuracy.value == pytest.approx(other.mean() - mine.mean(), abs=1e-15)
        oracle = confusion_matrix(labels, answers[one.second]) - confusion_matrix(labels, answers[one.first])
        assert (record.change(one) == oracle).all()
        assert record.change(one).sum(1).tolist() == [0, 0, 0, 0]
        assert sum(each.only_first for each in one.classes) == b
    assert all(one.holm >= one.test.exact for one in record.pairs)


def test_two_runs_need_no_correction():
    record = comparison.measure([contender("a", [0, 0, 1]), contender("b", [0, 1, 0])], np.array([0, 1, 1]), ["x", "y"])
    (one,) = record.pairs
    assert one.holm == one.test.exact == 1.0
    assert record.best == 0


def test_equal_runs_and_no_examples_are_told_apart_from_numbers():
    alike = comparison.measure([contender("a", [0, 1]), contender("b", [0, 1])], np.array([0, 1]), ["x", "y"])
    assert (alike.pairs[0].test.exact, alike.pairs[0].holm, alike.cochran.p) == (None, None, None)
    none = comparison.measure([contender("a", np.zeros(0, np.int64)), contender("b", np.zeros(0, np.int64))], np.zeros(0, np.int64), ["x"])
    assert (none.losses, none.pairs[0].accuracy.reason) == ((None, None), "there are no examples")
    for record in (alike, none):
        json.dumps(record.row(), allow_nan=False)


def test_figures_that_are_not_finite_have_no_value_in_json():
    lost = Figures(loss=float("nan"), penalty=0.0, total=float("nan"), accuracy=0.5)
    bad = contender("b", [0, 1], figures={"test": lost}, losses=np.array([1.0, np.inf]))
    record = comparison.measure([contender("a", [0, 0]), bad], np.array([0, 1]), ["x", "y"])
    row = json.loads(json.dumps(record.row(), allow_nan=False))
    assert row["figures"][1]["test"] == {"loss": None, "penalty": 0.0, "total": None, "accuracy": 0.5}
    assert row["losses"] == [1.0, None]
    assert row["pairs"][0]["loss"]["reason"] == "a loss is not finite"


def test_one_run_and_answers_of_another_number_are_refused():
    with pytest.raises(ConfigError, match="a comparison needs at least two runs; got 1"):
        comparison.measure([contender("a", [0])], np.array([0]), ["x"])
    with pytest.raises(DataError, match="b: 1 answers and 1 losses for 2 examples"):
        comparison.measure([contender("a", [0, 0]), contender("b", [0])], np.array([0, 0]), ["x"])
