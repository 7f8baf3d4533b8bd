from pathlib import Path

import pytest

from thalweg.faces.lab import ROOMS
from thalweg.faces.lab._form import written
from thalweg.faces.lab._room import Outlook
from thalweg.faces.lab._tour import STOPS


def test_ten_stops():
    assert len(STOPS) == 10
    assert len({stop.title for stop in STOPS}) == 10


@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.title)
def test_every_stop_is_a_state_that_its_room_opens_and_keeps(stop):
    show = ROOMS.get(stop.room).open(stop.state, Outlook(runs=Path("runs"), uploads=Path("uploads")))
    form = show.form()
    have = {**{field.key: written(field.value) for field in form.fields}, **(form.extra or {})}
    assert {name: have.get(name) for name in stop.state} == dict(stop.state)
    again = ROOMS.get(stop.room).open(show.form().state(), Outlook(runs=Path("runs"), uploads=Path("uploads")))
    assert again.form().row() == show.form().row()
    assert show.picture().data


@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.title)
def test_a_stop_says_little(stop):
    assert 1 <= stop.words.count(". ") + 1 <= 3
    assert len(stop.words) < 260
    assert stop.attempt.endswith(".")
