import json
from dataclasses import replace

import numpy as np

from thalweg.core.entries import Record
from thalweg.evidence.surface_paths import example
from thalweg.run.surface_record import Ended, Escape, Finish, Race, Runner


def runner(**changes):
    return replace(example().race.runners[0], **changes)


def test_records_keep_the_contract():
    for kind in (Race, Runner, Escape):
        assert issubclass(kind, Record)


def test_runners_rank_by_ending_then_step_then_questions_then_value():
    reached, sooner = Ended(finish=Finish.REACHED, step=9), Ended(finish=Finish.REACHED, step=3)
    low, high = np.array([1.0, 1.0, 1.0, 0.0]), np.array([1.0, 1.0, 1.0, 0.5])
    best = [
        runner(ended=sooner, evaluations=5, values=high),
        runner(ended=sooner, evaluations=6, values=low),
        runner(ended=reached, evaluations=1, values=low),
        runner(ended=Ended(finish=Finish.LOCAL, step=1), values=low),
        runner(ended=Ended(finish=Finish.UNDERWAY), values=low),
        runner(ended=Ended(finish=Finish.UNDERWAY), values=high),
        runner(ended=Ended(finish=Finish.DIVERGED, step=1), values=low),
        runner(ended=Ended(finish=Finish.DIVERGED, step=9), values=high),
    ]
    race = replace(example().race, runners=tuple(reversed(best)))
    assert [list(map(id, best)).index(id(each)) for each in race.ranked] == list(range(len(best)))


def test_an_eigenvalue_that_overflows_is_null_in_strict_json():
    record = runner(eigenvalues=np.array([[-np.inf, np.nan], *[[0.5, 2.0]] * 3]))
    text = json.dumps(record.row(), allow_nan=False)
    assert json.loads(text)["eigenvalues"] == [[None, None], *[[0.5, 2.0]] * 3]


def test_an_ending_without_a_step_is_said_without_one():
    assert str(Ended(finish=Finish.UNDERWAY)) == "not there yet"
