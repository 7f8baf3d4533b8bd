from pathlib import Path

import pytest

from thalweg.core import near_path as module
from thalweg.core.near_path import near_path


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("runs/first", "runs/Second", "pictures"):
        Path(name).mkdir(parents=True)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("runs/frist", "runs/first"),
        ("run/first", "runs/first"),
        ("run/frist", "runs/first"),
        ("runs/second", "runs/Second"),
        ("pictrues", "pictures"),
        ("runs/first/reprot.html", None),
        ("runs/xyzzy", None),
        ("elsewhere/first", None),
        ("runs/first", None),
    ],
)
def test_the_nearest_that_is_there(here, typed, meant):
    assert near_path(Path(typed)) == (f" Did you mean '{meant}'?" if meant else "")


def test_a_folder_of_very_many_is_left_alone(here, monkeypatch):
    monkeypatch.setattr(module, "MANY", 1)
    assert near_path(Path("runs/frist")) == ""
