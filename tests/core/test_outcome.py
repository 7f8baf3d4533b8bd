import json
import signal
from dataclasses import asdict

import pytest

from thalweg.core.outcome import Ending, Outcome


def made(ending, **more):
    return Outcome(ending=ending, epoch=1, step=2, reason="because", **more)


@pytest.mark.parametrize(("ending", "code"), [("finished", 0), ("converged", 0), ("stopped-early", 0), ("diverged", 4)])
def test_exit_codes(ending, code):
    assert made(Ending(ending)).exit_code == code


def test_an_interrupted_run_ends_as_shells_expect_of_its_signal():
    assert made(Ending.INTERRUPTED, signal=int(signal.SIGINT)).exit_code == 130
    assert made(Ending.INTERRUPTED, signal=int(signal.SIGTERM)).exit_code == 143
    assert made(Ending.INTERRUPTED).exit_code == 130


def test_round_trip_through_json():
    outcome = made(Ending.DIVERGED, advice="lower the rate")
    row = json.loads(json.dumps(asdict(outcome), allow_nan=False))
    assert Outcome(**{**row, "ending": Ending(row["ending"])}) == outcome
