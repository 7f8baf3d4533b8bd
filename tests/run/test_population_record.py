import json
import math

from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.core.entries import Record
from thalweg.run.population_record import Contestant, MemberResult, SearchTrace
from thalweg.run.record import Epoch, Figures

finite = st.floats(-1e300, 1e300)
measured = st.none() | st.builds(Figures.of, finite, st.floats(0, 1e300), st.floats(0, 1))
words = st.text(max_size=5)
values = st.none() | st.booleans() | st.integers() | finite | words | st.tuples(st.integers(), st.integers())
epochs = st.builds(
    Epoch,
    epoch=st.integers(0),
    step=st.integers(0),
    examples=st.integers(0),
    rate=finite,
    train=measured,
    validation=measured,
)
members = st.fixed_dictionaries(
    {
        "number": st.integers(0),
        "settings": st.dictionaries(words, values, max_size=3),
        "seed": st.integers(),
        "fold": st.none() | st.integers(0),
        "ending": st.sampled_from(["finished", "diverged", "dropped"]),
        "reason": words,
        "epoch": st.integers(0),
        "step": st.integers(0),
        "kept_epoch": st.integers(0),
        "train": measured,
        "validation": measured,
        "test": measured,
        "seconds": finite,
        "rows": st.tuples(epochs, epochs) | st.just(()),
    }
)


def survives(record):
    assert isinstance(record, Record)
    return type(record).from_row(json.loads(json.dumps(record.row(), allow_nan=False))) == record


@settings(max_examples=30, deadline=None)
@given(members, members)
def test_records_come_back_from_strict_json_as_they_were(one, other):
    trial, run = MemberResult(**one), MemberResult(**other)
    assert survives(trial)
    assert survives(Contestant(optimiser="adam", settings=run.settings, trials=(trial,), runs=(run, trial)))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(finite, finite)))
def test_traces_come_back_from_strict_json_as_they_were(figures):
    columns = {"losses": tuple(loss for loss, _ in figures), "accuracies": tuple(share for _, share in figures)}
    assert survives(SearchTrace(method="local-search", seed=3, evaluations=tuple(range(len(figures))), **columns))


def member(**changes):
    given = {"number": 3, "settings": {"rate": 0.1}, "seed": 0, "fold": None, "ending": "finished", "reason": "", "epoch": 1, "step": 4}
    rest = {"kept_epoch": 1, "train": None, "validation": None, "test": None, "seconds": 1.0, "rows": ()}
    return MemberResult(**{**given, **rest, **changes})


def test_what_is_not_finite_is_none_in_json_and_nan_when_read():
    lost = Figures(loss=math.inf, penalty=0.5, total=math.nan, accuracy=0.1)
    row = Epoch(epoch=1, step=4, examples=8, rate=math.inf, train=None, validation=lost)
    record = member(ending="diverged", validation=lost, rows=(row,))
    plain = record.row()
    assert plain["validation"] == {"loss": None, "penalty": 0.5, "total": None, "accuracy": 0.1}
    back = MemberResult.from_row(json.loads(json.dumps(plain, allow_nan=False)))
    assert math.isnan(back.validation.loss)
    assert back.validation.penalty == 0.5
    assert back.rows[0].train is None
    assert math.isnan(back.rows[0].validation.total)
    assert math.isnan(back.rows[0].rate)


def test_a_member_says_whether_it_diverged_or_was_dropped():
    assert [(member(ending=word).diverged, member(ending=word).dropped) for word in ("finished", "diverged", "dropped")] == [
        (False, False),
        (True, False),
        (False, True),
    ]


def test_a_trace_keeps_its_gaps():
    trace = SearchTrace(method="newton", seed=0, evaluations=(1, 2), losses=(1.0, math.nan), accuracies=(0.1, 0.1))
    assert trace.row()["losses"] == [1.0, None]
    assert math.isnan(SearchTrace.from_row(trace.row()).losses[1])
