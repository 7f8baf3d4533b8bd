import pytest

from thalweg.core.errors import DataError
from thalweg.evidence import balance


def test_counts_chance_and_ratio_by_hand():
    record = balance.measure(["a", "b", "c"], {"train": [2, 6, 4], "test": [1, 1, 2]})
    assert record.totals == {"train": 12, "test": 4}
    assert (record.largest, record.ratio) == (1, 3.0)
    assert record.chance == {"train": 0.5, "test": 0.25}
    assert record.reasons == {}


def test_empty_parts_and_classes_are_none_with_their_reasons():
    record = balance.measure(["a", "b"], {"train": [5, 0], "test": [0, 0]})
    assert (record.ratio, record.chance["test"]) == (None, None)
    assert set(record.reasons) == {"ratio", "chance of test"}


def test_wrong_number_of_counts_or_missing_part_are_errors():
    with pytest.raises(DataError, match=r"part 'train' must count 2 classes; got 1 counts"):
        balance.measure(["a", "b"], {"train": [1]})
    with pytest.raises(DataError, match="must hold the part 'train'"):
        balance.measure(["a"], {"test": [1]})
