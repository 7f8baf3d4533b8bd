"""Every evidence entry keeps the contract."""

import dataclasses
import json

import pytest

from thalweg.core.findings import Finding
from thalweg.evidence import EVIDENCE


@pytest.mark.parametrize("name", EVIDENCE.names())
def test_entry_explains_itself(name):
    entry = EVIDENCE.get(name)
    assert entry.summary
    assert entry.formula
    assert entry.reference
    assert entry.measure.__doc__
    assert ">>>" in entry.measure.__doc__


@pytest.mark.parametrize("name", EVIDENCE.names())
def test_example_is_a_frozen_record_with_the_same_strict_json_each_time(name):
    entry = EVIDENCE.get(name)
    record = entry.example()
    text = json.dumps(record.row(), allow_nan=False)
    assert text == json.dumps(entry.example().row(), allow_nan=False)
    if entry.inspect is not None:
        assert isinstance(record, Finding)
        assert all(sentence.endswith(".") for sentence in record.sentences())
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(record, dataclasses.fields(record)[0].name, None)
