import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.core.errors import DataError
from thalweg.images._labels import check_labels


def check(labels, classes=None, **more):
    numbers, names = check_labels(labels, classes, source="set")
    return numbers.tolist(), names


def test_names_are_sorted_and_numbered():
    assert check(["b", "a", "b"]) == ([1, 0, 1], ("a", "b"))


def test_distinct_numbers_become_classes():
    assert check(np.array([5, 1, 2])) == ([2, 0, 1], ("1", "2", "5"))
    assert check([1.0, 0.0]) == ([1, 0], ("0", "1"))


def test_with_classes_numbers_are_indices_and_names_are_looked_up():
    assert check([2, 0], ("x", "y", "z")) == ([2, 0], ("x", "y", "z"))
    assert check(["z", "x"], ("x", "y", "z")) == ([2, 0], ("x", "y", "z"))


@pytest.mark.parametrize(
    ("labels", "classes", "message"),
    [
        ([0, 1, float("nan")], None, "1 label is missing: row 2 (nan)"),
        ([None, "a", "b"], None, "1 label is missing: row 0 (None)"),
        (np.array(["a", "", "b"]), None, "1 label is missing: row 1 ('')"),
        ([0, 1, -1, -1], None, "2 labels are negative: rows 2 (-1), 3 (-1)"),
        ([0, 1.5], None, "1 label is not a whole number: row 1 (1.5)"),
        (np.array([0, np.inf]), None, "1 label is not a whole number: row 1 (inf)"),
        ([0, 10**400], None, "1 label is not a whole number: row 1"),
        ([0, 3], ("a", "b"), "1 label is too large: row 1 (3). There are 2 classes, numbered 0 to 1."),
        (["a", "c"], ("a", "b"), "1 label is not a class: row 1 ('c'). The classes are: a, b."),
        (["a", "b", 3], None, "1 label is of another kind than the others: row 2 (3)"),
        ([[0], 1], None, "1 label is neither a number nor a name: row 0 ([0])"),
        ([0] * 9, None, "found 1 class '0' in 9 example(s); a classifier needs at least 2"),
        ([], None, "found 0 examples"),
        (np.zeros((3, 2)), None, "an array of shape (3, 2)"),
        (np.array([1j, 2j]), None, "an array of type complex128"),
    ],
)
def test_bad_labels_are_refused_by_row(labels, classes, message):
    with pytest.raises(DataError) as caught:
        check_labels(labels, classes, source="set")
    assert str(caught.value).startswith("set: ")
    assert message in str(caught.value)


def test_the_first_five_rows_and_the_total_are_named():
    with pytest.raises(DataError, match=r"12 labels are negative: rows 0 \(-1\), 1 \(-1\), 2 \(-1\), 3 \(-1\), 4 \(-1\) and 7 more\."):
        check_labels([-1] * 12 + [0, 1], source="set")


def test_one_class_is_allowed_on_request():
    assert check_labels(["a", "a"], source="set", at_least=1)[1] == ("a",)


label = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3), st.binary(max_size=3), st.lists(st.integers()))


@given(st.lists(label, max_size=8))
@settings(max_examples=300, deadline=None)
def test_any_list_of_labels_gives_numbers_or_a_data_error(labels):
    try:
        numbers, names = check_labels(labels, source="set")
    except DataError:
        return
    assert len(numbers) == len(labels)
    assert set(numbers.tolist()) == set(range(len(names)))
