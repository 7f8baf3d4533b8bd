"""Every check keeps the contract, and is silent where all is well."""

import dataclasses
import json

import pytest
from pydantic import TypeAdapter

from thalweg.core.errors import ConfigError
from thalweg.core.progress import Silent
from thalweg.doctor import CHECKS
from thalweg.doctor._check import Check
from thalweg.doctor._diagnose import diagnose


@pytest.mark.parametrize("name", CHECKS.names())
def test_entry_explains_itself(name):
    entry = CHECKS.get(name)
    assert entry.summary
    assert entry.formula
    assert entry.reference
    assert entry.examine.__doc__


def test_places_are_in_no_doubt():
    places = [entry.place for entry in CHECKS]
    assert len(set(places)) == len(places)


@pytest.mark.parametrize("name", CHECKS.names())
@pytest.mark.parametrize("whom", ["well", "net"])
def test_a_healthy_patient_gives_no_finding_and_the_same_record_twice(name, whom, request):
    patient = request.getfixturevalue(whom)
    check = CHECKS.get(name).examine(patient)
    assert not check.found, check.sentence
    assert check.sentence.endswith(".")
    text = json.dumps(check.row(), allow_nan=False)
    assert TypeAdapter(Check).validate_python(json.loads(text)) == check
    assert json.dumps(CHECKS.get(name).examine(patient).row()) == text
    with pytest.raises(dataclasses.FrozenInstanceError):
        check.verdict = "wrong"
    if check.verdict == "well":
        assert check.measured
        assert check.normal
        assert check.made


def test_all_checks_in_their_order_and_progress_ends_whatever_happens(well, monkeypatch):
    seen = []

    class Watch(Silent):
        def begin(self, stage, total, unit):
            seen.append((stage, total))

        def end(self):
            seen.append("end")

    monkeypatch.setattr(well, "progress", Watch())
    checks = diagnose(well, only=("balance", "start-loss"))
    assert [check.name for check in checks] == ["start-loss", "balance"]
    assert seen == [("check", 2), "end"]
    monkeypatch.setattr(type(well), "rows", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        diagnose(well, only=("start-loss",))
    assert seen[-1] == "end"


def test_an_unknown_check_names_the_nearest(well):
    with pytest.raises(ConfigError, match=r"unknown check 'labelz'\. Did you mean 'labels'\? Known: balance, "):
        diagnose(well, only=("labelz",))
