import dataclasses
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.core.entries import Record
from thalweg.run.record import DataFacts, Epoch, Figures

finite = st.floats(-1e300, 1e300)
measured = st.builds(Figures.of, finite, st.floats(0, 1e300), st.floats(0, 1))


@settings(max_examples=30, deadline=None)
@given(
    st.builds(
        Epoch,
        epoch=st.integers(0),
        step=st.integers(0),
        examples=st.integers(0),
        rate=finite,
        train=measured,
        validation=st.none() | measured,
    )
)
def test_rows_come_back_from_json_as_they_were(row):
    assert Epoch.from_row(json.loads(json.dumps(row.row(), allow_nan=False))) == row
    assert isinstance(row, Record)


def test_the_total_is_the_sum():
    assert Figures.of(2.0, 0.5, 0.25) == Figures(loss=2.0, penalty=0.5, total=2.5, accuracy=0.25)


def test_a_row_that_is_none_is_refused():
    for wrong in ({}, {"train": {}}, {"train": {"loss": 1}, "validation": None}):
        with pytest.raises((KeyError, TypeError)):
            Epoch.from_row(wrong)


def test_facts_of_data_come_back_from_json_as_they_were():
    facts = DataFacts(
        source="päd\udcff", fingerprint="f", shape=(8, 8, 1), classes=("a", "\u202e"), counts={"train": (3, 4), "test": (0, 1)},
        skipped=(("x.png", "no picture"),), notes=("three turned",), split="0f",
    )  # fmt: skip
    assert DataFacts.from_row(json.loads(json.dumps(dataclasses.asdict(facts), allow_nan=False))) == facts
