"""Rows as a data frame: what pandas is asked for, and what is said where it is not there."""

import sys
from types import SimpleNamespace

import pytest

from thalweg.core.errors import ConfigError
from thalweg.faces._frame import frame

ROWS = [{"rank": 1, "rate": 0.1}, {"rank": 2, "rate": 0.01}]


def test_rows_become_a_frame_by_their_index(monkeypatch):
    frames = SimpleNamespace(DataFrame=lambda rows: SimpleNamespace(set_index=lambda name: (name, rows)))
    monkeypatch.setitem(sys.modules, "pandas", frames)
    assert frame(ROWS, index="rank") == ("rank", ROWS)


def test_without_pandas_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ConfigError) as refusal:
        frame(ROWS, index="rank")
    assert str(refusal.value) == "a data frame needs pandas, which is not installed: pip install pandas"
