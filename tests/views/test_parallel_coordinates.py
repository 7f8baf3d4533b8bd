import pytest

from thalweg.evidence import leaderboard as evidence
from thalweg.evidence._axes import axis
from thalweg.run.population_record import MemberResult
from thalweg.run.record import Figures
from thalweg.views import parallel_coordinates


def member(number, accuracy, *, ending="finished", **settings):
    return MemberResult(
        number=number, settings=settings, seed=0, fold=None, ending=ending, reason="", epoch=2, step=8, kept_epoch=1, train=None,
        validation=Figures.of(1 - accuracy, 0.0, accuracy), test=None, seconds=1.0, rows=(),
    )  # fmt: skip


RESULTS = [
    member(0, 0.5, rate=0.001, optimiser="sgd"),
    member(1, 0.9, rate=0.01, optimiser="adam"),
    member(2, 0.7, rate=0.1, optimiser="sgd"),
    member(3, 0.1, rate=0.1, optimiser="adam", ending="diverged"),
]


def lines(chart):
    return {trace.name: trace for trace in chart.figure.data}


def test_every_candidate_is_one_line_from_setting_to_setting_to_its_figure():
    chart = parallel_coordinates.draw(evidence.measure(RESULTS))
    drawn = lines(chart)
    assert drawn["the best"].x == (0, 1, 2, None)
    assert drawn["the best"].y == pytest.approx((0.5, 1.0, 1.0, None))
    assert drawn["best third"].y[:3] == pytest.approx((1.0, 0.0, 0.5))
    assert sum(list(trace.x).count(None) for trace in chart.figure.data) == 4
    assert chart.figure.layout.xaxis.ticktext == ("rate", "optimiser", "validation accuracy")
    assert [len(chart.table.rows), chart.table.words] == [4, (2,)]


def test_what_diverged_is_dashed_and_ends_below_the_axis():
    diverged = lines(parallel_coordinates.draw(evidence.measure(RESULTS)))["diverged"]
    assert diverged.line.dash == "dot"
    assert diverged.y[2] == parallel_coordinates.LOST < 0


def test_the_lowest_loss_lies_highest():
    chart = parallel_coordinates.draw(evidence.measure(RESULTS, monitor="loss"))
    assert lines(chart)["the best"].y[2] == 1.0
    assert [mark.text for mark in chart.figure.layout.annotations][-3:] == ["0.5000", "0.1000", "no figure"]


def test_places_run_from_nought_to_one_in_the_axis_own_scale():
    rates = axis("rate", [0.001, 0.01, 0.1])
    assert [parallel_coordinates.place(rates, value) for value in rates.values] == pytest.approx([0, 0.5, 1])
    assert parallel_coordinates.place(axis("depth", [3]), 3) == 0.5


def test_an_axis_of_many_numbers_has_few_marks():
    chart = parallel_coordinates.draw(evidence.measure([member(k, k / 100, rate=1.1**k, depth=k) for k in range(60)]))
    marks = [mark.text for mark in chart.figure.layout.annotations if mark.x == 1]
    assert len(marks) == parallel_coordinates.MARKS
    assert (marks[0], marks[-1]) == ("0", "59")
