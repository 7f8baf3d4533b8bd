import json

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score

from thalweg.core.errors import DataError
from thalweg.evidence import confusion


def test_matrix_and_figures_by_hand():
    record = confusion.example()
    assert record.counts.tolist() == [[3, 1, 0], [0, 3, 0], [1, 0, 2]]
    cat, dog, hen = record.classes
    assert (cat.precision, cat.recall, cat.f1) == (0.75, 0.75, 0.75)
    assert (dog.precision, dog.recall, dog.f1) == (0.75, 1.0, pytest.approx(6 / 7))
    assert (hen.precision, hen.recall, hen.f1) == (1.0, pytest.approx(2 / 3), 0.8)
    assert record.macro.precision == pytest.approx(2.5 / 3)
    assert record.accuracy.value == 0.8
    assert record.most_confused() == [(0, 1, 1), (2, 0, 1)]


def test_figures_agree_with_scikit_learn_on_random_answers():
    rng = np.random.default_rng(0)
    labels, predicted = rng.integers(0, 7, 400), rng.integers(0, 7, 400)
    record = confusion.measure(labels, predicted, list("abcdefg"))
    for name, oracle in (("precision", precision_score), ("recall", recall_score), ("f1", f1_score)):
        each = [getattr(one, name) for one in record.classes]
        assert each == pytest.approx(oracle(labels, predicted, average=None).tolist(), abs=1e-15)
        assert getattr(record.macro, name) == pytest.approx(oracle(labels, predicted, average="macro"), abs=1e-15)
    assert record.accuracy.value == pytest.approx(accuracy_score(labels, predicted), abs=1e-15)


def test_undefined_figures_are_none_with_a_reason_and_left_out_of_the_means():
    record = confusion.measure(np.array([0, 0]), np.array([0, 2]), ["seen", "unseen", "absent"])
    seen, unseen, absent = record.classes
    assert (seen.precision, seen.recall) == (1.0, 0.5)
    assert (unseen.precision, unseen.recall, unseen.f1) == (None, None, None)
    assert unseen.reason == "no example is of this class and none was taken for it"
    assert (absent.precision, absent.recall, absent.f1) == (0.0, None, 0.0)
    assert absent.reason == "no example is of this class: no recall"
    assert record.macro.precision == 0.5
    assert "recall is undefined for 2 of 3 classes" in record.macro.reason
    json.dumps(record.row(), allow_nan=False)


def test_no_examples_at_all_is_a_table_of_zeros_without_figures():
    record = confusion.measure(np.zeros(0, np.int64), np.zeros(0, np.int64), ["a", "b"])
    assert record.counts.tolist() == [[0, 0], [0, 0]]
    assert (record.accuracy.value, record.macro.f1, record.most_confused()) == (None, None, [])
    json.dumps(record.row(), allow_nan=False)


def test_class_number_out_of_range_is_an_error():
    with pytest.raises(DataError, match=r"class numbers must lie in 0 \.\. 1; got 0 \.\. 2"):
        confusion.measure(np.array([0, 2]), np.array([0, 1]), ["a", "b"])
